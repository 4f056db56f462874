# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The text protocol: requests and replies as bytes, both ways."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import EncodeError, ProtocolError
from kamailio_binrpc.core.fifo import (
    build_request,
    parse_reply,
    parse_request,
    read_struct,
    read_text,
    status_line,
    write_member,
    write_value,
)
from kamailio_binrpc.core.values import Struct

ODD = "tab\tline\nreturn\rback\\slash\\\\, colon: and \0 \udcff é"

# -- requests as a client builds them ------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, data",
    [
        (("core.ps",), b":core.ps:\n\n"),
        (("core.ps", (), "reply"), b":core.ps:reply\n\n"),
        (("m.a", ("x", 5, -1, b"\xff")), b":m.a:\nx\n5\n-1\n\xff\n\n"),
        (("m.a", (1.5,)), b":m.a:\n1.500000\n\n"),
        (("m.a", ("a:b,c",)), b":m.a:\na:b,c\n\n"),
        (("m.a", ("1\n2\r3\t4\\5\0",)), b":m.a:\n1\\n2\\r3\\t4\\\\5\\0\n\n"),
        (("m.a", (Struct(a=1, b="x:y,z"),)), b":m.a:\na:1,b:x\\cy\\oz\n\n"),
        (("m.a", ({"n:m": "v"},)), b":m.a:\nn\\cm:v\n\n"),
        (("m.a", (Struct([("a", 1), ("a", 2)]),)), b":m.a:\na:1,a:2\n\n"),
    ],
)
def test_building_a_request(arguments, data):
    assert build_request(*arguments) == data


@pytest.mark.parametrize(
    "arguments, why",
    [
        (("m\na",), "cannot be a method"),
        (("m\ra",), "cannot be a method"),
        (("m:a",), "cannot be a method"),
        (("m\0a",), "cannot be a method"),
        (("m.a", (), "a:b"), "cannot be a reply name"),
        (("m.a", (), "../b"), "cannot hold"),
        (("m.a", (), "a\\b"), "cannot hold"),
        (("m.a", ("x", "")), "empty parameter"),
        (("m.a", (None,)), "no text form for NoneType"),
        (("m.a", (True,)), "no text form for bool"),
        (("m.a", ({"a": None},)), "no text form for NoneType"),
        (("",), "a request of 4 bytes; ctl reads 6 to"),
        (("", ("parameter",)), "a request of"),
        (("m", ()), "a request of 5 bytes"),
        (("m.a", ("x" * wire.MAX_REQUEST,)), "ctl reads 6 to 65535"),
    ],
)
def test_what_has_no_form_is_refused(arguments, why):
    with pytest.raises(EncodeError, match=why):
        build_request(*arguments)


def test_the_limits_of_a_request():
    assert len(build_request("mm")) == 6
    assert len(build_request("m.a", ("x" * (wire.MAX_REQUEST - 8),))) == wire.MAX_REQUEST


# -- requests as a server reads them -------------------------------------------------------


def parsed(data, *arguments):
    request = parse_request(data, *arguments)
    return request and (request.method, request.reply_name, request.lines, request.size)


@pytest.mark.parametrize(
    "data, expected",
    [
        (b":m.a:\n\n", (b"m.a", b"", [], 7)),
        (b":m.a:r\n\n", (b"m.a", b"r", [], 8)),
        (b":m.a:r\nx\ny\n\n:next", (b"m.a", b"r", [b"x", b"y"], 12)),
        (b":m.a:r:s\n\n", (b"m.a", b"r:s", [], 10)),
        (b":m.a\0:r\n\n", (b"", b"", [], 9)),
        (b":m.a:r\0s\n\n", (b"m.a", b"r", [], 10)),
        (b"m.a:r\n\n", (b"", b"", [], 7)),
        (b":m.abc\n\n", (b"", b"", [], 8)),
        (b":\n\n....", (b"", b"", [], 3)),
        (b":m.a:\n\r", (b"m.a", b"", [], 7)),
    ],
)
def test_reading_a_request(data, expected):
    assert parsed(data) == expected


@pytest.mark.parametrize("data", [b"", b":m:\n\n", b":m.a:\n", b":m.a:\nx\ny\n"])
def test_a_request_that_is_incomplete(data):
    assert parse_request(data) is None


def test_a_request_in_the_middle_of_a_buffer():
    first = build_request("m.a", ("x",))
    data = memoryview(first + build_request("m.b", ("y",)))
    assert parsed(data, len(first)) == (b"m.b", b"", [b"y"], 9)
    assert parse_request(data, len(first) + 1) is not None
    assert parse_request(data[:-1], len(first)) is None


@pytest.mark.parametrize("newer, lines", [(False, [b"x\ry"]), (True, [b"x", b"y"])])
def test_a_carriage_return_belongs_to_the_line_or_ends_it(newer, lines):
    assert parse_request(b":m.a:\nx\ry\n\n", 0, newer).lines == lines


@pytest.mark.parametrize(
    "line, text",
    [
        (b"plain", b"plain"),
        (b"", b""),
        (b"\\n\\r\\t\\0\\\\", b"\n\r\t\0\\"),
        (b"\\\\n", b"\\n"),
        (b"\\\\\\n", b"\\\n"),
        (b"\\c\\o", b":,"),
        (b"a:b,c", b"a:b,c"),
    ],
)
def test_reading_a_parameter(line, text):
    assert read_text(line) == text


@pytest.mark.parametrize(
    "line, why",
    [(b"\\x", "no such escape: .x"), (b"a\\", "at the end"), (b"\\\\\\", "at the end")],
)
def test_escapes_that_do_not_exist(line, why):
    with pytest.raises(ValueError, match=why):
        read_text(line)


def test_reading_a_struct():
    assert read_struct(b"a:1,b\\cc:x\\oy,a:,d:e:f").items() == [
        ("a", b"1"),
        ("b:c", b"x,y"),
        ("a", b""),
        ("d", b"e:f"),
    ]


@pytest.mark.parametrize("line", [b"", b"a", b"a:1,b", b"a:1,"])
def test_a_struct_without_a_colon(line):
    with pytest.raises(ValueError, match="a colon is missing"):
        read_struct(line)


@pytest.mark.parametrize("text", [ODD, "\\", "\\\\", "\\n", ",:", "c\\o"])
def test_a_server_reads_what_a_client_writes(text):
    plain = text.encode("utf-8", "surrogateescape")
    lines = parse_request(build_request("m.a", (text, Struct([(text, text)])))).lines
    assert read_text(lines[0]) == plain
    assert read_struct(lines[1]).items() == [(text, plain)]


# -- replies -------------------------------------------------------------------------------


def test_a_status_line():
    assert status_line(200, b"OK") == b"200 OK\n"
    assert status_line(500, b"x" * 2000) == b"500 " + b"x" * 1023 + b"\n"


def test_a_reply():
    reply = parse_reply(b"200 OK fine\na:b,c\n\nlast\n")
    assert (reply.code, reply.reason) == (200, "OK fine")
    assert reply.lines == [b"a:b,c", b"", b"last"]
    assert reply.texts() == ["a:b,c", "", "last"]


@pytest.mark.parametrize(
    "data, code, reason, lines",
    [
        (b"200 OK\n", 200, "OK", []),
        (b"404\n", 404, "", []),
        (b"500 \xff\nx", 500, "\udcff", [b"x"]),
        (b"200 OK\n\n", 200, "OK", [b""]),
    ],
)
def test_short_replies(data, code, reason, lines):
    reply = parse_reply(data)
    assert (reply.code, reply.reason, reply.lines) == (code, reason, lines)


@pytest.mark.parametrize("data", [b"", b"200 OK", b"\n", b"OK 200\n", b"-1 x\n", b" 200 OK\n"])
def test_what_is_no_reply(data):
    with pytest.raises(ProtocolError, match="not a reply of ctl's text protocol"):
        parse_reply(data)


@pytest.mark.parametrize("text", [ODD, "\\", "\\\\", "\\n", ",:", "c\\o"])
def test_a_client_reads_what_a_server_writes(text):
    plain = text.encode("utf-8", "surrogateescape")
    member = write_member(plain)
    assert b":" not in member and b"," not in member
    line = member + b":" + member
    reply = parse_reply(b"200 OK\n" + write_value(plain) + b"\n" + line + b"\n")
    assert reply.texts()[0] == text
    assert reply.members()[1].items() == [(text, text)]


def test_members_come_in_the_order_in_which_they_were_added():
    """The server prints the last one first; inner structs put their names in front."""
    (struct,) = parse_reply(b"200 OK\nb:2,in:ner:1,a:\n").members()
    assert struct.items() == [("a", ""), ("in:ner", "1"), ("b", "2")]


@pytest.mark.parametrize("rubbish", [b"\\x9", b"end\\", b"\xff\xfe"])
def test_rubbish_in_a_value_is_shown_as_it_came(rubbish):
    (text,) = parse_reply(b"200 OK\n" + rubbish + b"\n").texts()
    assert text == rubbish.decode("utf-8", "surrogateescape")
