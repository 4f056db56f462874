# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A real Kamailio and the lab server get the same bytes and must give the same ones back."""

from __future__ import annotations

import random
import socket
import time
from contextlib import closing

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import LabServer, SharedVariables
from tests.conformance.furniture import copy_build
from tests.support import releases

from . import duel
from .duel import call, string

pytestmark = pytest.mark.real

TRANSPORTS = ["unix", "unixd", "udp", "tcp"]
STREAMS = ["unix", "tcp"]
MANY = 120
SEED = 20240607


class Duel:
    """Both sides, and the question whether they agree."""

    def __init__(self, real, lab):
        self.real = duel.Duelist(real.endpoints)
        self.lab = duel.Duelist(dict(zip(("unix", "unixd", "udp", "tcp"), lab.addresses)))

    def close(self):
        self.real.close()
        self.lab.close()

    def check(self, transport, data):
        """Check one request that is known to be safe."""
        expected = self.real.ask(transport, data)
        assert self.lab.ask(transport, data) == expected, data.hex()
        return expected

    def check_all(self, transport, cases):
        """Check what can be sent and compared; return how many that were."""
        count = 0
        for data in cases:
            if duel.is_safe(data) and not duel.reads_unchecked(data):
                self.check(transport, data)
                count += 1
        return count


def start(make_kamailio, tmp_path_factory, stack, **options):
    directory = tmp_path_factory.mktemp("lab")
    config = "".join(f'modparam("pv", "shvset", "v{i}=s:{i}")\n' for i in range(MANY))
    config += 'modparam("pv", "shvset", "big=s:x")\n'
    real = stack.enter_context(make_kamailio(full=False, ctl_params=options, extra_config=config))
    variables = {"maintenance": 0, "banner": "hello"}
    variables.update((f"v{i}", str(i)) for i in range(MANY))
    variables["big"] = "x"
    addresses = [f"unix:{directory}/s", f"unixd:{directory}/d"]
    addresses += ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    modules = [SharedVariables(variables)]
    lab = LabServer(addresses, modules=modules, version=releases.running(), **options)
    with Client(real.endpoints["unix"]) as client:
        copy_build(lab.state, client)
    stack.enter_context(lab.running_in_thread())
    return stack.enter_context(closing(Duel(real, lab)))


@pytest.fixture(scope="module")
def start_duel(tmp_path_factory):
    import contextlib

    from tests.conftest import _need
    from tests.support.kamailio import Kamailio, find_kamailio

    _need("kamailio", find_kamailio())
    with contextlib.ExitStack() as stack:
        yield lambda **options: start(Kamailio, tmp_path_factory, stack, **options)


@pytest.fixture(scope="module")
def plain(start_duel):
    return start_duel()


@pytest.fixture(scope="module")
def converting(start_duel):
    return start_duel(autoconversion=1)


@pytest.mark.slow
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_record_in_every_method(plain, transport):
    assert plain.check_all(transport, duel.requests()) > 900


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["unix", "udp"])
def test_every_record_with_autoconversion(converting, transport):
    assert converting.check_all(transport, duel.requests()) > 900


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_malformed_packets(plain, transport):
    assert plain.check_all(transport, duel.malformed()) > 150


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_mutated_packets(plain, transport):
    assert plain.check_all(transport, duel.mutated(SEED, 600)) > 300


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("value", range(-3, 4))
def test_body_limit(plain, transport, value):
    # A string record takes four bytes besides its text: 32768 bytes of body just fit.
    plain.check(transport, call("core.prints", string("x" * (32764 + value))))
    plain.check(transport, call("core.prints", string("y" * 20000), string("x" * (12760 + value))))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_faults_that_cannot_be_sent(plain, transport):
    for size in range(228, 245):
        plain.check(transport, call("z" * size))
        plain.check(transport, call("system.methodHelp", string("z" * size)))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_many_structs(plain, transport):
    # 122 shared variables make 124 structs: 250 pieces, so three datagrams.
    answer, _other = plain.check(transport, call("pv.shvGet"))
    if transport in ("udp", "unixd"):
        assert len(answer) == 3


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("size", [8000, 8150, *range(8155, 8175), 8192, 20000])
def test_struct_limit(plain, transport, size):
    plain.check(transport, call("pv.shvSet", string("big"), string("str"), string("b" * size)))
    plain.check(transport, call("pv.shvGet", string("big")))
    plain.check(transport, call("pv.shvGet"))
    plain.check(transport, call("pv.shvSet", string("big"), string("str"), string("x")))


SHV = [
    (),
    ("maintenance",),
    ("maintenance", "int"),
    ("maintenance", "int", 7),
    ("maintenance", "int", "7"),
    ("maintenance", "INT", -7),
    ("maintenance", "i", 7),
    ("maintenance", "str", "text"),
    ("maintenance", "str", 7),
    ("banner", "Str", ""),
    ("banner", "string", "x"),
    ("nobody",),
    ("nobody", "str"),
    ("nobody", "foo", "x"),
    ("nobody", "int", "x"),
    ("nobody", "str", "x"),
    (7, "str", "x"),
    ("banner", 7, "x"),
    ("maintenance", "int", 0),
    ("banner", "str", "hello"),
]


def test_shared_variables(plain):
    for values in SHV:
        records = [string(v) if isinstance(v, str) else duel.integer(v) for v in values]
        plain.check("unix", call("pv.shvSet", *records))
        plain.check("unix", call("pv.shvGet", *records))
        plain.check("unix", call("pv.shvGet"))


UNITS = ["b", "K", "kb", "KB", "m", "MB", "g", "gB", "", "x", "bb", "kbx", "bk", "k ", "tb"]


def test_faults_of_shmmem(plain):
    for unit in UNITS:
        real, _other = plain.real.ask("unix", call("core.shmmem", string(unit)))
        lab, _other = plain.lab.ask("unix", call("core.shmmem", string(unit)))
        # The figures are not the same, their names, types and what is refused are.
        assert (real if real[1] >> 4 == 3 else "reply") == (lab if lab[1] >> 4 == 3 else "reply")


STATIC = ["core.flags", "core.info", "core.tcp_options", "core.tcp_info", "core.tcp_list"]
STATIC += ["core.udp4_raw_info", "core.version", "ctl.connections", "system.methodHelp"]
STATIC += ["system.methodSignature"]


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("method", STATIC)
def test_static_methods(plain, transport, method):
    plain.check(transport, call(method))


def test_help_of_shared_methods(plain):
    client_names = duel.values(plain.lab.ask("unix", call("system.listMethods"))[0])
    real_names = duel.values(plain.real.ask("unix", call("system.listMethods"))[0])
    shared = set(client_names) & set(real_names)
    assert len(shared) >= 32
    for name in shared:
        plain.check("unix", call("system.methodHelp", string(name)))


SHAPES = ["core.ps", "core.psx", "core.psa", "core.runinfo", "core.uptime", "core.shmmem"]
SHAPES += ["core.sockets_list", "core.aliases_list", "core.ppdefines_full", "core.pwd"]
SHAPES += ["core.arg", "core.modules", "core.ppdefines", "ctl.listen", "ctl.who", "pv.shvGet"]


def shape(value):
    """Types and names, with repetitions in a row taken once."""
    if hasattr(value, "items"):
        parts = [(name, shape(member)) for name, member in value.items()]
    elif isinstance(value, list):
        parts = [shape(each) for each in value]
    else:
        return type(value).__name__
    once = [part for index, part in enumerate(parts) if part not in parts[:index]]
    return once if isinstance(value, list) else ("struct", once)


@pytest.mark.parametrize("method", SHAPES)
def test_shape_of_the_rest(plain, method):
    real = shape(duel.values(plain.real.ask("unix", call(method))[0]))
    lab = shape(duel.values(plain.lab.ask("unix", call(method))[0]))
    if method == "core.aliases_list":  # the lab has none unless told
        real, lab = real[0][1][0], lab[0][1][0]
    assert lab == real


@pytest.mark.parametrize("transport", STREAMS)
def test_pipelining(plain, transport):
    rng = random.Random(SEED)
    cases = [d for d in duel.requests() if duel.is_safe(d) and not duel.reads_unchecked(d)]
    for _other in range(40):
        plain.check(transport, b"".join(rng.sample(cases, rng.randint(2, 60))))


@pytest.mark.parametrize("transport", STREAMS)
def test_what_follows_a_bad_packet_is_lost(plain, transport):
    good = call("core.prints", string("a"))
    for bad in (b"\xa2aaa", call("core.prints")[:1] + b"\x21" + good[2:], call("")[:3] + b"\0\0"):
        answer, fate = plain.check(transport, good * 3 + bad + good * 3)
        assert fate == "closed"
        assert answer.startswith(b"\xa1\x11")


@pytest.mark.parametrize("transport", ["udp", "unixd"])
def test_only_the_first_packet_of_a_datagram_counts(plain, transport):
    good = call("core.prints", string("a"))
    for data in (good * 2, good + b"x", b"", b"\xa1", b"abc", b"abcd", good[:-1]):
        plain.check(transport, data)


def pieces_of(sock, parts):
    for part in parts:
        sock.sendall(part)
    sock.shutdown(socket.SHUT_WR)
    received = b""
    while True:
        data = sock.recv(1 << 20)
        if not data:
            return received
        received += data


@pytest.mark.parametrize("transport", STREAMS)
def test_fragments(plain, transport):
    rng = random.Random(SEED)
    data = b"".join(call("core.prints", string("x" * n), cookie=n) for n in range(30))
    cuts = [bytes((byte,)) for byte in data[:200]], []
    rest = data
    while rest:
        size = rng.randint(1, 90)
        cuts[1].append(rest[:size])
        rest = rest[size:]
    for parts in cuts:
        results = []
        for side in (plain.real, plain.lab):
            with side.connect(transport) as sock:
                results.append(pieces_of(sock, parts))
        assert results[0] == results[1]


def fate_of_a_big_request(side, transport, total):
    """Send a request of that many bytes and say what comes back."""
    body = total - 5 if total < 65541 else total - 6
    head = string("system.methodSignature")
    data = duel.body_request(head + b"\0" * (body - len(head)), cookie=1)
    assert len(data) == total
    with side.connect(transport) as sock:
        try:
            sock.sendall(data)
            return sock.recv(1 << 16)
        except (ConnectionResetError, BrokenPipeError):
            return b""


@pytest.mark.parametrize("transport", STREAMS)
@pytest.mark.parametrize("total", [65533, 65534, 65535, 65536, 65600, 200000])
def test_receive_buffer(plain, transport, total):
    real = fate_of_a_big_request(plain.real, transport, total)
    assert fate_of_a_big_request(plain.lab, transport, total) == real
    assert bool(real) == (total <= 65535)


@pytest.mark.parametrize("transport", STREAMS)
def test_connection_limit(plain, transport):
    fates = []
    for side in (plain.real, plain.lab):
        wait_for_no_connections(side)
        connections = [side.connect(transport) for _other in range(128)]
        try:
            for sock in connections:
                sock.sendall(duel.PROBE)
                assert sock.recv(100) == duel.PROBE_REPLY
            with side.connect(transport) as late:
                try:
                    late.sendall(duel.PROBE)
                    got = late.recv(100)
                except (ConnectionResetError, BrokenPipeError):
                    got = b""
            fates.append((got, open_connections(side)))
        finally:
            for sock in connections:
                sock.close()
    assert fates[0] == fates[1] == (b"", 128)


def open_connections(side):
    return duel.values(side.ask("udp", call("ctl.connections"))[0][0])[0]


def wait_for_no_connections(side):
    """Wait until a server has noticed that those of earlier tests are closed."""
    deadline = time.monotonic() + duel.TIMEOUT
    while open_connections(side):
        assert time.monotonic() < deadline, "earlier tests have left connections"
        time.sleep(0.01)


def test_sockets_get_the_same_mode(start_duel):
    modes = start_duel(mode=0o640)
    for name in ("unix", "unixd"):
        paths = [side.addresses[name].name for side in (modes.real, modes.lab)]
        assert duel.mode(paths[0]) == duel.mode(paths[1]) == 0o640


SIZES = [
    {"binrpc_max_body_size": 1},
    {"binrpc_max_body_size": 0, "binrpc_struct_max_body_size": 0},
    {"binrpc_struct_max_body_size": 2, "binrpc_buffer_size": 64},
]


@pytest.mark.parametrize("options", SIZES, ids=["body", "zero", "struct"])
def test_other_limits(start_duel, options):
    smaller = start_duel(**options)
    for size in (*range(1010, 1030), *range(2030, 2050), *range(4080, 4100)):
        smaller.check("unix", call("core.prints", string("x" * size)))
        smaller.check("unix", call("pv.shvSet", string("big"), string("str"), string("b" * size)))
        smaller.check("unix", call("pv.shvGet", string("big")))
    smaller.check("unix", call("pv.shvGet"))
    smaller.check("udp", call("pv.shvGet"))
