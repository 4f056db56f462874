#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Makes .venv and installs what tests and demo need, on a bare Debian or Ubuntu as well.
# A second run with unchanged locks does nothing.
set -eu
cd "$(dirname "$0")/.."

VENV=.venv
STAMP=$VENV/.setup-stamp

# shellcheck disable=SC2034  # for apt.sh
SAYS=setup
# shellcheck disable=SC1091  # checked by itself
. tools/apt.sh

# A name on PATH is not enough: version managers put launchers there that only answer
# with an error. What counts is that it runs, is new enough and can make environments.
usable() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
        >/dev/null 2>&1
}

find_python() {
    for version in 3.13 3.12 3.11; do
        for candidate in "python$version" \
            "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$version".*/bin/"python$version"; do
            usable "$candidate" && { command -v "$candidate"; return; }
        done
    done
    usable python3 && { command -v python3; return; }
    return 1
}

system_packages() {
    missing=
    find_python >/dev/null || missing="$missing python3 python3-venv"
    has kamailio || missing="$missing kamailio"
    has shellcheck || missing="$missing shellcheck"
    has git || missing="$missing git"
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
    # shellcheck disable=SC2086  # a list of package names
    [ -z "$missing" ] || apt_install $missing
}

checksum() {
    { cat requirements/build.txt requirements/dev.txt; sed "/^\[tool.ruff\]/,\$d" pyproject.toml; printf '%s\n' "$1"; } | cksum
}

system_packages
python=$(find_python) || die "Python 3.11, 3.12 or 3.13 is needed for development (the SDK \
itself runs on 3.10 and later). Install one, with its venv package, and run again."

wanted=$(checksum "$python")
if [ -x "$VENV/bin/python" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$wanted" ]; then
    exit 0
fi

say "making $VENV with $python"
rm -rf "$VENV"
"$python" -m venv "$VENV"
pip="$VENV/bin/python -m pip --disable-pip-version-check -qq"
$pip install --require-hashes --only-binary :all: -r requirements/build.txt
# reuse publishes wheels for few Pythons; it is plain Python and builds anywhere.
$pip install --require-hashes --only-binary :all: --no-binary reuse --no-build-isolation \
    -r requirements/dev.txt
# Without isolation and dependencies: everything it needs is in the lock.
$pip install --no-build-isolation --no-deps -e .
printf '%s\n' "$wanted" >"$STAMP"
say "done: $("$VENV/bin/python" --version), $("$VENV/bin/ansible" --version | head -n 1)"
