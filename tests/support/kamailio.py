# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The kamailio-binrpc authors
"""Start a real Kamailio for tests, on loopback and in a directory of its own.

    with Kamailio() as server:
        print(server.endpoints["unix"], server.kamcmd("core.version"))

From the command line: `python -m tests.support.kamailio` starts one and prints its endpoints.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from tests.support import dbtext

TEMPLATE = Path(__file__).with_name("kamailio.cfg.in")

MODULE_DIR_PATTERNS = (
    "/usr/lib/*/kamailio/modules",
    "/usr/lib64/kamailio/modules",
    "/usr/lib/kamailio/modules",
    "/usr/local/lib64/kamailio/modules",
    "/usr/local/lib/kamailio/modules",
)

# Load order matters where a module binds to another one.
BASIC_MODULES = ("ctl", "jsonrpcs", "kex", "corex", "counters", "pv", "cfg_rpc", "htable", "sl")
FULL_MODULES = (
    *("db_text", "ctl", "jsonrpcs", "kex", "corex", "counters", "tm", "tmx", "sl", "rr", "pv"),
    *("maxfwd", "textops", "siputils", "xlog", "sanity", "cfg_rpc", "cfgutils", "statistics"),
    *("htable", "mqueue", "mtree", "benchmark", "call_obj", "regex", "dialog", "usrloc"),
    *("registrar", "nathelper", "siptrace", "sipdump", "dispatcher", "rtpengine", "rtpproxy"),
    *("keepalive", "dmq", "uac", "permissions", "domain", "lcr", "drouting", "dialplan", "pdt"),
    *("carrierroute", "userblocklist", "secfilter", "matrix", "imc", "db_cluster", "pipelimit"),
    *("ratelimit", "pike", "debugger", "evrexec", "xhttp", "xhttp_prom", "auth", "auth_xkeys"),
    *("statsc", "tsilo", "msrp", "app_jsdt", "db_flatstore", "pv_headers"),
    *("acc", "path", "msilo", "pdb", "sca", "mohqueue"),
)

DISPATCHER_LIST = """\
1 sip:127.0.0.1:5081 0 10 duid=gw1;weight=50;socket=udp:127.0.0.1:@SIP@
1 sip:127.0.0.1:5082 0 5 duid=gw2;weight=50;maxload=20
1 sip:127.0.0.1:5083;transport=tcp 8 0 duid=gw3
2 sip:127.0.0.2:5081
2 sip:127.0.0.2:5082 1
30 sip:127.0.0.3:5081 4 0 duid=off
"""

# carrierroute cannot read its tables from db_text, hence its own file format.
CARRIERROUTE = """\
domain main {
  prefix 49 {
    max_targets = 2
    target 127.0.0.1 {
      prob = 0.500000
      hash_index = 1
      status = 1
    }
    target 127.0.0.2 {
      prob = 0.500000
      hash_index = 2
      status = 1
    }
  }
}
"""

SMALL_FILES = {
    "carrierroute.conf": CARRIERROUTE,
    "regex": "[0]\n^sip:1[0-9]+@\n[1]\n^sip:2[0-9]+@\n",
    "permissions.allow": "ALL : ALL\n",
    "permissions.deny": "",
    "lab.js": "function ksr_request_route() { return 1; }\n",
}

OPTIONS = (
    "OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/TCP {own};branch=z9hG4bK{id}\r\n"
    "From: <sip:ready@{own}>;tag={id}\r\n"
    "To: <sip:127.0.0.1:{port}>\r\n"
    "Call-ID: {id}\r\n"
    "CSeq: 1 OPTIONS\r\n"
    "Max-Forwards: 5\r\n"
    "Content-Length: 0\r\n\r\n"
)

PAGE_OF_LOG = 4000
ATTEMPTS = 3
UNIX_PATH_LIMIT = 90  # the kernel takes 107 bytes, Kamailio 104


class KamailioError(RuntimeError):
    """The server did not start, did not stop, or a helper program failed."""


def find_kamailio() -> str | None:
    """Path of the server's program, also when /usr/sbin is not in PATH."""
    return os.environ.get("KAMAILIO_BINARY") or _which("kamailio")


def find_kamcmd() -> str | None:
    return os.environ.get("KAMCMD_BINARY") or _which("kamcmd")


def _which(name: str) -> str | None:
    search = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin"
    return shutil.which(name, path=search)


def find_module_dir() -> Path | None:
    wanted = os.environ.get("KAMAILIO_MODULE_DIR")
    if wanted:
        return Path(wanted)
    for pattern in MODULE_DIR_PATTERNS:
        for path in sorted(Path("/").glob(pattern.lstrip("/"))):
            if (path / "ctl.so").is_file():
                return path
    return None


def has_module(name: str) -> bool:
    """Is a module there for the server that tests start?"""
    folder = find_module_dir()
    return folder is not None and (folder / f"{name}.so").is_file()


def free_port() -> int:
    """A loopback port that is free for UDP and for TCP right now."""
    for _other in range(100):
        tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # Not in brackets: the tests of the core run on Python 3.8.
        with tcp, udp, contextlib.suppress(OSError):
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            udp.bind(("127.0.0.1", port))
            return port
    raise KamailioError("no free loopback port")


def free_ports(count: int) -> list[int]:
    ports: set[int] = set()
    while len(ports) < count:
        ports.add(free_port())
    return sorted(ports)


class Kamailio:
    """One server process tree; a context manager.

    full          load every module of the list above (else only a handful, which starts faster)
    ctl_params    parameters of the ctl module: {"mode": 0o660, "autoconversion": 1}; a list as
                  value sets the parameter several times
    extra_config  text put before the request route
    extra_args    more command line arguments of the server
    directory     existing directory to work in; else a temporary one, removed by stop()
    """

    def __init__(
        self,
        *,
        full: bool = True,
        ctl_params: Mapping[str, int | str | Sequence[int | str]] | None = None,
        extra_config: str = "",
        extra_args: Sequence[str] = (),
        directory: Path | None = None,
        start_timeout: float = 30.0,
        stop_timeout: float = 15.0,
    ) -> None:
        self.full = full
        self.ctl_params = dict(ctl_params or {})
        self.extra_config = extra_config
        self.extra_args = list(extra_args)
        self.start_timeout = start_timeout
        self.stop_timeout = stop_timeout
        self.endpoints: dict[str, str] = {}
        self.fifo: dict[str, str] = {}
        self.sip_port = 0
        self._given_directory = directory
        self._directory: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    # --- life cycle

    def __enter__(self) -> Kamailio:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> Kamailio:
        """Start the server and wait until its control socket answers."""
        if self._process is not None:
            raise KamailioError("already started")
        for attempt in range(1, ATTEMPTS + 1):
            self._prepare()
            try:
                self._launch()
                return self
            except KamailioError as error:
                # Another process may have taken a port between our probe and the server's bind.
                self._give_up()
                if attempt == ATTEMPTS or "Address already in use" not in str(error):
                    raise
            except BaseException:
                self._give_up()
                raise
        raise AssertionError("unreachable")

    def stop(self) -> None:
        """Stop the server, see that all its processes are gone, remove the directory."""
        try:
            self._halt(signal.SIGTERM)
        finally:
            self._remove_directory()

    def kill(self) -> None:
        """Kill the whole process group without a chance to clean up; the directory stays."""
        self._halt(signal.SIGKILL)

    def restart(self) -> None:
        """Stop (if it runs) and start again with the same files, addresses and ports."""
        self._halt(signal.SIGTERM)
        self._launch()

    @property
    def pid(self) -> int:
        if self._process is None:
            raise KamailioError("not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def processes(self) -> list[int]:
        """Pids of the server and its children (they share one session of their own)."""
        return session_members(self.pid) if self._process is not None else []

    # --- where things are

    @property
    def directory(self) -> Path:
        if self._directory is None:
            raise KamailioError("not started")
        return self._directory

    @property
    def config(self) -> Path:
        return self.directory / "kamailio.cfg"

    @property
    def log(self) -> Path:
        return self.directory / "kamailio.log"

    @property
    def jsonrpc_socket(self) -> Path:
        """Path of the unix datagram socket of the jsonrpcs module."""
        return self.directory / "jsonrpc.sock"

    def log_tail(self, size: int = PAGE_OF_LOG) -> str:
        try:
            return self.log.read_bytes()[-size:].decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    # --- talking to it

    def kamcmd(self, *args: str, via: str = "unix", timeout: float = 10.0) -> str:
        """Output of kamcmd. It exits with 0 on faults too: look for "error: " yourself."""
        program = find_kamcmd()
        if program is None:
            raise KamailioError("kamcmd is not installed")
        # kamcmd waits forever for an answer that does not come.
        done = subprocess.run(
            [program, "-s", self.endpoints[via], "-D", str(self.directory), *args],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        if done.returncode != 0:
            raise KamailioError(f"kamcmd {args}: {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "replace")

    def jsonrpc_raw(self, method: str, params: Any = None, timeout: float = 10.0) -> bytes:
        """The datagram with which jsonrpcs answers."""
        request: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "id": 1}
        if params is not None:
            request["params"] = params
        own = self.directory / f"client.{uuid.uuid4().hex[:12]}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.bind(str(own))
            try:
                sock.sendto(json.dumps(request).encode(), str(self.jsonrpc_socket))
                return sock.recv(1 << 20)
            finally:
                own.unlink()

    def jsonrpc(self, method: str, params: Any = None, timeout: float = 10.0) -> Any:
        """The parsed answer of jsonrpcs; objects are `Pairs`, which keep duplicate names."""
        raw = self.jsonrpc_raw(method, params, timeout)
        return json.loads(raw.decode("utf-8", "replace"), strict=False, object_pairs_hook=Pairs)

    # --- inner workings

    def _prepare(self) -> None:
        self._directory = self._given_directory or _make_directory()
        sip, udp, tcp, fifo_udp, fifo_tcp, media = free_ports(6)
        home = self.directory
        self.sip_port = sip
        self.endpoints = {
            "unix": f"unixs:{home}/ctl.sock",
            "unixd": f"unixd:{home}/ctld.sock",
            "udp": f"udp:127.0.0.1:{udp}",
            "tcp": f"tcp:127.0.0.1:{tcp}",
        }
        self.fifo = {
            "fifo": f"fifo:{home}/ctl.fifo",
            "fifo_udp": f"udp:127.0.0.1:{fifo_udp}",
            "fifo_tcp": f"tcp:127.0.0.1:{fifo_tcp}",
        }
        values = {
            "DIR": str(home),
            "DB": str(home / "db"),
            "SIP": str(sip),
            "MEDIA": str(media),
            "JSONRPC": str(self.jsonrpc_socket),
        }
        values |= {key.upper(): text for key, text in (self.endpoints | self.fifo).items()}
        self._write_files(values)

    def _write_files(self, values: dict[str, str]) -> None:
        modules = self._modules()
        values["MODULE_PATH"] = _module_path_line()
        values["LOADMODULES"] = "\n".join(f'loadmodule "{name}.so"' for name in modules)
        values["CTL_PARAMS"] = "\n".join(_modparams("ctl", self.ctl_params))
        values["EXTRA_CONFIG"] = self.extra_config
        for name, text in SMALL_FILES.items():
            (self.directory / name).write_text(text)
        (self.directory / "dispatcher.list").write_text(_fill(DISPATCHER_LIST, values))
        database = self.directory / "db"
        if "db_text" in modules and not database.exists():
            dbtext.create_database(database, values)
        # The template does without its first line, which looks like a script's.
        lines = ["#!KAMAILIO", *_select(TEMPLATE.read_text().splitlines(), set(modules))]
        text = "\n".join(lines)
        self.config.write_text(_fill(text, values) + "\n")

    def _modules(self) -> list[str]:
        modules = FULL_MODULES if self.full else BASIC_MODULES
        where = find_module_dir()
        if where is None:
            return list(modules)
        return [name for name in modules if (where / f"{name}.so").is_file()]

    def _launch(self) -> None:
        """Start it, again if it crashes at once: userblocklist's processes run into each other.

        Each adds the module's table to a list that they share, without a lock.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._launch_once()
                return
            except KamailioError as error:
                if attempt == ATTEMPTS or "exited by a signal 11" not in str(error):
                    raise
                self._halt(signal.SIGKILL)

    def _launch_once(self) -> None:
        program = find_kamailio()
        if program is None:
            raise KamailioError("kamailio is not installed")
        self._log = self.log.open("ab")
        command = [program, "-DD", "-E", "-m", "64", "-M", "8", "-f", str(self.config)]
        command += ["-Y", str(self.directory), "-P", str(self.directory / "kamailio.pid")]
        command += ["-w", str(self.directory), *self.extra_args]
        # A session of its own: core.kill signals the whole process group of the server.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - it only calls prctl
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.start_timeout
        path = self.endpoints["unix"].partition(":")[2]
        # The process for SIP over TCP is the last to start. A server that is stopped before
        # it runs may keep hanging: the youngest children miss the signal.
        while time.monotonic() < deadline:
            if not self.running:
                raise KamailioError(f"kamailio ended at start:\n{self.log_tail()}")
            if _answers(path) and self._is_filled() and _answers_sip(self.sip_port):
                return
            time.sleep(0.02)
        raise KamailioError(f"no answer for {self.start_timeout} s:\n{self.log_tail()}")

    def _is_filled(self) -> bool:
        """Whether the tables are there that child processes fill after the start."""
        modules = self._modules()
        try:
            if "uac" in modules and "trunk-1" not in str(self.jsonrpc("uac.reg_dump")):
                return False
            if "rtpengine" in modules and "error" in self.jsonrpc("rtpengine.show", ["all"]):
                return False
        except OSError:  # jsonrpcs does not listen yet
            return False
        if "userblocklist" in modules:
            # All but the two main processes load it, see _launch.
            log = self.log.read_text("utf-8", "replace")
            loaded = set(re.findall(r"\((\d+)\) .*load_source\(\): got", log))
            processes = self.processes()
            return len(loaded & set(map(str, processes))) >= len(processes) - 2
        return True

    def _halt(self, sign: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        if sign is signal.SIGKILL:
            _signal_group(process.pid, sign)
        elif process.poll() is None:
            process.send_signal(sign)
        if not _ends(process, self.stop_timeout / 3):
            # A child that was just starting may have missed it; once more, to everybody.
            _signal_group(process.pid, sign)
        late = not _ends(process, self.stop_timeout)
        if late:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait(self.stop_timeout)
        rest = _wait_for_no_members(process.pid, 5.0)
        if rest:
            _signal_group(process.pid, signal.SIGKILL)
        if self._log is not None:
            self._log.close()
        if late or rest:
            why = f"processes {rest} survived" if rest else "it had to be killed"
            raise KamailioError(f"kamailio did not stop: {why}\n{self.log_tail()}")

    def _give_up(self) -> None:
        """Clean up after a failed start, whose own error is the one worth showing."""
        self._halt(signal.SIGKILL)
        self._remove_directory()

    def _remove_directory(self) -> None:
        if self._directory is not None and self._given_directory is None:
            shutil.rmtree(self._directory, ignore_errors=True)
        self._directory = None


class Pairs(list[tuple[str, Any]]):
    """A JSON object as an ordered list of pairs: Kamailio repeats member names."""

    def all(self, name: str) -> list[Any]:
        return [value for key, value in self if key == name]

    def __getitem__(self, key: Any) -> Any:
        """The first member of that name (or, with a number, that pair)."""
        if not isinstance(key, str):
            return super().__getitem__(key)
        for name, value in self:
            if name == key:
                return value
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        if isinstance(key, str):
            return any(name == key for name, _other in self)
        return super().__contains__(key)


def session_members(session: int) -> list[int]:
    """Living processes of a session; zombies do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The command name may hold blanks and brackets: read behind its last bracket.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(entry.name))
    return sorted(found)


def _make_directory() -> Path:
    path = Path(tempfile.mkdtemp(prefix="kam-"))
    if len(str(path)) + len("/jsonrpc.sock") > UNIX_PATH_LIMIT:
        path.rmdir()
        path = Path(tempfile.mkdtemp(prefix="kam-", dir="/tmp"))
    return path


def _module_path_line() -> str:
    where = os.environ.get("KAMAILIO_MODULE_DIR")
    return f'mpath="{where}/"' if where else "# built-in module path"


def _modparams(module: str, params: Mapping[str, int | str | Sequence[int | str]]) -> Iterator[str]:
    for name, value in params.items():
        several = [value] if isinstance(value, (int, str)) else value
        for item in several:
            text = str(int(item)) if isinstance(item, int) else f'"{item}"'
            yield f'modparam("{module}", "{name}", {text})'


def _select(lines: Iterable[str], modules: set[str]) -> Iterator[str]:
    """Leave out what belongs to modules that are not loaded."""
    skipping = False
    for line in lines:
        if line.startswith("#@if "):
            skipping = line.split()[1] not in modules
        elif line.startswith("#@end"):
            skipping = False
        elif line.startswith("modparam(") and line.split('"')[1] not in modules:
            continue
        elif not skipping:
            yield line


def _fill(text: str, values: Mapping[str, str]) -> str:
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def _answers(path: str) -> bool:
    """Whether a binrpc request for core.uptime on this stream socket gets a reply."""
    request = b"\xa1\x00\x0e\x01\x91\x0ccore.uptime\x00"
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(2.0)
            sock.connect(path)
            sock.sendall(request)
            # Take the whole answer: closing with unread data makes the server log an error.
            return sock.recv(4096).startswith(b"\xa1\x10")
    except OSError:
        return False


def _answers_sip(port: int) -> bool:
    """Whether a SIP request over TCP gets any response."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2.0) as sock:
            own = f"127.0.0.1:{sock.getsockname()[1]}"
            sock.sendall(OPTIONS.format(port=port, own=own, id=uuid.uuid4().hex).encode())
            return sock.recv(4096).startswith(b"SIP/2.0 ")
    except OSError:
        return False


def _signal_group(group: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, sign)


_LIBC = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Ask the kernel to stop the server when the test run dies without stopping it."""
    PR_SET_PDEATHSIG = 1  # noqa: N806 - its name in prctl(2)
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _ends(process: subprocess.Popen[bytes], timeout: float) -> bool:
    try:
        process.wait(timeout)
        return True
    except subprocess.TimeoutExpired:
        return False


def _wait_for_no_members(session: int, timeout: float) -> list[int]:
    deadline = time.monotonic() + timeout
    while True:
        rest = session_members(session)
        if not rest or time.monotonic() > deadline:
            return rest
        time.sleep(0.02)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Start a Kamailio on loopback until Ctrl-C.")
    parser.add_argument("--basic", action="store_true", help="load a handful of modules only")
    parser.add_argument("--config", default="", metavar="TEXT", help="extra configuration text")
    parser.add_argument("--json", action="store_true", help="print the endpoints as JSON")
    options = parser.parse_args(arguments)
    # SIGTERM ends us like Ctrl-C, so that the server is never left behind.
    signal.signal(signal.SIGTERM, lambda *_other: sys.exit(0))
    try:
        with Kamailio(full=not options.basic, extra_config=options.config) as server:
            _print_endpoints(server, options.json)
            signal.pause()
    except KeyboardInterrupt:
        pass
    except KamailioError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _print_endpoints(server: Kamailio, as_json: bool) -> None:
    addresses = server.endpoints | server.fifo | {"jsonrpc": str(server.jsonrpc_socket)}
    if as_json:
        print(json.dumps(addresses | {"pid": server.pid}), flush=True)
        return
    for name, text in addresses.items():
        print(f"{name:9} {text}")
    print(f"{'log':9} {server.log}\n{'pid':9} {server.pid}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
