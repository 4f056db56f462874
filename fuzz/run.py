# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Fuzz one target: `python fuzz/run.py NAME --seconds 60 --folder build/fuzz/NAME`.

Where Atheris is installed, it chooses inputs by the lines that they reach, and keeps the good ones
in the folder. Elsewhere, and with --plain, they are random changes of the good ones, which is
many times faster. An input that breaks something is written to the folder.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import sys
import time
from pathlib import Path

ROUND = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("target")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--plain", action="store_true", help="random changes, without coverage")
    options = parser.parse_args()
    corpus = options.folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    guided = not options.plain and importlib.util.find_spec("atheris") is not None
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    return (_guided if guided else _plain)(options, corpus)


def _plain(options: argparse.Namespace, corpus: Path) -> int:
    from fuzz.targets import TARGETS, mutated

    target = TARGETS[options.target]
    known = [*target.seeds, *(path.read_bytes() for path in sorted(corpus.iterdir()))]
    seed = time.time_ns() if options.seed is None else options.seed
    pick = random.Random(seed)
    end = time.monotonic() + options.seconds
    count = 0
    data = b""
    try:
        while time.monotonic() < end:
            for _turn in range(ROUND):
                data = mutated(pick, known)
                target.check(data)
                count += 1
    except BaseException:
        broken = options.folder / f"crash-{seed}-{count}"
        broken.write_bytes(data)
        print(f"{options.target}: {data[:200]!r} breaks it; the input is {broken}", flush=True)
        raise
    finally:
        print(f"{options.target}: {count} inputs, seed {seed}", flush=True)
    return 0


def _guided(options: argparse.Namespace, corpus: Path) -> int:
    import atheris

    with atheris.instrument_imports(include=["kamailio_binrpc"]):
        from fuzz.targets import TARGETS
    target = TARGETS[options.target]
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number:03}").write_bytes(seed)
    arguments = [
        f"-max_total_time={int(options.seconds)}",
        f"-artifact_prefix={options.folder}/",
        "-print_final_stats=1",
        "-max_len=2000",
        "-verbosity=0",
    ]
    if options.seed is not None:
        arguments.append(f"-seed={options.seed}")
    atheris.Setup([options.target, *arguments, str(corpus)], target.check)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
