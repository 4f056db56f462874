#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Installs what the molecule scenarios need on Debian or Ubuntu, and makes the image of their
# hosts out of the distribution's packages: no registry is asked.
#
#   tools/molecule_machine.sh DISTRIBUTION FILE.tar
set -eu
cd "$(dirname "$0")/.."

DISTRIBUTION=$1
FILE=$2

# shellcheck disable=SC2034  # for apt.sh
SAYS=molecule
# shellcheck disable=SC1091  # checked by itself
. tools/apt.sh

missing=
for program in podman runc mmdebstrap iptables; do
    has "$program" || missing="$missing $program"
done
[ -x /usr/lib/podman/netavark ] || missing="$missing netavark aardvark-dns"
# Debian's next release, to which the scenario upgrade goes.
next=
case $DISTRIBUTION in
    bookworm) next=trixie ;;
    trixie) next=forky ;;
esac
case $DISTRIBUTION in
    bookworm | trixie) keyring=debian-archive-keyring components=main ;;
    jammy | noble) keyring=ubuntu-archive-keyring components=main,universe ;;
    *) die "unknown distribution $DISTRIBUTION; there are bookworm, trixie, jammy and noble" ;;
esac
if [ ! -e "/usr/share/keyrings/$keyring.gpg" ]; then
    case $keyring in
        # Debian has changed the package's name, and some releases have none.
        ubuntu-*)
            package=$(apt-cache pkgnames | grep -E '^ubuntu-(archive-)?keyring$' \
                | xargs -r apt-cache madison | awk '{ print $1; exit }')
            [ -n "$package" ] || die "no package has Ubuntu's keys here: run this on Ubuntu, or put\
 them at /usr/share/keyrings/$keyring.gpg"
            missing="$missing $package"
            ;;
        *) missing="$missing $keyring" ;;
    esac
fi
# shellcheck disable=SC2086  # a list of package names
[ -z "$missing" ] || apt_install $missing

[ -e "$FILE" ] && exit
say "making the image of $DISTRIBUTION"
mkdir -p "$(dirname "$FILE")"
# The clock of a test machine may be ahead of what a mirror keeps.
# shellcheck disable=SC2016  # $1 and $2 are those of the shell in the image
NEWER='[ "${2-}" ] || exit 0
mkdir -p /srv/newer/partial /srv/lists/partial
sed "s/ $1 / $2 /; q" /etc/apt/sources.list >/srv/newer.list
newer() {
    apt-get -qq -o Acquire::Check-Valid-Until=false -o Dir::Etc::SourceList=/srv/newer.list \
        -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=/srv/lists -o Dir::Cache::Archives=/srv/newer "$@"
}
newer update
newer install --download-only --no-install-recommends kamailio
rm -r /srv/lists /srv/newer.list /srv/newer/partial'
# The hosts have no way out: what the role installs is there, downloaded, not installed.
# shellcheck disable=SC2016  # $1 is mmdebstrap's
mmdebstrap --quiet --variant=minbase --components="$components" --skip=cleanup/apt --format=tar \
    --include=apt,systemd,systemd-sysv,dbus,python3,python3-apt,iproute2,sudo,openssh-server,openssh-client,gnupg,nftables \
    --customize-hook='chroot "$1" apt-get install -qq --download-only --no-install-recommends kamailio' \
    --customize-hook="chroot \"\$1\" sh -eu -c '$NEWER' sh $DISTRIBUTION $next" \
    --customize-hook='rm -f "$1"/var/cache/apt/*.bin "$1"/etc/ssh/ssh_host_*' \
    "$DISTRIBUTION" "$FILE.part" </dev/null
mv "$FILE.part" "$FILE"
