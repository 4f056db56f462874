# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Artefacts hold what their users need and nothing else."""

from __future__ import annotations

import json
import os
import posixpath
import re
import subprocess
import sys
import tarfile
import zipfile
from fnmatch import fnmatch

import pytest

from kamailio_binrpc.lab import HashTables, LabServer
from tests.checks.tool import BIN, ROOT, run

sys.path.insert(0, str(ROOT / "tools"))

import ansible_test
import strip
import tree
import venvs

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def artefacts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build(folder)
    return folder


def build(folder, *options, umask=0o022):
    before = os.umask(umask)
    try:
        run(sys.executable, ROOT / "tools" / "build.py", "--output", folder, *options)
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Return the address of a git repository with the files of the work tree."""
    folder = tree.copy_collection(tmp_path_factory.mktemp("repository"), links=True)
    git = ["git", "-c", "init.defaultBranch=main", "-c", "user.name=t", "-c", "user.email=t@t.test"]
    for command in (["init", "-q"], ["add", "--all"], ["commit", "-q", "-m", "All"]):
        subprocess.run([*git, *command], cwd=folder, check=True)
    return f"git+file://{folder}"


def tar_names(folder, pattern):
    (path,) = folder.glob(pattern)
    with tarfile.open(path) as archive:
        return {member.name for member in archive.getmembers() if member.isfile()}


PURE = "kamailio_binrpc-*-py3-none-any.whl"


def test_a_second_build_is_equal_to_the_byte(artefacts, tmp_path):
    build(tmp_path, "--pythons", umask=0o077)
    names = {path.name for path in tmp_path.iterdir()}
    assert [name.rpartition(".")[2] for name in sorted(names)] == ["gz", "whl", "gz"]
    for name in names:
        assert (tmp_path / name).read_bytes() == (artefacts / name).read_bytes(), name


def test_a_wheel_made_without_a_compiler_is_for_every_platform(tmp_path):
    copy = tree.copy_collection(tmp_path, links=True)
    command = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", tmp_path]
    run(*command, copy, CC="/nonexistent/cc")
    assert len(list(tmp_path.glob(PURE))) == 1
    assert len(list(tmp_path.glob("*.whl"))) == 1


def test_pypi_would_take_them(artefacts):
    packages = [*artefacts.glob("*.whl"), *artefacts.glob("kamailio_binrpc-*.tar.gz")]
    run(BIN / "twine", "check", "--strict", *packages)
    run(BIN / "check-wheel-contents", *artefacts.glob("*.whl"))


@pytest.mark.parametrize("kind", ["pure", "compiled"])
def test_the_wheel_is_the_sdk_alone(artefacts, kind):
    (pure,) = artefacts.glob(PURE)
    others = [path for path in artefacts.glob("*.whl") if path != pure]
    if kind == "compiled" and not others:
        pytest.skip("there is no C compiler")
    path = pure if kind == "pure" else others[0]
    names = set(zipfile.ZipFile(path).namelist())
    scripts = {name for name in names if ".data/scripts/" in name}
    assert {name.rpartition("/")[2] for name in scripts} == {"pykamcmd"}
    code = {name for name in names - scripts if ".dist-info/" not in name}
    source = {
        os.path.relpath(os.path.join(folder, name), ROOT / "sdk")
        # The core is a link.
        for folder, _folders, names in os.walk(ROOT / "sdk" / "kamailio_binrpc", followlinks=True)
        for name in names
        if name.endswith(".py") or name == "py.typed"
    }
    compiled = {name for name in code if fnmatch(name, "kamailio_binrpc/_speedups.*.so")}
    assert len(compiled) == (kind == "compiled")
    assert code - compiled == source
    assert {"kamailio_binrpc/core/decoder.py", "kamailio_binrpc/core/lab/server.py"} <= code
    assert any(name.endswith(".dist-info/licenses/LICENSES/MIT.txt") for name in names)


def test_the_sdist_can_make_the_wheel(artefacts):
    names = {name.partition("/")[2] for name in tar_names(artefacts, "kamailio_binrpc-*.tar.gz")}
    package = "sdk/kamailio_binrpc/"
    assert {"pyproject.toml", "setup.py", "sdk/README.md", package + "py.typed"} <= names
    assert package + "_speedups.c" in names


def test_the_collection_holds_what_ansible_users_need(artefacts):
    names = tar_names(artefacts, "kamailio-ctl-*.tar.gz")
    files = {"CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md", "REUSE.toml"}
    files |= {"CODE_OF_CONDUCT.md", "SECURITY.md"}
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


def test_links_within_the_collection_resolve(artefacts):
    (path,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    broken = []
    with tarfile.open(path) as archive:
        names = {member.name for member in archive.getmembers()}
        for page in sorted(name for name in names if name.endswith(".md")):
            text = re.sub(r"(?ms)^```.*?^```", "", archive.extractfile(page).read().decode())
            for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(page), link))
                if not re.match(r"[a-z]+:", link) and target not in names:
                    broken.append((page, link))
    assert not broken


def test_the_collections_readme_has_the_sections_that_automation_hub_wants(artefacts):
    (path,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    with tarfile.open(path) as archive:
        text = archive.extractfile("README.md").read().decode()
    wanted = ["Description", "Requirements", "Installation", "Use Cases", "Testing", "Support"]
    wanted += ["Release Notes and Roadmap", "Related Information", "License Information"]
    assert [each for each in re.findall(r"(?m)^## (.+)$", text) if each in wanted] == wanted
    assert "ansible-galaxy collection install kamailio.ctl" in text


def test_what_modules_ship_is_stripped_in_the_collection_alone(artefacts):
    name = "plugins/module_utils/binrpc/decoder.py"
    source = (ROOT / name).read_text("utf-8")
    (path,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    with tarfile.open(path) as archive:
        assert archive.extractfile(name).read().decode() == strip.stripped(source)
    (path,) = artefacts.glob(PURE)
    with zipfile.ZipFile(path) as wheel:
        assert wheel.read("kamailio_binrpc/core/decoder.py").decode() == source


PROGRAM = """
import sys
import kamailio_binrpc
from kamailio_binrpc.core import decoder
with kamailio_binrpc.Client(sys.argv[1]) as client:
    [found] = client.call("htable.get", "t", "a")
    print(found["item"]["value"])
print(decoder.__file__)
"""


@pytest.mark.parametrize("source", ["wheel", "sdist", "git"])
def test_the_sdk_works_where_nothing_else_is(artefacts, repository, source, tmp_path):
    patterns = {"wheel": PURE, "sdist": "kamailio_binrpc-*.tar.gz"}
    found = next(artefacts.glob(patterns[source])) if source in patterns else repository
    # What builds a package is there already, instead of being fetched each time.
    bin_dir = venvs.ensure("build", venvs.this_python(), "build")
    options = ["-q", "--no-build-isolation", "--no-deps", "--target", str(tmp_path)]
    # Compiling is tested elsewhere.
    pure = {"KAMAILIO_BINRPC_PUREPYTHON": "1"}
    pip = [sys.executable, "-m", "pip", "--python", bin_dir / "python"]
    run(*pip, "install", *options, found, cwd=tmp_path, **pure)
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]
    assert (tmp_path / "kamailio_binrpc" / "core" / "decoder.py").is_file()
    module = HashTables({"t": {"a": 5}})
    with LabServer("tcp:127.0.0.1:0", modules=[module]).running_in_thread() as lab:
        program = [bin_dir / "python", "-c", PROGRAM, lab.addresses[0]]
        output = run(*program, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert output == f"5\n{tmp_path}/kamailio_binrpc/core/decoder.py\n"


PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  module_defaults:
    group/kamailio.ctl.kamailio:
      endpoint: "%s"
  tasks:
    - kamailio.ctl.kamailio_htable_item: {table: t, key: a, value: 5, run_on: controller}
      register: item
    - kamailio.ctl.kamailio_htable_item: {table: t, key: b, value: 6, run_on: host}
      register: other
    - ansible.builtin.assert:
        that:
          - item is changed
          - other is changed
          - >-
            lookup('kamailio.ctl.kamailio_rpc', 'htable.get', 't', 'a', endpoint='%s').item
            == {'name': 'a', 'value': 5, 'flags': 0, 'expire': 'NEVER'}
"""


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """Run programs of an environment with ansible-core alone, where a collection is installed."""
    bin_dir = venvs.ensure("ansible-newest", ansible_test.controller("newest"), "ansible-newest")
    home = tmp_path_factory.mktemp("home")

    def bare(collections, program, *arguments):
        done = subprocess.run(
            [bin_dir / program, *arguments],
            cwd=home,
            env={
                "PATH": f"{bin_dir}:/usr/bin:/bin",
                "LANG": "C.UTF-8",
                "HOME": str(home),
                "ANSIBLE_COLLECTIONS_PATH": str(collections),
                "ANSIBLE_LOCALHOST_WARNING": "false",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    listing = "import importlib.metadata as m; print(*(each.name for each in m.distributions()))"
    names = set(bare(home, "python", "-c", listing).lower().split())
    assert "ansible-core" in names
    assert not names & {"kamailio-binrpc", "pydantic", "tenacity"}
    return bare


@pytest.fixture(scope="module")
def installed(artefacts, bare, tmp_path_factory):
    """Where the artefact is installed."""
    folder = tmp_path_factory.mktemp("installed")
    (artefact,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    bare(folder, "ansible-galaxy", "collection", "install", "--offline", "-p", folder, artefact)
    return folder


@pytest.fixture(scope="module")
def installed_from_git(repository, bare, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed_from_git")
    bare(folder, "ansible-galaxy", "collection", "install", "-p", folder, repository)
    return folder


@pytest.mark.parametrize("place", ["installed", "installed_from_git"])
def test_the_collection_works_where_nothing_but_ansible_core_is(bare, place, request, tmp_path):
    folder = request.getfixturevalue(place)
    assert not [path for path in folder.rglob("*") if path.is_symlink()]
    collection = folder / "ansible_collections" / "kamailio" / "ctl"
    assert (collection / "plugins" / "module_utils" / "binrpc" / "decoder.py").is_file()
    with LabServer("tcp:127.0.0.1:0", modules=[HashTables({"t": {}})]).running_in_thread() as lab:
        playbook = tmp_path / "playbook.yml"
        playbook.write_text(PLAYBOOK % (lab.addresses[0], lab.addresses[0]))
        output = bare(folder, "ansible-playbook", playbook)
    assert re.search(r"ok=3 +changed=2 .* failed=0", output), output


def test_galaxy_would_take_the_artefact(artefacts):
    (artefact,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    # The linter has a test of its own, on more files, and so has the documentation below, in one
    # process. `make build` leaves nothing out.
    quick = {
        "GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false",
        "GALAXY_IMPORTER_RUN_ANSIBLE_DOC": "false",
    }
    output = run(sys.executable, ROOT / "tools" / "importer.py", artefact, **quick)
    assert output.splitlines()[-1] == "Importer processing completed successfully"


@pytest.fixture(scope="module")
def documented(bare, installed):
    """Return the documentation of all plugins, by kind and name."""
    return json.loads(bare(installed, "ansible-doc", "--metadata-dump", "kamailio.ctl"))["all"]


@pytest.mark.parametrize("kind", ["module", "lookup", "inventory", "filter", "test"])
def test_all_that_is_installed_is_documented(documented, kind):
    folder = "modules" if kind == "module" else kind
    files = {path.stem for path in (ROOT / "plugins" / folder).glob("*.*")}
    if kind in ("filter", "test"):
        files.discard("kamailio")  # several in one file, each with a file of documentation
    assert set(documented[kind]) == {f"kamailio.ctl.{name}" for name in files}
    assert all(each["doc"]["short_description"] for each in documented[kind].values())


ENVIRONMENTS = [
    ROOT / "execution-environment.yml",
    *(ROOT / "examples" / "environments" / f"{name}.yml" for name in ("debian", "decisions")),
]


@pytest.mark.parametrize("given", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_takes_the_artefact(given, artefacts, tmp_path):
    """ansible-builder accepts the definition; make ee builds images."""
    (artefact,) = artefacts.glob("kamailio-ctl-*.tar.gz")
    definition = tmp_path / given.relative_to(ROOT)
    definition.parent.mkdir(parents=True, exist_ok=True)
    definition.write_text(given.read_text("utf-8"), "utf-8")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / artefact.name).write_bytes(artefact.read_bytes())
    run(BIN / "ansible-builder", "create", "-f", definition, "-c", tmp_path / "context")
    build = tmp_path / "context" / "_build"
    assert artefact.name in (build / "requirements.yml").read_text("utf-8")
    assert (build / "artefacts" / artefact.name).is_file()
