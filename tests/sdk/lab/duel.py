# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The same bytes to two servers, over each transport, and what comes back.

No answer is waited for by time: a probe follows every request, and what precedes the probe's
reply (or the end of the connection) is the answer.
"""

from __future__ import annotations

import errno
import random
import socket
import stat
import tempfile
from pathlib import Path

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.connection import build_request
from kamailio_binrpc.core.lab.reader import ReadError, RecordReader
from kamailio_binrpc.core.packet import build_header, decode, parse_header

PROBE = build_request("core.printi", [123454321], 0x5EED5EED)
PROBE_REPLY = bytes.fromhex("a113055eed5eed40075bc371")
TIMEOUT = 20
CLOSED = (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN)


def body_request(body, cookie=0x1234, kind=wire.REQUEST):
    return build_header(kind, cookie, len(body)) + body


def string(text):
    data = text.encode() if isinstance(text, str) else text
    size = len(data) + 1
    if size < 8:
        return bytes((size << 4 | 1,)) + data + b"\0"
    width = (size.bit_length() + 7) // 8
    return bytes((0x81 | width << 4,)) + size.to_bytes(width, "big") + data + b"\0"


def call(method, *records, cookie=0x1234):
    return body_request(string(method) + b"".join(records), cookie)


def is_safe(data):
    """Whether no release of Kamailio can loop on the bytes, or stop for them.

    See docs/protocol.md#dangerous-inputs.

    Looks at every offset as if a header or a record started there.
    """
    for at in range(len(data)):
        head = data[at]
        size = head >> 4 & 7
        if head >= 0x80 and size >= 4 and data[at + size - 3 : at + size - 2] >= b"\x80":
            return False
        if head == wire.MAGIC and data[at + 1 : at + 2]:
            four_bytes = data[at + 1] >> 2 & 3 == 3
            if four_bytes and data[at + 2 : at + 3] >= b"\x80":
                return False
    return b"kill" not in data


def reads_unchecked(data):
    """Whether a string without its NUL is among the records, behind which Kamailio reads on.

    On a stream an incomplete packet is completed by the probe, so that is looked at too.
    """
    return _lacks_nul(data) or _lacks_nul(data + PROBE)


def _lacks_nul(data):
    try:
        header = parse_header(data)
    except ValueError:
        return False
    if header is None or header.total > len(data):
        return False
    reader = RecordReader(data, header.size, header.total)
    while True:
        try:
            record = reader.read()
        except ReadError:
            return False
        if record.type == wire.STR and record.data[-1:] != b"\0":
            return True


class Duelist:
    """One server's side.

    :param addresses: transport name to address text: ``unix``, ``unixd``, ``udp``, ``tcp``.
    """

    def __init__(self, addresses):
        self.addresses = {name: parse_address(text) for name, text in addresses.items()}
        self._sockets = {}
        self._directory = tempfile.TemporaryDirectory(prefix="duel-")

    def close(self):
        for each in self._sockets.values():
            each.close()
        self._directory.cleanup()

    def ask(self, transport, data):
        """Return the answer (bytes, or a list of datagrams) and the fate of the connection."""
        if transport in ("unixd", "udp"):
            return self._ask_datagram(transport, data), "kept"
        return self._ask_stream(transport, data)

    def connect(self, transport):
        address = self.addresses[transport]
        kind = socket.SOCK_DGRAM if address.is_datagram else socket.SOCK_STREAM
        if address.is_path:
            sock = socket.socket(socket.AF_UNIX, kind)
            if address.is_datagram:
                sock.bind(str(Path(self._directory.name) / "reply"))
            target = address.name
        else:
            sock = socket.socket(socket.AF_INET, kind)
            target = address.name, address.port
        sock.settimeout(TIMEOUT)
        try:
            sock.connect(target)
        except OSError:
            sock.close()
            raise
        if address.is_datagram:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        return sock

    def _ask_stream(self, transport, data):
        with self.connect(transport) as sock:
            received = send_and_read(sock, data + PROBE)
        if received.endswith(PROBE_REPLY):
            return received[: -len(PROBE_REPLY)], "kept"
        return received, "closed"

    def _ask_datagram(self, transport, data):
        sock = self._sockets.get(transport)
        if sock is None:
            sock = self._sockets[transport] = self.connect(transport)
        sock.send(data)
        sock.send(PROBE)
        answer = []
        while True:
            part = sock.recv(1 << 17)
            if part == PROBE_REPLY:
                return answer
            answer.append(part)


def send_and_read(sock, data):
    """Send, half-close, and return what comes until the end, also when the server closes first."""
    try:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
    except OSError as error:
        if error.errno not in CLOSED:
            raise
    received = b""
    try:
        while True:
            part = sock.recv(1 << 20)
            if not part:
                return received
            received += part
    except ConnectionResetError:
        return received


# --- requests

INTS = ["00", "1001", "10ff", "200100", "40ffffffff", "407fffffff", "4080000000", "1000"]
INTS += ["90021234", "a000021234", "80", "9000", "7001020304050607", "b0000001ff", "30010000"]
DOUBLES = ["02", "2205dc", "1201", "82ffffffffffffffff", "82fffffffffffffa24", "5207d0000000"]
DOUBLES += ["827fffffffffffffff", "828000000000000000", "620b3a73ce2f08", "42ffffffff", "9200" * 5]
TEXTS = ["", "a", "+", "-", "+5", "-5", "0x10", "010", "12abc", " 12", "1.5", "-2e3x", "inf"]
TEXTS += ["nan", "-2147483648", "2147483648", "2147483647", "99999999999", "000000000000012"]
TEXTS += ["1_0", "abcdef", "abcdefg", "\xe4\xf6", "z" * 253, "z" * 254, "z" * 255, "z" * 256]
TEXTS += ["+-1", "1e400", "0x1p3", "0x", ".5", ".", "infinity!", "nan(1)", "\t7", "1e", "--"]
OTHERS = ["03", "83", "0383", "04", "84", "0484", "06", "2600ff", "07", "0f", "3161", "1161"]
OTHERS += ["13", "1383", "1403", "93", "9300", "930161", "a3", "b3000001", "21610003", "85"]
OTHERS += ["03216100" + "83", "0325610010" + "0183", "0325610025" + "620083", "03256100" + "0483"]
OTHERS += ["256100", "25610000", "032561000383", "0325610003" + "8383", "03256100", "032561"]
OTHERS += ["0325610007", "0325610086", "f1000000000000026100", "d100000000026100"]
OTHERS += ["1a", "8f", "7f", "0483", "0384", "030483", "f2" + "00" * 15, "a2" + "00" * 9]
OTHERS += ["5161", "91ff61", "a10001", "81", "92", "0391", "2261"]
METHODS = ["core.echo", "core.prints", "core.printi"]


def records():
    """Every single record of interest."""
    plain = [bytes.fromhex(text) for text in INTS + DOUBLES]
    odd = [bytes.fromhex(text[: len(text) // 2 * 2]) for text in OTHERS]
    return plain + [string(text) for text in TEXTS] + odd


def requests(methods=None):
    """Each record alone, second, and before a good one, in each method."""
    for method in METHODS if methods is None else methods:
        yield call(method)
        for record in records():
            yield call(method, record)
            yield call(method, string("x"), record)
            yield call(method, b"\x10\x07", record, string("y"), b"\x10\x08")


def malformed():
    """Packets that are wrong as a whole."""
    good = call("core.echo", string("abc"))
    for cut in range(len(good)):
        yield good[:cut]
    for first in (0, 0xA0, 0xA2, 0xB1, 0xFF):
        yield bytes((first,)) + good[1:]
    for flags in range(256):
        yield bytes((good[0], flags)) + good[2:]
    for kind in (wire.REPLY, wire.FAULT):
        yield body_request(string("core.echo"), 0xDEADBEEF, kind)
    bodies = ["", "00", "03", "0383", "04", "06", "26ff00", "1100", "07", "3161", "2205dc", "83"]
    for body in bodies:
        yield body_request(bytes.fromhex(body))
    yield from (call("x" * size) for size in (1, 5, 6, 7, 235, 236, 237, 238, 500))
    yield call("core.version\0junk")
    yield call("no\0such")
    yield call("CORE.VERSION")
    yield call("core.version ")
    yield call("core.version") + b"surplus"
    yield b"\xa1\x0f\0\0\0\x0f\0\0\0\x07" + string("core.version")
    for cookie in (0, 1, 0xFF, 0x100, 0xFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF):
        yield call("core.printi", b"\0", cookie=cookie)


def mutated(seed, count):
    """Random changes of good requests."""
    rng = random.Random(seed)
    good = list(requests())
    while count:
        data = bytearray(rng.choice(good))
        for _other in range(rng.randint(1, 4)):
            at = rng.randrange(len(data))
            what = rng.randrange(4)
            if what == 0:
                data[at] = rng.randrange(256)
            elif what == 1:
                data[at] ^= 1 << rng.randrange(8)
            elif what == 2:
                del data[at]
            else:
                data.insert(at, rng.choice((0, 1, 3, 0x83, 0x21, 0xFF, rng.randrange(256))))
            if len(data) < 2:
                break
        count -= 1
        yield bytes(data)


def integer(value):
    pattern = value & 0xFFFFFFFF
    size = (pattern.bit_length() + 7) // 8
    return bytes((size << 4,)) + pattern.to_bytes(size, "big")


def values(packet):
    """The values of a reply."""
    return decode(packet).values


def mode(path):
    return stat.S_IMODE(Path(path).stat().st_mode)
