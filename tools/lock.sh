#!/bin/sh
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Rewrites requirements/*.txt from requirements/*.in with uv. The locks are universal: one
# file serves every supported Python, by environment markers. Options go to uv, for
# example `tools/lock.sh --upgrade`.
set -eu
cd "$(dirname "$0")/../requirements"

lock() {
    name=$1 python=$2
    shift 2
    uv pip compile --quiet --universal --generate-hashes --python-version "$python" \
        --custom-compile-command tools/lock.sh --output-file "$name.txt" "$@" "$name.in"
}

lock build 3.11 "$@"
lock dev 3.11 "$@"
lock ansible-newest 3.11 "$@"
lock ansible-oldest 3.11 "$@"
lock docs 3.11 "$@"
lock rulebook 3.11 "$@"
lock salt 3.11 "$@"
lock fuzz 3.11 "$@"
lock mutation 3.11 "$@"
lock molecule 3.12 --no-deps "$@"
lock core38 3.8 "$@"
lock wheels 3.10 "$@"
lock sdk310 3.10 "$@"
lock standalone 3.10 "$@"
