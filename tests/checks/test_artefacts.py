# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""What users install holds what it needs and nothing else."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from fnmatch import fnmatch

import pytest

from tests.checks.tool import ROOT, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, ROOT / "tools" / "build.py", "--output", folder)
    return folder


def tar_names(folder, pattern):
    (path,) = folder.glob(pattern)
    with tarfile.open(path) as archive:
        return {member.name for member in archive.getmembers() if member.isfile()}


def test_the_wheel_is_the_sdk_alone(artefacts):
    (path,) = artefacts.glob("*.whl")
    names = set(zipfile.ZipFile(path).namelist())
    scripts = {name for name in names if ".data/scripts/" in name}
    assert {name.rpartition("/")[2] for name in scripts} == {"pykamcmd"}
    code = {name for name in names - scripts if ".dist-info/" not in name}
    source = {
        file.relative_to(ROOT / "sdk").as_posix()
        for file in (ROOT / "sdk" / "kamailio_binrpc").rglob("*")
        if file.suffix == ".py" or file.name == "py.typed"
    }
    # Compiled where a compiler is; the wheel is made in either case.
    compiled = {name for name in code if fnmatch(name, "kamailio_binrpc/_speedups.*.so")}
    assert len(compiled) <= 1
    assert code - compiled == source
    assert any(name.endswith(".dist-info/licenses/LICENSES/MIT.txt") for name in names)


def test_the_sdist_can_make_the_wheel(artefacts):
    names = {name.partition("/")[2] for name in tar_names(artefacts, "kamailio_binrpc-*.tar.gz")}
    package = "sdk/kamailio_binrpc/"
    assert {"pyproject.toml", "setup.py", "README.md", package + "py.typed"} <= names
    assert package + "_speedups.c" in names


def test_the_collection_holds_what_ansible_users_need(artefacts):
    names = tar_names(artefacts, "kamailio-ctl-*.tar.gz")
    files = {"CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md", "REUSE.toml"}
    folders = {"LICENSES", "changelogs", "docs", "extensions", "meta", "playbooks", "plugins"}
    strangers = {name.split("/")[0] for name in names} - files - folders - {"roles"}
    assert not strangers
    assert "meta/runtime.yml" in names
    vendored = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "plugins" / "module_utils" / "binrpc").rglob("*.py")
    }
    assert vendored <= names
