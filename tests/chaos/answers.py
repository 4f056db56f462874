# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The answers that the client expects, and a server that counts what ran."""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.lab import LabServer

# How many structs an answer holds; with 48 and more it takes several datagrams.
SIZES = (0, 0, 0, 0, 1, 3, 20, 60)


def answer(token: int) -> list[Any]:
    """Values of every type and many sizes, the last one as short as a value can be."""
    rng = random.Random(token)
    rows = [
        Struct(n=number, name=f"row {number} of {token}", x=rng.randrange(10**6) / 8)
        for number in range(rng.choice(SIZES))
    ]
    text = "".join(rng.choices("abcdefgh", k=rng.choice((0, 3, 6, 7, 40, 300))))
    return [token, text, *rows, rng.randrange(2**31), rng.randrange(256)]


def text_answer(token: int) -> list[str]:
    """Lines of text: the number, and one long enough to tell that the server damages none."""
    rng = random.Random(token)
    lines = ["".join(rng.choices("abcdefgh,:\\\n", k=rng.randrange(60))) for _n in range(3)]
    return [str(token), "0123456789", *lines]


def main() -> None:
    """Serve until a signal; the one line printed is the addresses as JSON."""
    executed: list[int] = []
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        addresses = [f"unix:{folder}/s", f"unixd:{folder}/d"]
        lab = LabServer(
            [*addresses, "udp:127.0.0.1:0", "tcp:127.0.0.1:0"],
            fifo=[f"fifo:{folder}/f", f"unix:{folder}/t", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"],
            reply_directory=sys.argv[2],
            failure_seed=sys.argv[1],
        )

        @lab.registry.method("chaos.read", "d")
        def read(token: int) -> list[Any]:
            return answer(token)

        @lab.registry.method("chaos.write", "d")
        def write(token: int) -> list[Any]:
            executed.append(token)
            return answer(token)

        @lab.registry.method("chaos.textread", "s")
        def text_read(token: str) -> list[Any]:
            return text_answer(int(token))

        @lab.registry.method("chaos.textwrite", "s")
        def text_write(token: str) -> list[Any]:
            executed.append(int(token))
            return text_answer(int(token))

        @lab.registry.method("harness.executed", "s")
        def dump(path: str) -> int:
            Path(path).write_text(json.dumps(executed))
            executed.clear()
            lab.calls.clear()
            return 0

        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_other: stop.set())
        with lab.running_in_thread():
            print(json.dumps([*lab.addresses, *lab.fifo_addresses]), flush=True)
            stop.wait()


if __name__ == "__main__":
    main()
