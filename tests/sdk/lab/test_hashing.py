# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Kamailio's hashes, as the real server's slots show them."""

from __future__ import annotations

from kamailio_binrpc.core.lab.hashing import core_case_hash, core_hash


def test_hashes():
    assert core_hash("bob") == 7222211
    assert core_hash("alice") == 1834153949
    assert core_case_hash("ALICE") == core_case_hash("alice") == core_hash("alice")
    assert core_hash("ab", "c") != core_hash("abc")
