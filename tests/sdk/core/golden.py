# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The worked examples of the wire format, byte for byte, and what they mean.

Those marked * went over the wire between kamcmd and a Kamailio 5.6.3.
"""

from __future__ import annotations

from kamailio_binrpc.core.packet import Message
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.core.wire import FAULT, REPLY, REQUEST


def unhex(text):
    return bytes.fromhex(text)


INTS = [0, 1, -1, 255, 256, 2147483647, -2147483648]
INT_RECORDS = "00 10 01 40 ff ff ff ff 10 ff 20 01 00 40 7f ff ff ff 40 80 00 00 00"

_EXAMPLES = {
    "request*": (
        "a1 01 0f 12 34 91 0d 63 6f 72 65 2e 76 65 72 73 69 6f 6e 00",
        Message(REQUEST, 0x1234, ["core.version"]),
    ),
    "reply*": (
        "a1 11 21 12 34 91 1f 6b 61 6d 61 69 6c 69 6f 20 35 2e 36 2e 33 20 28 78 38 36 5f 36 34 "
        "2f 6c 69 6e 75 78 29 20 00",
        Message(REPLY, 0x1234, ["kamailio 5.6.3 (x86_64/linux) "]),
    ),
    "request without params": (
        "a1 00 0a 07 91 08 63 6f 72 65 2e 70 73 00",
        Message(REQUEST, 7, ["core.ps"]),
    ),
    "request with ints*": (
        "a1 01 25 12 34 91 0c 63 6f 72 65 2e 70 72 69 6e 74 69 00 " + INT_RECORDS,
        Message(REQUEST, 0x1234, ["core.printi", *INTS]),
    ),
    "reply with ints*": ("a1 11 17 12 34 " + INT_RECORDS, Message(REPLY, 0x1234, INTS)),
    "empty reply, cookie 0*": ("a1 10 00 00", Message(REPLY, 0, [])),
    "empty reply, long cookie*": ("a1 13 00 ff ff ff fe", Message(REPLY, 0xFFFFFFFE, [])),
    "fault*": (
        "a1 31 1f 12 34 20 01 f4 91 1a 63 6f 6d 6d 61 6e 64 20 6e 6f 2e 73 75 63 68 20 6e 6f 74 "
        "20 66 6f 75 6e 64 00",
        Message(FAULT, 0x1234, [500, "command no.such not found"]),
    ),
    "fault to an unreadable header*": (
        "a1 30 23 00 20 01 90 91 1e 62 61 64 20 72 65 71 75 65 73 74 3a 20 63 6f 72 72 75 70 74 "
        "65 64 20 70 61 63 6b 65 74 00",
        Message(FAULT, 0, [400, "bad request: corrupted packet"]),
    ),
    "request with a double*": (
        "a1 01 0f 12 34 91 0a 63 6f 72 65 2e 65 63 68 6f 00 22 05 dc",
        Message(REQUEST, 0x1234, ["core.echo", 1.5]),
    ),
    "struct": (
        "a1 11 21 12 34 03 45 49 44 58 00 00 45 50 49 44 00 20 12 5a 45 44 53 43 00 91 0a 61 74 "
        "74 65 6e 64 61 6e 74 00 83",
        Message(REPLY, 0x1234, [Struct(IDX=0, PID=4698, DSC="attendant")]),
    ),
    "struct with an array of structs": (
        "a1 10 2e 01 03 65 65 6e 74 72 79 00 00 55 73 69 7a 65 00 10 01 55 73 6c 6f 74 00 03 03 "
        "55 6e 61 6d 65 00 21 6b 00 65 76 61 6c 75 65 00 10 05 83 83 83",
        Message(REPLY, 1, [Struct(entry=0, size=1, slot=Struct.of(Struct(name="k", value=5)))]),
    ),
    "nested structs": (
        "a1 10 20 02 03 95 08 61 6c 69 61 73 65 73 00 03 65 61 6c 69 61 73 00 03 55 70 6f 72 74 "
        "00 21 2a 00 83 83 83",
        Message(REPLY, 2, [Struct(aliases=Struct(alias=Struct(port="*")))]),
    ),
    "long header": (
        "a1 07 01 3e de ad be ef 91 0c 63 6f 72 65 2e 70 72 69 6e 74 73 00 a1 01 2d "
        + "7a" * 300
        + " 00",
        Message(REQUEST, 0xDEADBEEF, ["core.prints", "z" * 300]),
    ),
    # Not from the worked examples: every record type that Kamailio does not send, and more.
    "all record types": (
        "a1 10 39 09 04 00 04 84 84 36 01 02 03 96 08 00 01 02 03 04 05 06 07 04 11 00 84 "
        "03 00 03 83 25 61 00 82 ff ff ff ff ff ff fa 24 35 c3 a9 00 31 c3 a9 00 "
        "25 61 00 02 15 00 21 ff 00 83",
        Message(
            REPLY,
            9,
            [
                [0, []],
                b"\x01\x02\x03",
                bytes(range(8)),
                [""],
                Struct(
                    [
                        (None, 0),
                        (None, Struct()),
                        ("a", -1.5),
                        ("é", "é"),
                        ("a", 0.0),
                        ("", "\udcff"),
                    ]
                ),
            ],
        ),
    ),
}

PACKETS = {name: unhex(text) for name, (text, _message) in _EXAMPLES.items()}
MESSAGES = {name: message for name, (_text, message) in _EXAMPLES.items()}

PIPELINED = unhex(
    "a1 10 01 01 00 a1 10 02 02 10 01 a1 10 02 03 10 02 a1 10 02 04 10 03 a1 10 02 05 10 04"
)
"""Five replies in one read: cookies 1 to 5, values 0 to 4.*"""
