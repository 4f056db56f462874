# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Which decoder an import takes, and that no install fails for want of a compiler."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kamailio_binrpc

from . import building

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = Path(kamailio_binrpc.__file__).parent

pytestmark = pytest.mark.timeout(300)


def python(*arguments, path, **environment):
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=path,
        env={
            **{name: value for name, value in os.environ.items() if "BINRPC" not in name},
            "PYTHONPATH": str(path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def without(tmp_path_factory):
    """A directory with a copy of the package and no compiled decoder."""
    folder = tmp_path_factory.mktemp("python")
    ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.pyd")
    shutil.copytree(PACKAGE, folder / "kamailio_binrpc", ignore=ignored)
    return folder


@pytest.fixture(scope="module")
def with_it(without, tmp_path_factory):
    if reason := building.why_not():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("compiled")
    shutil.copytree(without, folder, dirs_exist_ok=True)
    building.build(folder / "kamailio_binrpc")
    return folder


REPORT = "import kamailio_binrpc as k; print(k.decoder_implementation(), k.decode.__module__)"
# Straight from the core, past the package's own names.
DIRECT = """
import kamailio_binrpc.core.{first} as first
from kamailio_binrpc.core import connection, packet
from kamailio_binrpc.core.lab import caller
for user in (connection, packet, caller):
    print(type(user.decode_records).__name__)
"""


def test_the_compiled_one_is_taken(with_it):
    assert python("-c", REPORT, path=with_it) == "c kamailio_binrpc.core.packet\n"


def test_the_python_one_on_request(with_it):
    report = python("-c", REPORT, path=with_it, KAMAILIO_BINRPC_PUREPYTHON="1")
    assert report == "python kamailio_binrpc.core.packet\n"
    assert python("-c", REPORT, path=with_it, KAMAILIO_BINRPC_PUREPYTHON="0").startswith("c ")


def test_the_python_one_without_the_other(without):
    assert python("-c", REPORT, path=without) == "python kamailio_binrpc.core.packet\n"


@pytest.mark.parametrize("first", ["client", "values", "decoder", "packet", "lab.caller"])
def test_whichever_module_is_imported_first(with_it, without, first):
    program = DIRECT.format(first=first)
    assert python("-c", program, path=with_it) == "builtin_function_or_method\n" * 3
    assert python("-c", program, path=without) == "function\n" * 3


def test_the_python_one_can_still_be_had(with_it):
    program = "from kamailio_binrpc.core.decoder import decode_records as d; print(d.__module__)"
    assert python("-c", program, path=with_it) == "kamailio_binrpc.core.decoder\n"


@pytest.mark.parametrize(
    "make",
    ["", "    _flat = property(vars, lambda self, value: vars(self).update(f=value))\n"],
    ids=["no slot", "property"],
)
def test_a_struct_of_another_make_means_the_python_one(with_it, tmp_path, make):
    """The compiled decoder checks what it knows about Struct before it relies on it."""
    shutil.copytree(with_it, tmp_path, dirs_exist_ok=True)
    path = tmp_path / "kamailio_binrpc" / "core" / "values.py"
    source = path.read_text()
    slots = '    __slots__ = ("_first", "_flat")\n'
    assert slots in source
    path.write_text(source.replace(slots, make, 1))
    assert python("-c", REPORT, path=tmp_path).startswith("python ")


def test_the_command_line_tells(with_it, without):
    program = ["-m", "kamailio_binrpc.cli.main", "--version"]
    version = kamailio_binrpc.__version__
    assert python(*program, path=with_it) == f"kamrpc {version} (decoder: c)\n"
    assert python(*program, path=without) == f"kamrpc {version} (decoder: python)\n"


@pytest.mark.skipif(sys.version_info < (3, 13), reason="the module has been private before 3.13")
def test_sub_interpreters(with_it):
    program = """
import _interpreters
code = '''
import kamailio_binrpc as k
print(k.decoder_implementation(), k.decode(bytes.fromhex("a11007000325610010 0583")).values)
'''
for _ in range(3):
    one = _interpreters.create()
    problem = _interpreters.exec(one, code)
    assert problem is None, problem
    _interpreters.destroy(one)
"""
    expected = "c [Struct([('a', 5)])]\n"
    assert python("-c", program, path=with_it) == expected * 3


def tree(folder):
    """Copy what setup.py and pyproject.toml need."""
    for name in ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSES", "sdk"):
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.so", "*.egg-info")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    return folder


def setup(folder, *arguments, **environment):
    setuptools = pytest.importorskip("setuptools", reason="NOT TESTED: no setuptools")
    if int(setuptools.__version__.partition(".")[0]) < 77:
        pytest.skip(
            f"NOT TESTED: setuptools {setuptools.__version__} is too old for pyproject.toml"
        )
    return python("setup.py", "-q", *arguments, path=folder, **environment)


@pytest.mark.slow
def test_a_wheel_holds_it(tmp_path):
    if reason := building.why_not():
        pytest.skip(reason)
    folder = tree(tmp_path)
    setup(folder, "build_ext", "--inplace")
    assert python("-c", REPORT, path=folder / "sdk").startswith("c ")


@pytest.mark.slow
@pytest.mark.parametrize("compiler", ["/nonexistent/cc", "false"])
def test_without_a_compiler_it_installs_all_the_same(tmp_path, compiler):
    folder = tree(tmp_path)
    setup(folder, "build_ext", "--inplace", CC=compiler)
    setup(folder, "bdist_wheel", CC=compiler)
    (wheel,) = folder.glob("dist/*.whl")
    shutil.unpack_archive(wheel, tmp_path / "installed", "zip")
    assert python("-c", REPORT, path=tmp_path / "installed").startswith("python ")


@pytest.mark.slow
def test_a_wheel_for_every_platform(tmp_path):
    folder = tree(tmp_path)
    setup(folder, "bdist_wheel", KAMAILIO_BINRPC_PUREPYTHON="1")
    (wheel,) = folder.glob("dist/*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
