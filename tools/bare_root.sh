#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Runs make in a bare root folder: Debian's minimal packages plus make and git, and nothing else.
# What is committed is cloned into it.
#
#   tools/bare_root.sh [RELEASE [TARGET...]]
#   tools/bare_root.sh                           # make demo and make test on Debian 12
#   tools/bare_root.sh trixie demo
#   tools/bare_root.sh trixie "test ARGS='-k decoder tests/sdk'"
#
# The root folder stays for a look, in build/bare, until the next run. Remove it as root. It is made
# once from packages and then copied; remove build/bare/RELEASE.tar to have newer ones.
set -eu
cd "$(dirname "$0")/.."

# shellcheck disable=SC2034  # for apt.sh
SAYS=bare
# shellcheck disable=SC1091  # checked by itself
. tools/apt.sh

RELEASE=${1:-bookworm}
[ $# = 0 ] || shift
[ $# != 0 ] || set -- demo "test ARGS='-p tests.support.skips'"
case $RELEASE in
    bookworm | trixie) ;;
    *) die "unknown release $RELEASE; there are bookworm and trixie" ;;
esac
if [ "$(id -u)" != 0 ]; then
    as_root "tools/bare_root.sh" "$RELEASE" "$@"
    exit
fi

FOLDER=$PWD/build/bare
ROOT=$FOLDER/$RELEASE
TREE=/srv/kamailio-binrpc

# How this machine reaches packages holds in the root as well.
apt_settings() { apt-config dump | grep -E '^Acquire::(Check-|http|https|ftp|Retries)' || true; }

has mmdebstrap || apt_install mmdebstrap debian-archive-keyring
mkdir -p "$FOLDER"
apt_settings >"$FOLDER/apt.conf"
if [ ! -e "$ROOT.tar" ]; then
    say "making $ROOT.tar"
    mmdebstrap --quiet --mode=root --variant=minbase --include=make,git --format=tar \
        --aptopt="$FOLDER/apt.conf" "$RELEASE" "$ROOT.tar.part" </dev/null
    mv "$ROOT.tar.part" "$ROOT.tar"
fi
say "unpacking $ROOT"
rm -rf "$ROOT"
mkdir "$ROOT"
tar -C "$ROOT" --numeric-owner -xf "$ROOT.tar"

# pip's settings come along, with the folders that they name (of an index, the files beside
# simple/); so do certificates of the site's own.
for path in /etc/pip.conf /etc/xdg/pip "$HOME/.config/pip" "$HOME/.pip" \
    /usr/local/share/ca-certificates /etc/resolv.conf; do
    [ -e "$path" ] || continue
    target=$path
    case $path in "$HOME"/*) target=/root${path#"$HOME"} ;; esac
    mkdir -p "$ROOT${target%/*}"
    rm -rf "${ROOT:?}$target"
    cp -rL "$path" "$ROOT$target"
done
python3 -m pip config list 2>/dev/null | grep -oE "/[^/' :][^' ]*" \
    | grep -vE '^/etc/' | sed 's,/simple/*$,,' | sort -u >"$FOLDER/folders" || true

export -p | grep '^export PIP_' >"$ROOT/pip.env" || true

say "cloning $(git describe --always --dirty)"
mkdir -p "$ROOT${TREE%/*}"
git -c safe.directory="$PWD" clone --quiet --no-hardlinks . "$ROOT$TREE"

# Nothing mounted here is seen outside, or outlives the run.
export ROOT TREE FOLDER
status=0
for target in "$@"; do
    say "$RELEASE: make $target"
    # shellcheck disable=SC2016  # expanded inside
    unshare --mount --propagation private --pid --fork --kill-child sh -eu -c '
        mount --bind "$ROOT" "$ROOT"
        mount -t proc proc "$ROOT/proc"
        mount --rbind /sys "$ROOT/sys"
        mount --rbind /dev "$ROOT/dev"
        while read -r folder; do
            [ ! -d "$folder" ] || {
                mkdir -p "$ROOT$folder"
                mount --bind "$folder" "$ROOT$folder"
            }
        done <"$FOLDER/folders"
        cd "$ROOT"
        mkdir -p .old
        pivot_root . .old
        cd /
        umount --lazy /.old
        cd "$TREE"
        exec env -i KAMAILIO_REQUIRED=1 HOME=/root LANG=C.UTF-8 TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            sh -c ". /pip.env; make $1"
    ' sh "$target" </dev/null || { status=$?; break; }
done
exit "$status"
