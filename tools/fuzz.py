# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run the fuzzers, a minute each unless libFuzzer options say otherwise.

What they learn stays in build/fuzz, so the next run goes on from there. An input that breaks
something is written there too.
"""

from __future__ import annotations

import os
import subprocess
import sys

import tree
import venvs


def main() -> int:
    bin_dir = venvs.ensure("fuzz", venvs.this_python(), "fuzz")
    status = 0
    for target in sorted((tree.ROOT / "fuzz").glob("*.py")):
        work = tree.BUILD / "fuzz" / target.stem
        corpus = work / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        print(f"== fuzzing {target.stem}", flush=True)
        options = sys.argv[1:] or ["-max_total_time=60", "-print_final_stats=1"]
        status |= subprocess.run(
            [bin_dir / "python", target, f"-artifact_prefix={work}/", *options, corpus],
            cwd=tree.ROOT,
            env={**os.environ, "PYTHONPATH": str(tree.ROOT / "sdk")},
            check=False,
        ).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
