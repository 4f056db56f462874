# shellcheck shell=sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Read by scripts that install packages. They set a name to appear in messages: SAYS.

say() { printf '%s\n' "$SAYS: $*"; }
die() { printf '%s\n' "$SAYS: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        die "root or sudo is needed to run: $*"
    fi
}

# Fresh packages must not start services: dpkg asks this file first. A file that is
# already there belongs to the machine and stays as it is.
POLICY=/usr/sbin/policy-rc.d
apt_install() {
    command -v apt-get >/dev/null 2>&1 \
        || die "missing: $*. This is not Debian or Ubuntu; install the equivalents and run again."
    say "installing packages: $*"
    made_policy=
    if [ ! -e "$POLICY" ]; then
        made_policy=1
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
        as_root chmod 755 "$POLICY"
    fi
    status=0
    { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q \
        && as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends "$@"; } </dev/null || status=$?
    [ -z "$made_policy" ] || as_root rm -f "$POLICY"
    [ "$status" = 0 ] || die "apt-get failed ($status)"
}
