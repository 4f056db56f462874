# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""One check for each parser of bytes or texts from outside: any input is read, or refused with a
documented error. What is read is read again from what it is written as, where there is a writer.

Each target has a few good inputs, from which the others are made.
"""

from __future__ import annotations

import contextlib
import json
import struct
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kamailio_binrpc import BinrpcError, Fault, Struct  # noqa: E402
from kamailio_binrpc.cli import capture, output, trace  # noqa: E402
from kamailio_binrpc.cli.kamcmd.errors import Failure  # noqa: E402
from kamailio_binrpc.cli.kamcmd.records import walk  # noqa: E402
from kamailio_binrpc.cli.kamcmd.template import Template  # noqa: E402
from kamailio_binrpc.core import fifo, uri  # noqa: E402
from kamailio_binrpc.core.address import parse_address, parse_listen  # noqa: E402
from kamailio_binrpc.core.config import ConfigError, load_config  # noqa: E402
from kamailio_binrpc.core.connection import Connection, Request  # noqa: E402
from kamailio_binrpc.core.cut_replies import find_answers  # noqa: E402
from kamailio_binrpc.core.desired.escapes import for_people, raw, visible  # noqa: E402
from kamailio_binrpc.core.desired.expect import at_path, steps  # noqa: E402
from kamailio_binrpc.core.desired.step import Step  # noqa: E402
from kamailio_binrpc.core.dispatcher import parse_uri  # noqa: E402
from kamailio_binrpc.core.errors import AddressError, EncodeError, ProtocolError  # noqa: E402
from kamailio_binrpc.core.facts import PARTS, gather  # noqa: E402
from kamailio_binrpc.core.foreign import parse_json, whole  # noqa: E402
from kamailio_binrpc.core.hosts import is_host  # noqa: E402
from kamailio_binrpc.core.packet import encode, parse_header  # noqa: E402
from kamailio_binrpc.core.params import from_text  # noqa: E402
from kamailio_binrpc.core.printable import printable  # noqa: E402
from kamailio_binrpc.core.reply import Reply  # noqa: E402
from kamailio_binrpc.core.state.journal import parse as parse_journal  # noqa: E402
from kamailio_binrpc.core.views import LossyView, to_dict, to_pairs  # noqa: E402
from kamailio_binrpc.lab import Recording, RecordingError  # noqa: E402
from kamailio_binrpc.state.loader import FileError, load_text  # noqa: E402
from tests.sdk.core import golden, properties  # noqa: E402

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

PACKETS = [*golden.PACKETS.values(), golden.PIPELINED]


@dataclass(frozen=True)
class Target:
    """A parser: what must hold for any input, and inputs to begin with."""

    check: Callable[[bytes], object]
    seeds: list[bytes]


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


# --- packets and what is made of them


def decode(data: bytes) -> None:
    properties.check_decoder(data)
    # The same bytes as a body, so that the header is not in the way.
    properties.check_decoder(properties.in_reply(data))


def framing(data: bytes) -> None:
    count = data[0] % 16 if data else 0
    cuts, stream = data[1 : count + 1], data[count + 1 :]
    properties.check_stream(stream, cuts)
    marks = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    parts = [stream[start:stop] for start, stop in pairwise(marks)]
    properties.check_datagrams(parts, None)
    properties.check_datagrams(parts, 0x1234)


def connection(data: bytes) -> None:
    """Each request has at most one outcome, its own, for any bytes that a server sends."""
    count = data[0] % 16 if data else 0
    cuts, stream = data[1 : count + 1], data[count + 1 :]
    marks = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    for datagram in (False, True):
        receiver = Connection(datagram, 4096)
        requests = [Request("m.a", (), cookie) for cookie in (0x1234, 0x12345678, 1)]
        for request in requests:
            request.sent = True
            receiver.expect(request)
        done: list[Request] = []
        for start, stop in pairwise(marks):
            done += receiver.receive(stream[start:stop])
            if receiver.failure is not None:
                break
        assert len(done) == len(set(map(id, done)))
        for request in done:
            assert isinstance(request.outcome, (Reply, BinrpcError))
        receiver.partial()


def cut_replies(data: bytes) -> None:
    """Compiled and Python search find the same."""
    cookies = [0x1234, 0x12345678, 1, int.from_bytes(data[:4], "big")]
    found = find_answers(data, 2, cookies, 5)
    assert found == sorted(found)
    for at in found:
        header = parse_header(data, at)
        assert header is not None
        assert header.cookie in cookies or at + header.total == len(data)
    compiled = _compiled()
    assert compiled is None or compiled.find_answers(data, 2, cookies, 5) == found


def compare(data: bytes) -> None:
    """Compiled and Python decoder give equal values, errors and anomalies. The first byte chooses
    options, the rest is the body.
    """
    from tests.sdk.speedups.differential import compare as differ

    compiled = _compiled()
    if compiled is None:
        return
    choice, body = data[:1] or b"\0", data[1:]
    options: dict[str, object] = {
        "noting": bool(choice[0] & 1),
        "unsigned": bool(choice[0] & 2),
    }
    if choice[0] & 4:
        options |= {"max_depth": choice[0] >> 4, "max_records": choice[0]}
    if choice[0] & 8:
        end = len(data) - (choice[0] >> 6 if len(data) > 4 else 0)
        differ(compiled.decode_records, data, 1, end, **options)
    else:
        differ(compiled.decode_records, body, **options)


_built: list[object] = []


def _compiled():  # type: ignore[no-untyped-def]
    """Build the compiled module from the source, once; None where that cannot be."""
    from tests.sdk.speedups import building

    if not _built:
        folder = ROOT / "build" / "fuzz" / "compiled"
        folder.mkdir(parents=True, exist_ok=True)
        _built.append(None if building.why_not() else building.load(building.build(folder, "-O1")))
    return _built[0]


def views(data: bytes) -> None:
    """Any values can be shown in every form."""
    message = properties.check_decoder(properties.in_reply(data))
    if isinstance(message, ProtocolError):
        return
    reply = Reply(message.values, "x.y")
    for form in output.FORMATS:
        printable(output.render(reply, form)).encode()
    to_pairs(list(reply))
    for how in ("error", "first", "last", "list"):
        with contextlib.suppress(LossyView):
            to_dict(list(reply), how)
    shown = visible(reply.to_json())
    for_people(json.dumps(shown)).encode()
    for part in PARTS:
        with contextlib.suppress(ProtocolError):
            gather(lambda _method, *_params: reply, [part])


# --- other protocols and files


def text_protocol(data: bytes) -> None:
    for carriage_return in (False, True):
        request = fifo.parse_request(data, 0, carriage_return)
        if isinstance(request, fifo.TextRequest):
            assert 0 < request.size <= len(data)
    with contextlib.suppress(ProtocolError):
        reply = fifo.parse_reply(data)
        reply.texts()
        with contextlib.suppress(ProtocolError):
            reply.members()
    for read in (fifo.read_text, fifo.read_struct):
        with contextlib.suppress(ValueError):
            read(data)


def captures(data: bytes) -> None:
    with contextlib.suppress(capture.CaptureError):
        found = list(capture.payloads(data))
        for piece in capture.streams(found):
            assert piece.time_of(0) >= 0
        for where, packet in trace._captured(found):
            assert where
            assert packet


def hexadecimal(data: bytes) -> None:
    with contextlib.suppress(EncodeError):
        found = trace.from_hex(data.decode("utf-8", "replace"))
        assert trace.from_hex(found.hex(" ")) == found


def recordings(data: bytes) -> None:
    with contextlib.suppress(RecordingError):
        found = Recording.load(text_of(data))
        again = found.dump()
        assert Recording.load(again).dump() == again


def _in_file(data: bytes) -> str:
    path = Path(tempfile.gettempdir()) / f"fuzz-{id(_built)}"
    path.write_bytes(data)
    return str(path)


def configuration(data: bytes) -> None:
    path = _in_file(data)
    try:
        with contextlib.suppress(ConfigError):
            config = load_config(path)
            for name in [*config.endpoints, *config.groups]:
                with contextlib.suppress(ConfigError, AddressError):
                    config.select([name])
    finally:
        Path(path).unlink()


def state_file(data: bytes) -> None:
    """A file of desired state is refused with its place, or its documents make the same wish."""
    text = data.decode("utf-8", "replace")
    refused = ""
    try:
        wish = load_text(text, "<fuzz>", references=_secret)
    except FileError as error:
        refused = str(error)
    assert "sesame" not in refused
    if refused:
        assert refused.startswith("<fuzz>")
        return
    assert "sesame" not in repr(wish)
    again = load_text(json.dumps(wish.documents), "<again>", references=_secret)
    assert again.documents == wish.documents


def _secret(_reference: object) -> str:
    return "sesame"


def settings(data: bytes) -> None:
    from kamailio_binrpc.core.lab.settings import SettingsError, _parse

    with contextlib.suppress(SettingsError):
        _parse(text_of(data))


# --- texts


def address(data: bytes) -> None:
    text = text_of(data)
    with contextlib.suppress(AddressError):
        found = parse_address(text)
        assert parse_address(str(found)) == found
    with contextlib.suppress(AddressError):
        parse_listen(text)


def template(data: bytes) -> None:
    """A template of pykamcmd, filled from the packet behind it."""
    form, _nul, packet = data.partition(b"\0")
    with contextlib.suppress(Failure, ProtocolError):
        parsed = Template(text_of(form))
        header = parse_header(packet)
        start = header.size if header else 0
        for number, piece in enumerate(parsed.fill(walk(packet, start))):
            assert isinstance(piece, bytes)
            assert number <= 10 * (len(data) + 1)


def probe_path(data: bytes) -> None:
    with contextlib.suppress(EncodeError):
        found = steps(text_of(data))
        assert found
        at_path([{"a": [{"NAME": "x", "b": 1}]}, 5, "text"], text_of(data))


def parameters(data: bytes) -> None:
    text = text_of(data)
    with contextlib.suppress(EncodeError):
        encode([from_text(text)], allow_nul=True)
    with contextlib.suppress(ValueError):
        assert str(whole(text)).lstrip("-") in text.replace("+", "") or text.strip()[:2] != "0"


def numbers_and_json(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        found = parse_json(data)
        assert repr(found) == repr(json.loads(data.decode().lstrip("\ufeff")))


def hosts_and_uris(data: bytes) -> None:
    text = text_of(data)
    if is_host(text):
        assert text.isascii()
        assert not text.startswith("-")
        assert not set(text) & set(" \t\n/\\$`'\"|;&<>(){}[]*?~!#%=,@")
    host, port = parse_uri(text)
    assert port is None or port >= 0
    assert isinstance(host, str)
    normal = uri.normal_uri(text)
    assert uri.normal_uri(normal) == normal
    assert uri.same_uri(text, normal)


def escapes(data: bytes) -> None:
    text = text_of(data)
    shown = visible(text)
    shown.encode("utf-8")
    assert raw(shown) == text
    safe = printable(text)
    safe.encode("utf-8")
    assert printable(safe) == safe


# --- inputs to begin with


def journal(data: bytes) -> None:
    """Any journal can be read, also one with correct checksums."""
    whole = [b"%08x %s\n" % (crc32(line), line) for line in data.split(b"\n")]
    for text in (data, b"".join(whole)):
        found = parse_journal(text)
        found.left()
        assert all(record.acted is not None for record in found.records)


def _journal() -> bytes:
    """Return a journal without its checksums."""
    address = ["pv", "shv", "x"]
    seen = [[address, 1], [["n", 1], {"$": "unknown"}]]
    resource = {"class": "SharedVariable", "args": ["x", 5], "named": {}}
    step = Step("pv.shvSet", "x", "int", 5, leaves={tuple(address): 5}).dump()
    events = [
        {"event": "begin", "endpoint": "unix:/x", "name": "", "digest": "", "boot": ["then", 1]},
        {"event": "before", "parts": [{"resource": resource, "seen": seen, "neighbours": []}]},
        {"event": "intent", "part": 0, "step": step},
        {"event": "refused", "part": 0, "step": step},
        {"event": "deadline", "up": 1.5, "wall": 2.5, "machine": ""},
        {"event": "end", "outcome": {"outcome": "changed"}},
    ]
    lines = [json.dumps({"n": n, "at": 0.0, **each}) for n, each in enumerate(events)]
    return "\n".join(lines).encode()


def _pcapng() -> bytes:
    def block(kind: int, body: bytes) -> bytes:
        size = struct.pack("<I", 12 + len(body))
        return struct.pack("<I", kind) + size + body + size

    datagram = struct.pack(">HHHH", 5000, 2049, 8 + len(PACKETS[0]), 0) + PACKETS[0]
    segment = struct.pack(">HHIIHHHH", 5000, 2049, 1, 0, 0x5000, 0, 0, 0) + PACKETS[1]
    frames = []
    for kind, inner in ((17, datagram), (6, segment)):
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(inner), 0, 0, 64, kind, 0)
        frames.append(b"\0" * 12 + b"\x08\0" + ip + b"\x7f\0\0\1" * 2 + inner)
    packets = b"".join(
        block(
            6,
            struct.pack("<IIIII", 0, 0, 9, len(frame), len(frame))
            + frame
            + b"\0" * (-len(frame) % 4),
        )
        for frame in frames
    )
    head = b"\x4d\x3c\x2b\x1a" + b"\1\0\0\0" + b"\xff" * 8
    link = struct.pack("<HHI", 1, 0, 65535) + struct.pack("<HHBBBB", 9, 1, 6, 0, 0, 0)
    return block(0x0A0D0D0A, head) + block(1, link) + packets


def _pcap() -> bytes:
    datagram = struct.pack(">HHHH", 5000, 2049, 8 + len(PACKETS[0]), 0) + PACKETS[0]
    six = struct.pack(">IHBB", 6 << 28, len(datagram), 17, 64) + b"\0" * 31 + b"\1" + datagram
    record = struct.pack("<IIII", 1, 2, len(six), len(six)) + six
    return b"\xd4\xc3\xb2\xa1" + struct.pack("<HHiIII", 2, 4, 0, 0, 65535, 101) + record


def _recording() -> bytes:
    recording = Recording("kamailio 5.6.3")
    recording.add("a", [1, "x"], [Struct(a=1), Struct.of(1.5, b"x"), []])
    recording.add("b", [], Fault(404, "none", "b"))
    recording.helps["a"] = "Counts."
    return recording.dump().encode()


BODIES = [packet[parse_header(packet).size :] for packet in golden.PACKETS.values()]  # type: ignore[union-attr]
CONFIG = b"""[defaults]
timeout = 2.5
endpoint = a
[endpoints]
a = tcp:192.0.2.1:2049
[groups]
g = a
"""
SETTINGS = b'{"binrpc": ["unix:/x"], "mode": "0660", "modules": {"pv": {"variables": {"a": 0}}}}'
URIS = [b"sip:gw.example:5060;transport=tcp", b"sips:u%41@[2001:db8::1]", b"tel:+49", b"10.0.0.1"]
ADDRESSES = [b"unix:/run/ctl", b"udp:192.0.2.1:2049", b"tcp:[::1]:5", b"unixd:@x", b"h:2049", b"x"]
TEMPLATES = [b"%v / %v\\n\0" + packet for packet in PACKETS]
PATHS = [b"0.SET.[ID=sip:[::1]:5060].x", b"[a=b].c", b"item.value", b"list.0"]
JSON = [b'{"a": [1, 2.5e3, null, "\\u00e9\\""]}', b"-12", b"[[[]]]", SETTINGS]

STATE_FILES = [
    b"""version: 1
name: x
htable: {t: {items: {"a": 1, b: {value: x, at_least: 5}}, absent: [c], exact: true}}
pv: {shv: {m: -1}}
cfg: {core: {debug: 2}, "lab[1]": {a: {inherit: true}, b: {unset: true}}}
---
dispatcher:
  1:
    destinations:
    - {uri: sip:192.0.2.1, attrs: "duid=a", state: enabled, priority: 3}
""",
    b"""version: 1
rtpengine: {nodes: {udp:h:1: enabled}, min_enabled: 0}
uac: {registrations: {a: {auth_password: {env: A}, expires: 5}, b: {auth_ha1: {keep: true}}}}
usrloc: {location: {a: {contacts: {sip:a: {q: 0.5}}, absent: [sip:b]}}}
pipelimit: {pipes: {p: {algorithm: RED, limit: 5}}}
debugger: {modules: {tm: 3}}
checks: [{method: tm.stats, path: a.b, expect: {c: [1, null, "x"]}, hold: 5}]
""",
    b'{"version": 1, "htable": {"t": {"items": {"a": "\\u00e9", "b": -5}}}}',
    b"a: &x [*x, !!int 5, <<, 012, 1e5, ~, 2026-01-01]\n? [b]\n: |\n  text\n",
]

TARGETS: dict[str, Target] = {
    "decode": Target(decode, [*PACKETS, *BODIES]),
    "compare": Target(compare, [bytes([n % 16]) + body for n, body in enumerate(BODIES)]),
    "framing": Target(framing, [b"\2\12\24" + packet for packet in PACKETS]),
    "connection": Target(connection, [b"\2\12\24" + packet for packet in PACKETS]),
    "cut_replies": Target(cut_replies, [b"".join(PACKETS[:5]), *PACKETS]),
    "views": Target(views, BODIES),
    "fifo": Target(
        text_protocol,
        [b":core.ps:reply\nparam\na:b,c:d\n\n", b"200 OK\na:1,b:2\nx\\n\n", b"500 no\n"],
    ),
    "capture": Target(captures, [_pcapng(), _pcap()]),
    "hexadecimal": Target(
        hexadecimal, [PACKETS[0].hex(" ").encode(), b"00000000  a1 03 01\n00000003\n"]
    ),
    "recording": Target(recordings, [_recording()]),
    "journal": Target(journal, [_journal(), *_journal().split(b"\n")]),
    "configuration": Target(configuration, [CONFIG]),
    "state_file": Target(state_file, STATE_FILES),
    "settings": Target(settings, [SETTINGS, b"[server]\nbinrpc = unix:/x\n[module pv]\na = 1\n"]),
    "address": Target(address, ADDRESSES),
    "template": Target(template, TEMPLATES),
    "probe_path": Target(probe_path, PATHS),
    "parameters": Target(parameters, [b"i:5", b"1.5", b"s:x", b"b:0a0b", b"d:1e3", b"-7"]),
    "json": Target(numbers_and_json, JSON),
    "hosts": Target(hosts_and_uris, [*URIS, b"gw.example.com", b"-oProxyCommand=x"]),
    "escapes": Target(escapes, [b"a\\xe9\xe9\\x5c", "é\u202e\x1b[2J".encode()]),
}

# --- how inputs are made

MARKS = bytes.fromhex("00 01 03 04 05 0a 20 22 2c 2e 30 39 3a 5b 5c 5d 7b 7d 80 83 91 95 a1 c3 ff")
WORDS = [
    b"\xa1\x13",
    b"9" * 50,
    b"\\x",
    b"::",
    b"[a=",
    b"\x00\x00\x12\x34",
    b"\xff" * 4,
    b"\xe2\x80\xae",
]


def mutated(pick: random.Random, corpus: list[bytes]) -> bytes:
    """Make an input of one or two others."""
    data = bytearray(pick.choice(corpus))
    for _turn in range(1 + pick.randrange(6)):
        at = pick.randrange(len(data) + 1)
        way = pick.randrange(9)
        if way == 0:
            data[at : at + 1] = bytes((pick.choice(MARKS),))
        elif way == 1:
            data[at:at] = bytes((pick.choice(MARKS),))
        elif way == 2:
            del data[at : at + 1 + pick.randrange(6)]
        elif way == 3:
            data[at:at] = data[at : at + 1 + pick.randrange(20)] * (1 + pick.randrange(3))
        elif way == 4:
            other = pick.choice(corpus)
            data[at:] = other[pick.randrange(len(other) + 1) :]
        elif way == 5:
            data[at:at] = pick.choice(WORDS)
        elif way == 6:
            data[at : at + 1] = bytes((pick.randrange(256),))
        elif data:
            data[at % len(data)] ^= 1 << pick.randrange(8)
    return bytes(data[:2000])
