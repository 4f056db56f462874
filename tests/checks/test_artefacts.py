# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""What users install holds what it needs and nothing else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from fnmatch import fnmatch

import pytest

from kamailio_binrpc.lab import HashTables, LabServer
from tests.checks.tool import ROOT, run

sys.path.insert(0, str(ROOT / "tools"))

import ansible_test
import venvs

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
    # Neither the sources of the site nor what belongs to other packages.
    for folder in ("docs/site/", "extensions/salt/", "sdk/", "tests/"):
        assert not [name for name in names if name.startswith(folder)]


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/kamailio.ctl.kamailio:
      endpoint: "%s"
  tasks:
    - kamailio.ctl.kamailio_htable_item: {table: t, key: a, value: 5}
      register: item
    - ansible.builtin.assert:
        that:
          - item is changed
          - >-
            lookup('kamailio.ctl.kamailio_rpc', 'htable.get', 't', 'a', endpoint='%s').item
            == {'name': 'a', 'value': 5, 'flags': 0, 'expire': 'NEVER'}
"""


@pytest.fixture(scope="module")
def bare(artefacts, tmp_path_factory):
    """Run programs of an environment with ansible-core alone, where the artefact is installed."""
    bin_dir = venvs.ensure("ansible-newest", ansible_test.controller("newest"), "ansible-newest")
    folder = tmp_path_factory.mktemp("bare")
    (artefact,) = artefacts.glob("kamailio-ctl-*.tar.gz")

    def bare(program, *arguments):
        done = subprocess.run(
            [bin_dir / program, *arguments],
            cwd=folder,
            env={
                "PATH": f"{bin_dir}:/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "HOME": str(folder),
                "ANSIBLE_COLLECTIONS_PATH": str(folder),
                "ANSIBLE_LOCALHOST_WARNING": "false",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    bare("ansible-galaxy", "collection", "install", "--offline", "-p", folder, artefact)
    return bare


def test_the_collection_works_where_nothing_but_ansible_core_is(bare, tmp_path):
    found = bare("python", "-m", "pip", "list", "--format", "json", "--disable-pip-version-check")
    names = {each["name"].lower() for each in json.loads(found)}
    assert "ansible-core" in names
    assert not names & {"kamailio-binrpc", "pydantic", "tenacity"}
    with LabServer("tcp:127.0.0.1:0", modules=[HashTables({"t": {}})]).running_in_thread() as lab:
        playbook = tmp_path / "playbook.yml"
        playbook.write_text(PLAYBOOK % (lab.addresses[0], lab.addresses[0]))
        output = bare("ansible-playbook", playbook)
    assert re.search(r"ok=2 +changed=1 .* failed=0", output), output


@pytest.mark.parametrize(
    "kind,folder",
    [
        ("module", "modules"),
        ("lookup", "lookup"),
        ("inventory", "inventory"),
        ("filter", "filter"),
        ("test", "test"),
    ],
)
def test_all_that_is_installed_is_documented(bare, kind, folder):
    listed = json.loads(bare("ansible-doc", "--list", "--json", "-t", kind, "kamailio.ctl"))
    files = {path.stem for path in (ROOT / "plugins" / folder).glob("*.*")}
    if kind in ("filter", "test"):
        files.discard("kamailio")  # several in one file, each with a file of documentation
    assert set(listed) == {f"kamailio.ctl.{name}" for name in files}
    assert "UNDOCUMENTED" not in listed.values()
    bare("ansible-doc", "-t", kind, *sorted(listed))


def test_the_execution_environment_takes_the_artefact(artefacts, tmp_path):
    """ansible-builder accepts the definition; no image is built, since that needs a registry."""
    bin_dir = venvs.ensure("builder", venvs.this_python(), "builder")
    (artefact,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    definition = tmp_path / "execution-environment.yml"
    definition.write_text((ROOT / definition.name).read_text("utf-8"), "utf-8")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / artefact.name).write_bytes(artefact.read_bytes())
    run(bin_dir / "ansible-builder", "create", "-f", definition, "-c", tmp_path / "context")
    build = tmp_path / "context" / "_build"
    assert artefact.name in (build / "requirements.yml").read_text("utf-8")
    assert (build / "artefacts" / artefact.name).is_file()
