# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Archives depend on their content alone."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import reproducible  # noqa: E402

WHEN = 1_700_000_000


def archive(path: Path, members: dict[str, bytes], mode: int, owner: int) -> Path:
    with tarfile.open(path, "w:gz") as made:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.uid, info.mtime = len(content), mode, owner, owner
            made.addfile(info, io.BytesIO(content))
    return path


def manifest(names: list[str]) -> dict[str, bytes]:
    files = json.dumps({"files": [{"name": name} for name in names], "format": 1}).encode()
    digest = hashlib.sha256(files).hexdigest()
    head = json.dumps({"file_manifest_file": {"chksum_sha256": digest}}).encode()
    return {"FILES.json": files, "MANIFEST.json": head}


def test_order_time_owner_and_umask_of_a_source_distribution_do_not_matter(tmp_path):
    one = archive(tmp_path / "1.tar.gz", {"a": b"A", "b": b"B"}, 0o644, 1)
    two = archive(tmp_path / "2.tar.gz", {"b": b"B", "a": b"A"}, 0o664, 2)
    for path in (one, two):
        reproducible.sdist(path, WHEN)
    assert one.read_bytes() == two.read_bytes()
    members = reproducible.read(one)
    assert {name: content for name, (_info, content) in members.items()} == {"a": b"A", "b": b"B"}
    assert {info.mtime for info, _content in members.values()} == {WHEN}


def test_programs_stay_programs(tmp_path):
    path = archive(tmp_path / "1.tar.gz", {"a": b"A"}, 0o775, 1)
    reproducible.sdist(path, WHEN)
    assert reproducible.read(path)["a"][0].mode == 0o755


def test_a_collection_lists_its_files_in_order_and_its_checksum_fits(tmp_path):
    one = archive(tmp_path / "1.tar.gz", manifest(["x", "y"]), 0o644, 1)
    two = archive(tmp_path / "2.tar.gz", manifest(["y", "x"]), 0o600, 2)
    for path in (one, two):
        reproducible.collection(path, WHEN)
    assert one.read_bytes() == two.read_bytes()
    members = reproducible.read(one)
    head = json.loads(members["MANIFEST.json"][1])
    digest = hashlib.sha256(members["FILES.json"][1]).hexdigest()
    assert head["file_manifest_file"]["chksum_sha256"] == digest


@pytest.mark.parametrize("mode, plain", [(0o600, 0o644), (0o664, 0o644), (0o700, 0o755)])
def test_modes_do_not_depend_on_the_umask(tmp_path, mode, plain):
    path = tmp_path / "folder" / "file"
    path.parent.mkdir()
    path.touch()
    path.chmod(mode)
    reproducible.plain_modes(tmp_path)
    assert path.stat().st_mode & 0o777 == plain


def test_the_time_is_the_given_one_or_the_commits(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert reproducible.epoch() == 7
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert reproducible.epoch() > WHEN
