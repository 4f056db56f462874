#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Makes the root folder of the environments' base image out of Debian's packages, as a tar file: no
# registry is asked. Installs on Debian or Ubuntu what that needs.
#
#   tools/ee_base.sh RELEASE FILE.tar
set -eu
cd "$(dirname "$0")/.."

RELEASE=$1
FILE=$2

# shellcheck disable=SC2034  # for apt.sh
SAYS=ee
# shellcheck disable=SC1091  # checked by itself
. tools/apt.sh

missing=
for program in podman mmdebstrap; do
    has "$program" || missing="$missing $program"
done
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
# shellcheck disable=SC2086  # a list of package names
[ -z "$missing" ] || apt_install $missing

[ -e "$FILE" ] && exit
say "making the base image of $RELEASE"
mkdir -p "$(dirname "$FILE")"
# How this machine reaches packages holds in the image as well.
apt-config dump | grep -E '^Acquire::(Check-|http|https|ftp|Retries)' >"$FILE.conf" || true
mmdebstrap --quiet --variant=minbase --format=tar --aptopt="$FILE.conf" \
    --include=python3,python3-pip,ca-certificates,openssh-client \
    "$RELEASE" "$FILE.part" </dev/null
mv "$FILE.part" "$FILE"
