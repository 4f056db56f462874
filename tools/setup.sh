#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Makes .venv and installs what the demo needs, and unless the argument is "demo" what the tests
# need, on a bare Debian or Ubuntu as well. A second run with unchanged locks does nothing.
set -eu
cd "$(dirname "$0")/.."

VENV=.venv
WHAT=${1:-tests}

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

# Adds to the list of missing packages: PACKAGE... unless a PROGRAM is there.
missing=
need() {
    program=$1
    shift
    has "$program" || missing="$missing $*"
}

need_file() { [ -e "$1" ] || missing="$missing $2"; }

has_headers() {
    "$1" -c 'import os, sys, sysconfig
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'
}

# The compiled decoder needs a compiler and Python's headers. Without them it is left out.
compiles() { has cc && has_headers "$1"; }

system_packages() {
    find_python >/dev/null || missing="$missing python3 python3-venv"
    need git git
    need_file /etc/ssl/certs/ca-certificates.crt ca-certificates
    if [ "$WHAT" = tests ]; then
        need kamailio kamailio
        need cc gcc libc6-dev
        if python=$(find_python); then
            case $python in
                /usr/bin/*) has_headers "$python" || missing="$missing ${python##*/}-dev" ;;
            esac
        else
            missing="$missing python3-dev"
        fi
        need shellcheck shellcheck
        need ssh openssh-client
        # Relays are tried with each program that a host may have.
        need socat socat
        need nc netcat-openbsd
        need ps procps
        need_file /etc/services netbase
        # kamrpc's shell is tried on a terminal with a pager, its completions in each shell.
        need tmux tmux
        need less less
        need zsh zsh
        need fish fish
        need java default-jre-headless
    fi
    # shellcheck disable=SC2086  # a list of package names
    [ -z "$missing" ] || apt_install $missing
}

# Is it as it was when the stamp was made?
unchanged() { [ -x "$VENV/bin/python" ] && [ "$(cat "$VENV/.$1-stamp" 2>/dev/null)" = "$2" ]; }
stamp() { printf '%s\n' "$2" >"$VENV/.$1-stamp"; }

system_packages
python=$(find_python) || die "Python 3.11, 3.12 or 3.13 is needed for development (the SDK \
itself runs on 3.10 and later). Install one, with its venv package, and run again."
pip="$VENV/bin/python -m pip --disable-pip-version-check -qq"

locks=$({ cat requirements/build.txt requirements/dev.txt; printf '%s\n' "$python"; } | cksum)
if ! unchanged locks "$locks"; then
    say "making $VENV with $python"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
    # Python compiles what is used, which is a small part, when it is used.
    pip_install="$pip install --no-compile --require-hashes --only-binary :all:"
    $pip_install -r requirements/build.txt
    # reuse publishes wheels for few Pythons; it is plain Python and builds anywhere.
    $pip_install --no-binary reuse,argparse-manpage --no-build-isolation -r requirements/dev.txt
    stamp locks "$locks"
fi

if compiles "$python"; then compiled=yes; else compiled=no; fi
project=$({ sed "/^\[tool.ruff\]/,\$d" pyproject.toml; cat setup.py; printf '%s\n' "$compiled"; } | cksum)
if ! unchanged project "$project"; then
    # Without isolation and dependencies: everything it needs is in the lock.
    $pip install --no-build-isolation --no-deps -e .
    stamp project "$project"
    say "done: $("$VENV/bin/python" --version), $("$VENV/bin/ansible" --version | sed -n 1p)"
fi
