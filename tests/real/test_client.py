# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The client against a real server: what goes well, and what goes wrong."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import (
    Busy,
    CallTimeout,
    Client,
    ConnectError,
    ConnectionLost,
    EncodeError,
    Fault,
    InvalidParams,
    LengthLimit,
    MethodNotFound,
    NotBinrpcError,
    NotFound,
    Reply,
    ReplyTooLarge,
    Struct,
    unsigned,
)
from kamailio_binrpc.core import wire as protocol
from kamailio_binrpc.core.connection import Request
from kamailio_binrpc.core.deadline import Deadline
from tests.real.calls import LATIN, TRANSPORTS
from tests.real.wire import Wire
from tests.support.kamailio import Kamailio, find_kamailio

pytestmark = pytest.mark.real

MakeKamailio = Callable[..., Kamailio]
ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534

via = pytest.mark.parametrize("via", TRANSPORTS)
streams = pytest.mark.parametrize("via", ["unix", "tcp"])


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Kamailio]:
    """One with a few modules, for tests that write into its tables."""
    if find_kamailio() is None:
        request.getfixturevalue("kamailio")  # skips or fails
    with Kamailio(full=False) as kamailio:
        yield kamailio


@pytest.fixture
def client(server: Kamailio) -> Iterator[Client]:
    with Client(server.endpoints["unix"]) as made:
        yield made


def connections(server: Kamailio) -> int:
    """Streams that the server holds open, asked over a datagram, which is none."""
    with Client(server.endpoints["udp"]) as asker:
        return int(asker.call("ctl.connections").value)


def wait_for_connections(server: Kamailio, count: int) -> None:
    give_up = time.monotonic() + 30
    while connections(server) != count:
        assert time.monotonic() < give_up, f"{connections(server)} connections, not {count}"
        time.sleep(0.01)


def ctl_process(server: Kamailio) -> int:
    with Client(server.endpoints["udp"]) as asker:
        processes = asker.call("core.ps")
    pids = [
        pid
        for pid, name in zip(processes[::2], processes[1::2], strict=True)
        if name == "ctl handler"
    ]
    assert len(pids) == 1
    return int(pids[0])


# --- faults


@via
@pytest.mark.parametrize(
    "call, kind, code, executed",
    [
        (("no.such",), MethodNotFound, 500, False),
        (("Core.Version",), MethodNotFound, 500, False),
        (("core.printi", "1"), InvalidParams, 400, False),
        (("core.prints", 1), InvalidParams, 400, False),
        (("system.methodHelp",), InvalidParams, 400, False),
        (("htable.get", "t"), InvalidParams, 500, False),
        (("htable.get", "t", "absent"), NotFound, 500, True),
        (("htable.get", "absent", "x"), NotFound, 500, True),
        (("cnt.get", "core", "absent"), NotFound, 400, True),
        (("pv.shvGet", "absent"), NotFound, 404, True),
        (("core.echo", "x" * 40000), ReplyTooLarge, 500, True),
        (("system.methodSignature", "core.echo"), Fault, 500, True),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_faults_have_types(
    server: Kamailio, via: str, call: tuple[Any, ...], kind: type[Fault], code: int, executed: bool
) -> None:
    with Client(server.endpoints[via]) as client:
        with pytest.raises(Fault) as caught:
            client.call(*call)
        assert caught.value.__class__ is kind
        assert caught.value.code == code
        assert caught.value.method == call[0]
        assert caught.value.executed is executed
        assert str(caught.value).startswith(f"{call[0]}: fault {code}: ")
        assert not str(caught.value).endswith("\n")
        # A fault does no harm to the connection.
        assert client.call("core.echo", "on").value == "on"


def test_a_second_reload_is_busy(make_kamailio: MakeKamailio) -> None:
    with Client(make_kamailio().endpoints["unix"]) as client:
        client.call("dispatcher.reload")
        with pytest.raises(Busy, match=r"Ongoing reload.*reload_delta") as caught:
            client.call("dispatcher.reload")
    assert caught.value.executed is False


def test_a_reply_too_large_names_the_modparam_that_cures_it(make_kamailio: MakeKamailio) -> None:
    with Client(make_kamailio(full=False).endpoints["unix"]) as client:
        assert len(client.call("core.echo", "x" * 20000).value) == 20000
    small = make_kamailio(full=False, ctl_params={"binrpc_max_body_size": 4})
    with Client(small.endpoints["unix"]) as client:
        with pytest.raises(ReplyTooLarge) as caught:
            client.call("core.echo", "x" * 20000)
    assert caught.value.modparam == "binrpc_max_body_size"
    assert 'modparam("ctl", "binrpc_max_body_size", KiB)' in str(caught.value)
    large = make_kamailio(full=False, ctl_params={"binrpc_max_body_size": 128})
    with Client(large.endpoints["unix"]) as client:
        assert len(client.call("core.echo", "x" * 60000).value) == 60000


# --- values


@via
def test_ints_are_signed_unless_asked_otherwise(server: Kamailio, via: str) -> None:
    numbers = [0, 1, 255, 256, 2**31 - 1, -1, -(2**31), 2**32 - 1]
    with Client(server.endpoints[via]) as client:
        seen = list(client.call("core.printi", *numbers))
    assert seen == [0, 1, 255, 256, 2**31 - 1, -1, -(2**31), -1]
    with Client(server.endpoints[via], unsigned=True) as client:
        assert list(client.call("core.printi", *numbers)) == [unsigned(value) for value in seen]


@via
def test_texts_survive_a_round_trip_through_a_table(server: Kamailio, via: str) -> None:
    every_byte = bytes(range(1, 256)).decode("utf-8", "surrogateescape")
    texts = ["", " ", "plain", "h\u00e9llo \u20ac \U0001f600", LATIN, every_byte, "x" * 4000]
    with Client(server.endpoints[via]) as client:
        client.call("htable.flush", "t")
        for number, text in enumerate(texts):
            client.call("htable.sets", "t", f"key-{number}", text)
            assert client.call("htable.get", "t", f"key-{number}").value["item"]["value"] == text
        for key in (LATIN, every_byte, "5"):
            client.call("htable.sets", "t", key, "found")
            assert client.call("htable.get", "t", key).value["item"]["name"] == key
        slots = client.call("htable.dump", "t")
    stored = {item["name"]: item["value"] for slot in slots for item in slot["slot"].values()}
    assert stored["key-5"] == every_byte
    assert stored[LATIN] == stored["5"] == "found"


@via
def test_text_that_looks_like_a_number_stays_text(server: Kamailio, via: str) -> None:
    with Client(server.endpoints[via]) as client:
        for text in ("5", "0042", "-1", "1.5", "1e3", "0x10", " 7 "):
            assert client.call("core.prints", text).value == text
            client.call("htable.sets", "t", "numeric", text)
            assert client.call("htable.get", "t", "numeric").value["item"]["value"] == text
        client.call("htable.seti", "t", "numeric", 42)
        item = client.call("htable.get", "t", "numeric").value["item"]
        assert item["value"] == 42
        assert isinstance(item["value"], int)


def test_float_parameters_arrive(make_kamailio: MakeKamailio) -> None:
    with Client(make_kamailio().endpoints["unix"]) as client:
        client.call("pl.set_pid", 0.5, 1.625, -2.25)
        assert client.call("pl.get_pid").value.split() == [
            *("ki[0.500000]", "kp[1.625000]", "kd[-2.250000]")
        ]
        # Only thousandths travel.
        client.call("pl.set_pid", 1 / 3, 1e6, 3.0)
        assert client.call("pl.get_pid").value.startswith("ki[0.333000] kp[1000000.000000] ")
        with pytest.raises(EncodeError, match=r"parameter 1: .* does not fit"):
            client.call("pl.set_pid", float("nan"), 1.0, 1.0)


def test_floats_are_read(client: Client) -> None:
    stats = client.call("shm.stats").value
    assert isinstance(stats, Struct)
    assert stats["total"] == 64 * 1024 * 1024
    assert isinstance(stats["total"], float)


# --- many calls


@streams
@pytest.mark.parametrize("window", [1, 8, 64])
def test_2000_calls_in_order(server: Kamailio, via: str, window: int) -> None:
    calls = [("core.echo", str(number)) for number in range(2000)]
    with Client(server.endpoints[via]) as client:
        outcomes = client.call_many(calls, window=window)
        assert outcomes == [[str(number)] for number in range(2000)]
        assert client.call("core.echo", "on").value == "on"


@pytest.mark.parametrize("via", ["unixd", "udp"])
def test_many_calls_over_datagrams_in_order(server: Kamailio, via: str) -> None:
    with Client(server.endpoints[via]) as client:
        outcomes = client.call_many([("core.echo", str(number)) for number in range(500)])
    assert outcomes == [[str(number)] for number in range(500)]


@streams
def test_large_replies_can_be_pipelined(server: Kamailio, via: str) -> None:
    texts = [f"{number}-{'x' * 20000}" for number in range(200)]
    with Client(server.endpoints[via]) as client:
        outcomes = client.call_many([("core.echo", text) for text in texts], window=4)
    assert [outcome[0] for outcome in outcomes if isinstance(outcome, Reply)] == texts


@via
def test_a_fault_among_many_calls_is_one_outcome(server: Kamailio, via: str) -> None:
    calls = [("core.echo", "a"), ("no.such",), ("htable.get", "t", "absent"), ("core.echo", "b")]
    with Client(server.endpoints[via]) as client:
        outcomes = client.call_many(calls)
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Reply, MethodNotFound, NotFound, Reply]
    assert outcomes[3] == ["b"]


# --- connections that end


@via
def test_a_client_outlives_a_restart(make_kamailio: MakeKamailio, via: str) -> None:
    server = make_kamailio(full=False)
    with Client(server.endpoints[via]) as client:
        client.call("htable.sets", "t", "k", "v")
        server.restart()
        # The next call finds out by itself, and may be a writing one.
        client.call("htable.sets", "t", "k", "w")
        assert client.call("htable.get", "t", "k").value["item"]["value"] == "w"
        server.kill()
        for _other in range(2):
            with pytest.raises(ConnectError) as caught:
                client.call("core.version")
            assert caught.value.executed is False
            assert "nothing listens" in str(caught.value) or "Nothing listens" in str(caught.value)
        server.restart()
        assert client.call("core.echo", "on").value == "on"


@via
def test_connect_wait_bridges_a_restart(make_kamailio: MakeKamailio, via: str) -> None:
    server = make_kamailio(full=False)
    server.kill()
    with Client(server.endpoints[via], connect_wait=60.0) as client:
        with Client(server.endpoints[via]) as hasty, pytest.raises(ConnectError):
            hasty.call("core.version")
        # Not the other way round: the server ends with the thread that started it.
        with ThreadPoolExecutor() as pool:
            answer = pool.submit(client.call, "core.echo", "up")
            time.sleep(0.3)
            assert not answer.done()
            server.restart()
            assert answer.result().value == "up"


# Wrong in the header's type, and with an int for the method's name: both are answered with fault
# 400, the first with cookie 0.
BAD_HEADER = bytes((0xA1, 0x20, 1, 1, 0))
BAD_METHOD = bytes((0xA1, 0x00, 1, 9, 0))


@via
@pytest.mark.parametrize(
    "packet, text",
    [
        (BAD_HEADER, "bad request: corrupted packet"),
        (BAD_METHOD, "bad request method: record doesn't match type"),
    ],
)
def test_a_bad_request_closes_a_stream_and_nothing_else(
    server: Kamailio, via: str, packet: bytes, text: str
) -> None:
    requests = [Request("core.echo", (text,), cookie) for cookie, text in enumerate("abc", 8)]
    requests[1].packet = packet
    with Client(server.endpoints[via]) as client:
        client._run(requests, Deadline(5.0), 1 if client.address.is_datagram else 8)
        first, second, third = (request.outcome for request in requests)
        assert first == ["a"]
        assert isinstance(second, Fault)
        assert (second.code, second.text) == (400, text)
        if client.address.is_datagram:
            assert third == ["c"]
        else:
            assert isinstance(third, ConnectionLost)
            assert third.executed in (None, False)
        assert client.call("core.echo", "on").value == "on"


@streams
def test_the_129th_connection(make_kamailio: MakeKamailio, via: str) -> None:
    server = make_kamailio(full=False)
    wires = [Wire(server.endpoints[via]) for _other in range(protocol.MAX_CONNECTIONS)]
    try:
        wait_for_connections(server, protocol.MAX_CONNECTIONS)
        with Client(server.endpoints[via]) as client:
            with pytest.raises((ConnectionLost, ConnectError), match="128 stream connections"):
                client.call("core.version")
        # Those that are connected go on, and so do datagrams.
        assert b"kamailio " in wires[-1].ask(Request("core.version", (), 1).packet)
        with Client(server.endpoints["unixd"]) as client:
            assert client.call("core.echo", "on").value == "on"
    finally:
        for wire in wires:
            wire.close()
    wait_for_connections(server, 0)
    with Client(server.endpoints[via]) as client:
        assert client.call("core.echo", "on").value == "on"


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@streams
def test_a_forgotten_client_holds_no_connection(make_kamailio: MakeKamailio, via: str) -> None:
    """Without the collector: an error must not keep the client alive that raised it."""
    server = make_kamailio(full=False)
    collected = gc.isenabled()
    gc.disable()
    try:
        for call in (("core.version",), ("no.such",), ("core.echo", "x" * 40000)):
            with contextlib.suppress(Fault):
                Client(server.endpoints[via]).call(*call)
        wait_for_connections(server, 0)
    finally:
        if collected:
            gc.enable()


@via
def test_a_late_answer_is_not_taken_for_the_next(make_kamailio: MakeKamailio, via: str) -> None:
    server = make_kamailio(full=False)
    process = ctl_process(server)
    with Client(server.endpoints[via]) as client:
        client.call("core.version")
        os.kill(process, signal.SIGSTOP)
        try:
            with pytest.raises(CallTimeout, match=r"no answer .* within 0.3 s.* may have run") as e:
                client.call("core.echo", "late", timeout=0.3)
            assert e.value.executed is None
            # Whoever comes now gets no answer either, though a unix stream can be connected.
            with pytest.raises(CallTimeout), Client(server.endpoints[via]) as other:
                other.call("core.echo", "late", timeout=0.1)
        finally:
            os.kill(process, signal.SIGCONT)
        assert client.call("core.echo", "next").value == "next"


def test_max_reply_refuses_and_recovers(server: Kamailio) -> None:
    with Client(server.endpoints["unix"], max_reply=1000) as client:
        with pytest.raises(LengthLimit, match="max_body is 1000"):
            client.call("system.listMethods")
        assert client.call("core.echo", "on").value == "on"


# --- requests at their limit


@streams
def test_the_longest_request_is_served_and_a_longer_one_refused(server: Kamailio, via: str) -> None:
    overhead = len(Request("core.prints", ("x" * 65000,), 2**32 - 1).packet) - 65000
    longest = "x" * (protocol.MAX_REQUEST - overhead)
    with Client(server.endpoints[via]) as client:
        request = Request("core.prints", (longest,), 2**32 - 1)
        assert len(request.packet) == protocol.MAX_REQUEST
        client._run([request], Deadline(5.0), 1)
        assert isinstance(request.outcome, ReplyTooLarge)  # so it was read to its end
        with pytest.raises(EncodeError, match="receive buffer holds 65535"):
            client.call("core.prints", longest + "x" * 8)
        assert client.call("core.echo", "on").value == "on"


def test_a_request_too_long_for_udp_says_so(server: Kamailio) -> None:
    with Client(server.endpoints["udp"]) as client:
        with pytest.raises(ConnectionLost, match="does not fit a datagram; use a stream") as caught:
            client.call("core.prints", "x" * 65500)
        assert caught.value.executed is False
        assert client.call("core.echo", "on").value == "on"


# --- the wrong endpoint


def wrong_endpoint(address: str, timeout: float = 0.5) -> str:
    """The text of the error that calling there gives."""
    with (
        Client(address, timeout=timeout) as client,
        pytest.raises((CallTimeout, NotBinrpcError, ConnectError)) as caught,
    ):
        client.call("core.version")
    return f"{type(caught.value).__name__}: {caught.value}"


@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_the_sip_port_gives_no_answer(kamailio: Kamailio, kind: str) -> None:
    address = f"{kind}:127.0.0.1:{kamailio.sip_port}"
    assert f"CallTimeout: core.version: no answer from {address} within 0.5 s" in wrong_endpoint(
        address
    )


def test_the_jsonrpc_socket(kamailio: Kamailio) -> None:
    path = kamailio.jsonrpc_socket
    text = wrong_endpoint(f"unix:{path}")
    assert text.startswith("ConnectError: ")
    assert f"a socket of the other kind; write unixd:{path}" in text
    # Over datagrams it answers in JSON, or not at all.
    text = wrong_endpoint(f"unixd:{path}")
    assert "this is not a binrpc endpoint" in text or "no answer from" in text


def test_a_socket_of_the_other_kind(server: Kamailio) -> None:
    for name, other in (("unix", "unixd"), ("unixd", "unix")):
        path = server.endpoints[name].partition(":")[2]
        text = wrong_endpoint(f"{other}:{path}")
        assert f"a socket of the other kind; write {server.endpoints[name]}" in text


def test_the_fifo_of_the_text_protocol(server: Kamailio) -> None:
    path = server.fifo["fifo"].partition(":")[2]
    assert f"{path} is a fifo" in wrong_endpoint(f"unix:{path}")
    assert "speaks ctl's text protocol, not binrpc" in wrong_endpoint(f"fifo:{path}")
    assert "no answer from" in wrong_endpoint(server.fifo["fifo_tcp"])


def test_a_file_and_a_folder_and_nothing(server: Kamailio) -> None:
    assert "kamailio.cfg is a file, not a socket" in wrong_endpoint(f"unix:{server.config}")
    assert "is a folder, not a socket" in wrong_endpoint(f"unix:{server.directory}")
    text = wrong_endpoint(f"unix:{server.directory}/absent")
    assert 'with loadmodule "ctl.so"' in text
    assert 'modparam("ctl", "binrpc", ...)' in text


# --- unix datagram: a socket of the client's own


def sockets_in(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if stat.S_ISSOCK(path.stat().st_mode)]


def test_the_reply_socket_can_be_written_by_anybody_and_goes_away(
    server: Kamailio, tmp_path: Path
) -> None:
    with Client(server.endpoints["unixd"], reply_socket=str(tmp_path)) as client:
        assert sockets_in(tmp_path) == []
        client.call("core.version")
        (path,) = sockets_in(tmp_path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o666
    assert sockets_in(tmp_path) == []
    for place in ("@", str(tmp_path / "own")):
        with Client(server.endpoints["unixd"], reply_socket=place) as client:
            assert client.call("core.echo", place).value == place
        assert sockets_in(tmp_path) == []


def test_a_reply_socket_that_someone_removed(server: Kamailio, tmp_path: Path) -> None:
    with Client(server.endpoints["unixd"], reply_socket=str(tmp_path)) as client:
        client.call("core.version")
        (path,) = sockets_in(tmp_path)
        path.unlink()
        with pytest.raises(CallTimeout) as caught:
            client.call("core.echo", "lost", timeout=0.3)
        assert caught.value.executed is None
        # The next call binds another one.
        assert client.call("core.echo", "on").value == "on"
    assert sockets_in(tmp_path) == []


@pytest.mark.parametrize("sign", [None, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_the_reply_socket_goes_away_with_the_process(
    server: Kamailio, tmp_path: Path, sign: signal.Signals | None
) -> None:
    script = """
        import signal, sys
        from kamailio_binrpc import Client
        from kamailio_binrpc.core import reply_socket
        reply_socket.handle_signals = True  # as the commands do
        client = Client(sys.argv[1], reply_socket=sys.argv[2])
        client.call("core.version")
        print("called", flush=True)
        if sys.argv[3] == "wait":
            signal.pause()
    """
    arguments = [server.endpoints["unixd"], str(tmp_path), "wait" if sign else "end"]
    with python(script, *arguments) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "called\n"
        if sign:
            assert len(sockets_in(tmp_path)) == 1
            process.send_signal(sign)
        process.communicate(timeout=30)
    # Dead of the signal, as without the handler.
    assert process.returncode == (-sign if sign else 0)
    assert sockets_in(tmp_path) == []


# --- permissions


REFUSED = """
    import atexit, grp, os, pwd, signal, sys  # now, while everything can be read
    from kamailio_binrpc import Client, ConnectError
    import kamailio_binrpc.core.explain
    client = Client(sys.argv[1])
    os.setgroups([]), os.setgid(65534), os.setuid(65534)
    try:
        client.call("core.version")
    except ConnectError as error:
        print(error.errno, error.executed, error)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", ["unix", "unixd"])
def test_a_refused_socket_names_owner_mode_and_modparams(
    make_kamailio: MakeKamailio, name: str
) -> None:
    server = make_kamailio(full=False)
    path = Path(server.endpoints[name].partition(":")[2])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def refusal() -> str:
        with python(REFUSED, server.endpoints[name]) as process:
            text, _other = process.communicate(timeout=30)
        assert text.startswith("13 False "), text
        return str(text)

    # First the folder is in the way, then the socket.
    assert stat.S_IMODE(server.directory.stat().st_mode) == 0o700
    assert f"{server.directory} belongs to root:root with mode 0700" in refusal()
    server.directory.chmod(0o755)
    text = refusal()
    assert f"{path} belongs to root:root with mode 0600, and this process runs as nobody" in text
    assert 'set modparam("ctl", "mode", 0660) together with both "user" and "group"' in text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("name", ["unix", "unixd"])
def test_the_advised_mode_does_help(make_kamailio: MakeKamailio, name: str) -> None:
    params = {"mode": 0o660, "user": "root", "group": str(NOBODY)}
    server = make_kamailio(full=False, ctl_params=params)
    server.directory.chmod(0o755)
    script = REFUSED.replace('client.call("core.version")', 'print(*client.call("core.version"))')
    with python(script, server.endpoints[name]) as process:
        text, _other = process.communicate(timeout=30)
    assert text.startswith("kamailio ")


def python(script: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "sdk")}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
