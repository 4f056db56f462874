#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Makes a root folder out of Debian's packages, with all programs that a relay can use, with sudo and
# sshd. Installs on Debian or Ubuntu what that needs, and podman. Needs root.
#
#   tools/one_root.sh FILE.tar FOLDER
set -eu
cd "$(dirname "$0")/.."

FILE=$1
FOLDER=$2

# shellcheck disable=SC2034  # for apt.sh
SAYS=matrix
# shellcheck disable=SC1091  # checked by itself
. tools/apt.sh

missing=
for program in podman mmdebstrap; do
    has "$program" || missing="$missing $program"
done
[ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || missing="$missing debian-archive-keyring"
# shellcheck disable=SC2086  # a list of package names
[ -z "$missing" ] || apt_install $missing

if [ ! -e "$FILE" ]; then
    say "making $FILE"
    mkdir -p "$(dirname "$FILE")"
    # How this machine reaches packages holds in the folder as well.
    apt-config dump | grep -E '^Acquire::(Check-|http|https|ftp|Retries)' >"$FILE.conf" || true
    mmdebstrap --quiet --mode=root --variant=minbase --format=tar --aptopt="$FILE.conf" \
        --include=python3,socat,netcat-openbsd,sudo,openssh-server,openssh-client,libreadline8 \
        bookworm "$FILE.part" </dev/null
    mv "$FILE.part" "$FILE"
fi
rm -rf "$FOLDER"
mkdir -p "$FOLDER"
tar -C "$FOLDER" --numeric-owner -xf "$FILE"
