# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""kamrpc trace: hex, dumps, raw bytes and capture files."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.cli import capture, exit_codes, trace
from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.errors import EncodeError
from kamailio_binrpc.core.packet import encode
from kamailio_binrpc.core.values import Struct
from tests.sdk.core import strategies

REQUEST = encode(["core.echo", 5, "a\n", 1.5, b"\x01"], wire.REQUEST, 0x1234)
REPLY = encode([Struct([("a", 1), (None, "x")]), [1]], wire.REPLY, 0x1234)
FAULT = encode([500, "no"], wire.FAULT, 0x1235)


@pytest.fixture
def shown(tmp_path, capsys):
    """Decode some bytes; return the status and what was printed."""

    def run(data, *args):
        path = tmp_path / "input"
        path.write_bytes(data)
        status = main(["trace", *args, str(path)])
        return status, capsys.readouterr().out

    return run


def test_raw_packets(shown):
    assert shown(REQUEST + REPLY + FAULT) == (
        0,
        f"#1 request cookie 0x1234, {len(REQUEST)} bytes\n"
        '  str "core.echo"\n  int 5\n  str "a\\n"\n'
        "  double 1.5\n  bytes 01\n"
        f"#2 reply cookie 0x1234, {len(REPLY)} bytes\n"
        '  struct {\n    a: int 1\n    str "x"\n  }\n'
        "  array [\n    int 1\n  ]\n"
        f'#3 fault cookie 0x1235, {len(FAULT)} bytes\n  int 500\n  str "no"\n',
    )


def test_jsonl(shown):
    status, out = shown(REQUEST + FAULT, "-o", "jsonl")
    first, second = map(json.loads, out.splitlines())
    assert (status, first["type"], second["values"]) == (0, "request", [500, "no"])


def dump(data, form):
    rows = [data[at : at + 16] for at in range(0, len(data), 16)]
    text = [row.hex(" ") for row in rows]
    if form == "plain":
        return data.hex()
    if form == "colons":
        return data.hex(":")
    if form == "python":
        return "".join(f"\\x{byte:02x}" for byte in data)
    shown = ["".join(chr(b) if 32 <= b < 127 else "." for b in row) for row in rows]
    if form == "kamcmd":
        return "\n".join(f"{hexed:<47}  {text}" for hexed, text in zip(text, shown))
    if form == "xxd":
        pairs = [
            " ".join(row.hex()[at : at + 4] for at in range(0, len(row) * 2, 4)) for row in rows
        ]
        return "\n".join(
            f"{n * 16:08x}: {p:<39}  {t}" for n, (p, t) in enumerate(zip(pairs, shown))
        )
    assert form == "hexdump"
    halves = [f"{row[:8].hex(' ')}  {row[8:].hex(' ')}".rstrip() for row in rows]
    body = [f"{n * 16:08x}  {h:<48}  |{t}|" for n, (h, t) in enumerate(zip(halves, shown))]
    return "\n".join([*body, f"{len(data):08x}"])


FORMS = ("plain", "colons", "python", "kamcmd", "xxd", "hexdump")


@pytest.mark.parametrize("form", FORMS)
def test_hex_in_many_forms(form, shown):
    assert trace.from_hex(dump(REQUEST, form)) == REQUEST
    assert shown(dump(FAULT, form).encode())[1].startswith("#1 fault cookie 0x1235")


@strategies.thorough
@given(st.binary(min_size=1, max_size=70), st.sampled_from(FORMS))
def test_any_bytes_come_back_from_their_dump(data, form):
    assert trace.from_hex(dump(data, form)) == data


def test_hex_from_the_command_line_and_standard_input(capsys, monkeypatch):
    assert main(["trace", "--hex", *FAULT.hex(" ").split()]) == 0
    assert "#1 fault" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(FAULT)))
    assert main(["trace"]) == 0
    assert "#1 fault" in capsys.readouterr().out


def test_what_is_malformed_is_shown_and_told(shown):
    status, out = shown(REPLY + FAULT[:-2])
    assert status == exit_codes.PROTOCOL
    assert f"#2 malformed, {len(FAULT) - 2} bytes\n  more data needed" in out
    assert FAULT[:-2].hex(" ") in out


@pytest.mark.parametrize("data", [b"hello", b"", b"a1 0"])
def test_what_is_no_packet_at_all(data, shown):
    assert shown(data)[0] in (exit_codes.USAGE, exit_codes.PROTOCOL)


def test_no_such_file():
    assert main(["trace", "/nonexistent/file"]) == exit_codes.USAGE


def test_from_hex_names_its_complaint():
    with pytest.raises(EncodeError, match="neither a capture, nor binrpc, nor hex digits"):
        trace.from_hex("hello")


# --- captures


def ipv4(kind, segment):
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(segment), 0, 0, 64, kind, 0,
                       b"\x7f\0\0\1", b"\x7f\0\0\2")  # fmt: skip
    return head + segment


def ipv6(kind, segment):
    own = b"\0" * 15 + b"\1"
    return struct.pack(">IHBB16s16s", 6 << 28, len(segment), kind, 64, own, own) + segment


def udp(data, source=5000, destination=2049):
    return struct.pack(">HHHH", source, destination, 8 + len(data), 0) + data


def tcp(data, sequence, source=5000, destination=2049):
    ports = struct.pack(">HHII", source, destination, sequence & 0xFFFFFFFF, 0)
    return ports + struct.pack(">BBHHH", 0x50, 0x18, 512, 0, 0) + data


def ethernet(packet, kind=0x0800):
    return b"\0" * 12 + struct.pack(">H", kind) + packet


def pcap(*frames, link=1, order="<", magic=0xA1B2C3D4):
    data = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, link)
    for number, frame in enumerate(frames):
        data += struct.pack(order + "IIII", 1000 + number, 500, len(frame), len(frame)) + frame
    return data


def pcapng(*frames, link=1, order="<"):
    def block(kind, body):
        body += b"\0" * (-len(body) % 4)
        size = struct.pack(order + "I", 12 + len(body))
        return struct.pack(order + "I", kind) + size + body + size

    data = block(0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    options = struct.pack(order + "HHB3xHH", 9, 1, 9, 0, 0)
    data += block(1, struct.pack(order + "HHI", link, 0, 65535) + options)
    for frame in frames:
        head = struct.pack(order + "IIIII", 0, 0, 1000000000, len(frame), len(frame))
        data += block(6, head[:4] + struct.pack(order + "II", 232, 3567587328) + head[12:] + frame)
    return data


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("make", [pcap, pcapng])
def test_datagrams_in_a_capture(make, order, shown):
    frames = [
        ethernet(ipv4(17, udp(REQUEST))),
        ethernet(ipv4(17, udp(b"SIP/2.0 200 OK"))),
        ethernet(ipv4(17, udp(FAULT, 2049, 5000))),
        b"\0" * 60,
    ]
    status, out = shown(make(*frames, order=order))
    assert status == 0
    heads = [line for line in out.splitlines() if line.startswith("#")]
    assert len(heads) == 2
    assert heads[0].endswith("udp 127.0.0.1:5000 > 127.0.0.2:2049")
    assert heads[1].startswith("#2 fault")


@pytest.mark.parametrize(
    "link, frame",
    [
        (1, ethernet(struct.pack(">HH", 7, 0x0800) + ipv4(17, udp(REQUEST)), 0x8100)),
        (1, ethernet(ipv6(17, udp(REQUEST)), 0x86DD)),
        (0, b"\2\0\0\0" + ipv4(17, udp(REQUEST))),
        (101, ipv4(17, udp(REQUEST))),
        (101, ipv6(17, udp(REQUEST))),
        (113, b"\0" * 14 + b"\x08\0" + ipv4(17, udp(REQUEST))),
        (276, b"\x08\0" + b"\0" * 18 + ipv4(17, udp(REQUEST))),
        (1, ethernet(ipv4(17, udp(REQUEST)) + b"\0" * 9)),
    ],
)
def test_links_and_networks(link, frame):
    (found,) = capture.payloads(pcap(frame, link=link))
    assert found.data == REQUEST


def test_nanoseconds():
    (found,) = capture.payloads(pcap(ethernet(ipv4(17, udp(FAULT))), magic=0xA1B23C4D))
    assert found.time == pytest.approx(1000 + 500e-9, abs=1e-9)
    (found,) = capture.payloads(pcapng(ethernet(ipv4(17, udp(FAULT)))))
    assert found.time == pytest.approx((232 << 32 | 3567587328) * 1e-9)


def test_streams_are_put_together_and_shown_in_order_of_time(shown):
    start = 2**32 - 10  # the sequence number wraps
    both = REQUEST + REQUEST
    frames = [
        ethernet(ipv4(6, tcp(b"", start))),
        ethernet(ipv4(6, tcp(both[:20], start))),
        ethernet(ipv4(6, tcp(both[40:], start + 40))),
        ethernet(ipv4(6, tcp(both[10:45], start + 10))),
        ethernet(ipv4(6, tcp(REPLY, 7, 2049, 5000))),
        ethernet(ipv4(6, tcp(b"GET / HTTP/1.1", 1, 1, 2))),
    ]
    status, out = shown(pcap(*frames))
    assert status == 0
    heads = [line.split(",")[0] for line in out.splitlines() if line.startswith("#")]
    assert heads == [
        "#1 request cookie 0x1234",
        "#2 request cookie 0x1234",
        "#3 reply cookie 0x1234",
    ]


def test_a_lost_segment_costs_what_was_in_it(shown):
    frames = [
        ethernet(ipv4(6, tcp(REQUEST, 0))),
        ethernet(ipv4(6, tcp(FAULT, len(REQUEST) + 1000))),
    ]
    status, out = shown(pcap(*frames))
    assert (status, out.count("#1 request"), out.count("#2 fault")) == (0, 1, 1)


def test_a_capture_of_something_else_is_refused(shown):
    assert shown(pcap(b"\0" * 40, link=195))[0] == exit_codes.USAGE
    assert shown(pcap(ethernet(ipv4(17, udp(b"SIP")))))[0] == exit_codes.USAGE
    assert shown(pcap(ethernet(ipv4(17, udp(FAULT)))[:30]))[0] == exit_codes.USAGE


def block(kind, body):
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


SECTION = block(0x0A0D0D0A, b"\x4d\x3c\x2b\x1a" + b"\1\0\0\0" + b"\xff" * 8)


@pytest.mark.parametrize("size", [0, 1, 2, 4, 7])
def test_an_interface_that_is_cut_is_none(size):
    frame = ethernet(ipv4(17, udp(REQUEST)))
    packet = block(6, struct.pack("<IIIII", 0, 0, 0, len(frame), len(frame)) + frame)
    assert list(capture.payloads(SECTION + block(1, b"\1" * size) + packet)) == []


def test_a_time_without_end_is_shown(shown):
    frame = ethernet(ipv4(17, udp(REQUEST)))
    seconds = struct.pack("<HHBBBB", 9, 1, 0, 0, 0, 0)
    interface = block(1, struct.pack("<HHI", 1, 0, 65535) + seconds)
    packet = block(6, struct.pack("<IIIII", 0, 2**32 - 1, 0, len(frame), len(frame)) + frame)
    status, out = shown(SECTION + interface + packet)
    assert (status, "#1 request" in out) == (0, True)


def test_the_time_of_a_byte():
    segments = [capture.Payload(n, "a", "b", b"xy", 2 * n) for n in range(5)]
    (piece,) = capture.streams(segments)
    assert [piece.time_of(place) for place in range(10)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]


@strategies.thorough
@given(st.binary(max_size=80), st.sampled_from([0, 1, 12, 101, 113, 276]))
def test_any_frame_is_read_without_an_accident(frame, link):
    list(capture.payloads(pcap(frame, link=link)))


@strategies.thorough
@given(st.binary(max_size=120))
def test_any_file_is_read_without_an_accident(data):
    for start in (b"\xd4\xc3\xb2\xa1", b"\x0a\x0d\x0d\x0a"):
        with contextlib.suppress(capture.CaptureError):
            list(capture.payloads(start + data))
