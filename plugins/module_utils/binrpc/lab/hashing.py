# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Kamailio's hashes (upstream ``core/hashes.h``): they decide slots, entries and their order."""

from __future__ import annotations


def _mix(data: bytes, total: int) -> int:
    for start in range(0, len(data) - len(data) % 4 + 1, 4):
        word = 0
        for byte in data[start : start + 4]:
            # Characters are signed there.
            word = (word << 8) + (byte - 256 if byte > 127 else byte)
        word &= 0xFFFFFFFF
        total += word ^ word >> 3
    return total & 0xFFFFFFFF


def core_hash(*texts: str) -> int:
    """Hash one or two texts to 32 bits."""
    total = 0
    for text in texts:
        total = _mix(text.encode("utf-8", "surrogateescape"), total)
    return (total + (total >> 11) + (total >> 13) + (total >> 23)) & 0xFFFFFFFF


def core_case_hash(*texts: str) -> int:
    """The same without regard to the case of ASCII letters."""
    total = 0
    for text in texts:
        # bytes.lower() touches ASCII letters only.
        total = _mix(text.encode("utf-8", "surrogateescape").lower(), total)
    return (total + (total >> 11) + (total >> 13) + (total >> 23)) & 0xFFFFFFFF
