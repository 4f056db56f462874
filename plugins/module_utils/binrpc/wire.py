# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Numbers and texts of the binrpc wire format.

See docs/protocol.md#constants; upstream they stand in ``ctl/binrpc.h``.
"""

from __future__ import annotations

MAGIC = 0xA1
"""First byte of every packet: magic 0xA in the high nibble, version 1 in the low one."""

REQUEST, REPLY, FAULT = 0, 1, 3
"""Message types; 2 and 4 to 15 are invalid."""

MESSAGE_TYPES = {REQUEST: "request", REPLY: "reply", FAULT: "fault"}

INT, STR, DOUBLE, STRUCT, ARRAY, AVP, BYTES = range(7)
ANY = 15
"""Record types; ANY is a wish of a reader and never legal on the wire."""

RECORD_TYPES = {
    INT: "integer",
    STR: "string",
    DOUBLE: "float",
    STRUCT: "structure",
    ARRAY: "array",
    AVP: "structure member",
    BYTES: "bytes array",
    ANY: "any",
}
"""Record type names as Kamailio writes them in its faults (``rpc_type_name``)."""

STRUCT_START, STRUCT_END = 0x03, 0x83
ARRAY_START, ARRAY_END = 0x04, 0x84

MIN_HEADER = 4
"""Magic, flags, one length byte, one cookie byte: also the smallest packet."""

INT_MIN, INT_MAX, UINT_MAX = -(2**31), 2**31 - 1, 2**32 - 1
"""An int record is a 32-bit pattern: signed and unsigned values share it."""

FIXED_MIN, FIXED_MAX = -(2**63), 2**63 - 1
"""Limits of value x 1000 in a double record (64-bit fixed point)."""

DEFAULT_PORT = 2049
DEFAULT_SOCKET = "/run/kamailio/kamailio_ctl"
DEFAULT_ADDRESS = "unix:" + DEFAULT_SOCKET

MAX_REQUEST = 65535
"""The ctl module's receive buffer: a longer request is a reset without a fault.

See docs/protocol.md#streams.
"""

MAX_DATAGRAM = 65535
MAX_CONNECTIONS = 128
"""Stream connections that ctl serves at once, over all its listeners.

See docs/protocol.md#connection-limit.
"""

# Limits of our decoders; each has an error class of its own.
MAX_BODY = 16 * 1024 * 1024
MAX_DEPTH = 64
MAX_RECORDS = 2_000_000

# Parser error codes and the texts that appear inside faults.
E_INVAL, E_OVERFLOW, E_BADPKT, E_MORE_DATA, E_EOP = -1, -2, -3, -4, -5
E_NOTINIT, E_TYPE, E_RECORD, E_BUG, E_LAST = -6, -7, -8, -9, -10

ERROR_TEXTS = {
    0: "no error",
    E_INVAL: "invalid function arguments",
    E_OVERFLOW: "buffer too small (overflow)",
    E_BADPKT: "corrupted packet",
    E_MORE_DATA: "more data needed",
    E_EOP: "end of packet encountered",
    E_NOTINIT: "binrpc parse context not initialized",
    E_TYPE: "record doesn't match type",
    E_RECORD: "bad record",
    E_BUG: "bug -- internal error",
    E_LAST: "unknown/invalid error code",
}
