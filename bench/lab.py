# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The lab server beside a real Kamailio: `make bench-lab`, or `python bench/lab.py [--quick]`.

Both are asked by the same client in turn. Compare ratios, not seconds: those belong to the machine
and its load.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "bench-lab.txt"

if __package__ in {None, ""}:  # started as a file
    sys.path[0] = str(ROOT)

from bench.measure import Rounds, Times, measure  # noqa: E402
from bench.report import Report, duration, machine  # noqa: E402
from kamailio_binrpc import Client  # noqa: E402
from kamailio_binrpc.core.async_client import AsyncClient  # noqa: E402
from tests.support.kamailio import Kamailio, find_kamailio  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METHODS = ("core.version", "core.psx", "system.listMethods")
CONNECTIONS = 100
CALLS = 1000
ROUNDS = 15


@contextlib.contextmanager
def lab_server(folder: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The lab server in a process of its own, as the real one is."""
    wanted = {"unix": f"unix:{folder}/s", "udp": "udp:127.0.0.1:0", "tcp": "tcp:127.0.0.1:0"}
    command = [sys.executable, "-m", "kamailio_binrpc.cli.main", "serve"]
    for address in wanted.values():
        command += ["--binrpc", address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().split()[-1] for _other in wanted]
            yield process, dict(zip(wanted, lines, strict=True))
        finally:
            process.terminate()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args()
    if find_kamailio() is None:
        print("kamailio is not installed, so there is nothing to compare with", file=sys.stderr)
        return 1
    rounds = Rounds(5, 5, 30.0) if options.quick else Rounds(15, 31, 60.0)
    report = Report()
    report.line(machine())
    report.line("medians of rounds in which both take turns; ratios are of the same round")
    with contextlib.ExitStack() as stack:
        real = stack.enter_context(Kamailio(full=False)).endpoints
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        process, lab = stack.enter_context(lab_server(folder))
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            contenders: dict[str, Callable[[], object]] = {}
            clients: list[AsyncClient] = []
            for name, addresses in (("real", real), ("lab", lab)):
                for method in METHODS:
                    for via in ("unix", "tcp", "udp"):
                        client = stack.enter_context(Client(addresses[via]))
                        contenders[f"{name} one {via} {method}"] = (
                            lambda client=client, method=method: client.call(method)
                        )
                client = stack.enter_context(Client(addresses["unix"]))
                batch = [(METHODS[0],)] * CALLS
                contenders[f"{name} pipelined"] = lambda client=client, batch=batch: (
                    client.call_many(batch)
                )
                many = [AsyncClient(addresses["unix"]) for _other in range(CONNECTIONS)]
                clients += many
                contenders[f"{name} many"] = lambda many=many: loop.run_until_complete(_all(many))
            times = measure(contenders, rounds, at_least=0.05)
            _tell(report, times)
            _tell_cost(report, real["unix"], lab["unix"], process.pid)
            for each in clients:
                loop.run_until_complete(each.close())
    report.line()
    report.line(machine())
    report.save(RESULTS)
    print(f"written to {RESULTS.relative_to(ROOT)}")
    return 0


async def _all(clients: list[AsyncClient]) -> None:
    await asyncio.gather(*(client.call(METHODS[0]) for client in clients))


def _tell(report: Report, times: Times) -> None:
    report.heading("one connection, one call after the other: latency")
    report.line(f"{'':28}{'real':>11}{'lab':>11}{'lab/real':>10}{'real/s':>9}{'lab/s':>9}")
    for via in ("unix", "tcp", "udp"):
        for method in METHODS:
            _row(report, times, f"one {via} {method}", f"{via} {method}", 1)
    report.heading(f"one connection, {CALLS} calls with 8 under way: time per call")
    _row(report, times, "pipelined", f"unix {METHODS[0]}", CALLS)
    report.heading(f"{CONNECTIONS} connections, a call on each at once: time per call")
    _row(report, times, "many", f"unix {METHODS[0]}", CONNECTIONS)


def _row(report: Report, times: Times, name: str, label: str, calls: int) -> None:
    real, lab = (times.median(f"{side} {name}") / calls for side in ("real", "lab"))
    ratio = times.ratio(f"lab {name}", f"real {name}")
    report.line(
        f"{label:28}{duration(real):>11}{duration(lab):>11}{ratio:10.2f}"
        f"{1 / real:9.0f}{1 / lab:9.0f}"
    )


def _tell_cost(report: Report, real: str, lab: str, lab_pid: int) -> None:
    """Tell the processor time of a call, in the server and in the client, whatever else runs."""
    with Client(real) as client:
        rows = client.call("core.psx")
    handler = next(each["PID"] for each in rows if each["DSC"] == "ctl handler")
    report.heading("processor time of a call over unix: server + client")
    report.line(f"{'':28}{'real':>24}{'lab':>24}{'lab/real':>10}")
    for method in METHODS:
        pairs = [
            (_cost(real, handler, method), _cost(lab, lab_pid, method)) for _round in range(ROUNDS)
        ]
        (server, asking), (other, asked) = (
            tuple(median(pair[side][who] for pair in pairs) for who in (0, 1)) for side in (0, 1)
        )
        ratio = median(sum(theirs) / sum(ours) for ours, theirs in pairs)
        report.line(
            f"{method:28}{duration(server) + ' + ' + duration(asking):>24}"
            f"{duration(other) + ' + ' + duration(asked):>24}{ratio:10.2f}"
        )


def _cost(address: str, pid: int, method: str) -> tuple[float, float]:
    with Client(address) as client:
        client.call(method)
        before, own = _processor_time(pid), time.process_time()
        for _other in range(CALLS // 4):
            client.call(method)
        own = time.process_time() - own
        return (_processor_time(pid) - before) / (CALLS // 4), own / (CALLS // 4)


def _processor_time(pid: int) -> float:
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    sys.exit(main())
