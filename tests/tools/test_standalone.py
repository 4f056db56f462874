# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""kamrpc for machines without pip: a single file and a Debian package."""

from __future__ import annotations

import gzip
import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from kamailio_binrpc.core.lab.server import LabServer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import pythons  # noqa: E402
import standalone  # noqa: E402

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def when():
    return 1_700_000_000


@pytest.fixture(scope="module")
def single(tmp_path_factory, when):
    return standalone.pyz(tmp_path_factory.mktemp("pyz") / "kamrpc.pyz", when)


@pytest.fixture(scope="module")
def package(tmp_path_factory, when):
    return standalone.deb(tmp_path_factory.mktemp("deb"), when)


@pytest.fixture(scope="module")
def unpacked(package):
    root = package.parent / "root"
    subprocess.run(["dpkg-deb", "-x", package, root], check=True)
    return root


def run(*command, status=0, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
    assert done.returncode == status, done.stderr
    return done.stdout


def test_the_single_file_needs_nothing_else(single):
    with LabServer("tcp:127.0.0.1:0").running_in_thread() as lab:
        kamrpc = [sys.executable, "-I", "-S", str(single)]
        where = ["-s", lab.addresses[0]]
        assert run(*kamrpc, "call", *where, "core.echo", "x") == "x\n"
        assert run(*kamrpc, "call", *where, "-o", "table", "core.psx").startswith("IDX")
        assert run(*kamrpc, "call", *where, "-o", "yaml", "core.echo", "no") == "- 'no'\n"
        assert run(*kamrpc, "top", *where, "--count", "1").startswith("SERVER")
        run(*kamrpc, "call", *where, "no.such", status=4)


def test_the_single_file_starts_without_compiling(single):
    """Python compiles an archive's sources at each start, since it cannot keep the result."""
    with zipfile.ZipFile(single) as archive:
        names = {name for name in archive.namelist() if name.startswith("kamailio_binrpc/")}
        sources = {name for name in names if name.endswith(".py")}
        assert sources
        assert {f"{name}c" for name in sources} <= names
        head = archive.read("kamailio_binrpc/cli/main.pyc")[:8]
    assert head == importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")  # never checked


def test_other_pythons_take_the_sources(single):
    for path in pythons.find_all(("3.10", "3.11", "3.12", "3.13")).values():
        done = subprocess.run([path, "-I", single, "--version"], capture_output=True, check=True)
        assert done.stdout.startswith(b"kamrpc ")


def test_two_builds_are_equal(single, package, when, tmp_path):
    build = ROOT / "build" / "standalone"
    again = standalone.archive(build / "pyz", tmp_path / "again.pyz", when)
    assert again.read_bytes() == single.read_bytes()
    again = standalone.pack(build / "deb", tmp_path / "again.deb", when)
    assert again.read_bytes() == package.read_bytes()


def test_what_the_package_installs(unpacked):
    found = {
        str(path.relative_to(unpacked))
        for path in unpacked.rglob("*")
        if path.is_file() and "dist-packages" not in path.parts
    }
    assert found == {
        "usr/bin/kamrpc",
        "usr/bin/pykamcmd",
        "usr/share/bash-completion/completions/kamrpc",
        "usr/share/doc/kamailio-binrpc/copyright",
        "usr/share/fish/vendor_completions.d/kamrpc.fish",
        "usr/share/man/man1/kamrpc.1.gz",
        "usr/share/man/man1/pykamcmd.1.gz",
        "usr/share/zsh/vendor-completions/_kamrpc",
    }
    packages = unpacked / "usr/lib/python3/dist-packages"
    assert not [path for path in packages.rglob("*") if path.is_symlink() or path.suffix == ".so"]
    for name in ("kamrpc", "pykamcmd"):
        text = gzip.decompress((unpacked / f"usr/share/man/man1/{name}.1.gz").read_bytes()).decode()
        assert text.startswith(".TH")
        assert str(ROOT) not in text


def test_the_programs_of_the_package(unpacked):
    packages = unpacked / "usr/lib/python3/dist-packages"
    program = (unpacked / "usr/bin/kamrpc").read_text()
    with LabServer("tcp:127.0.0.1:0").running_in_thread() as lab:
        code = f"import sys; sys.path.insert(0, {str(packages)!r})\n{program}"
        command = [sys.executable, "-c", code, "call", "-s", lab.addresses[0], "core.echo", "x"]
        assert run(*command, cwd=Path("/")) == "x\n"
