# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The comparison again, with a decoder that stops at any access out of bounds."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from . import building

ROOT = Path(__file__).resolve().parents[3]
FLAGS = ["-O1", "-fno-omit-frame-pointer", "-fsanitize=address,undefined"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def runtime_library():
    """Return the library that has to be in the process before anything else, or ""."""
    for name in ("libasan.so", "libclang_rt.asan-x86_64.so"):
        done = subprocess.run(
            [*building.compiler(), f"-print-file-name={name}"],
            capture_output=True,
            text=True,
            check=False,
        )
        if Path(done.stdout.strip()).is_absolute():
            return done.stdout.strip()
    return ""


def run(module, *arguments):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "sdk")]),
            "LD_PRELOAD": runtime_library(),
            # Python itself keeps memory until its end.
            "ASAN_OPTIONS": "detect_leaks=0",
            "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
            # Each object in an allocation of its own, with guarded ends.
            "PYTHONMALLOC": "malloc",
            "MODULE": str(module),
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def sanitized(tmp_path_factory):
    if reason := building.why_not():
        pytest.skip(reason)
    if not runtime_library():
        pytest.skip("NOT TESTED: the compiler has no AddressSanitizer")
    return building.build(tmp_path_factory.mktemp("sanitized"), *FLAGS)


@pytest.mark.parametrize("seed", [11, 12])
def test_the_comparison_runs_clean(sanitized, seed):
    done = run(sanitized, "-m", "tests.sdk.speedups.differential", sanitized, str(seed), "10000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"seed {seed}: equal on ")


def test_models_of_random_structs_run_clean(sanitized):
    done = run(sanitized, "-m", "tests.sdk.typed.comparing", sanitized, "11", "1000")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 11: equal on ")


def test_memory_tests_run_clean(sanitized):
    program = """
import os
from tests.sdk.speedups import building
decode = building.load(os.environ["MODULE"]).decode_records
decode(b"\\x03\\x04" * 3000 + b"\\x84\\x83" * 3000, max_depth=6000)
leaf = decode(b"\\x03\\x35ab\\0\\x11\\0\\x83")[0]
leaf.add("cycle", [leaf])
names = [b"%d" % number for number in range(2000)] * 2
body = b"".join(bytes([0x95, len(name) + 1]) + name + b"\\0\\x10\\x07" for name in names)
decode(b"\\x03" + body + b"\\x83")
print("done")
"""
    done = run(sanitized, "-c", program)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "done\n"


def test_the_sanitizer_would_stop_it(sanitized, tmp_path):
    """A decoder that reads one byte too far does not get through."""
    source = building.SOURCE.read_text()
    good = "return *size <= end - *pos;"
    assert good in source
    broken = tmp_path / "broken.c"
    broken.write_text(source.replace(good, "return *size <= end - *pos + 64;"))
    target = tmp_path / ("_speedups" + sysconfig.get_config_var("EXT_SUFFIX"))
    compiler = [*building.compiler(), *FLAGS, "-w", "-fPIC", "-shared"]
    subprocess.run([*compiler, "-isystem", building.HEADERS, broken, "-o", target], check=True)
    program = (
        "import os; from tests.sdk.speedups import building; "
        "building.load(os.environ['MODULE']).decode_records(bytes([0x91, 60]) + bytes(9))"
    )
    done = run(target, "-c", program)
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
