# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Make archives depend on their content alone: neither on time, user, umask nor order of folders.

Wheels need nothing of this, since setuptools follows SOURCE_DATE_EPOCH.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def epoch() -> int:
    """Return the time that files in artefacts get: SOURCE_DATE_EPOCH, or that of the commit."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return int(done.stdout)


def plain_modes(folder: Path) -> None:
    """Let files be 0644, or 0755 if their owner can run them, whatever the umask was."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def read(path: Path) -> dict[str, tuple[tarfile.TarInfo, bytes]]:
    """Return the members of a tar archive by name, with their content."""
    with tarfile.open(path) as archive:
        members = {}
        for member in archive.getmembers():
            file = archive.extractfile(member) if member.isfile() else None
            members[member.name] = (member, file.read() if file else b"")
    return members


def write(path: Path, members: dict[str, tuple[tarfile.TarInfo, bytes]], when: int) -> None:
    """Write members in the order of their names, as root's, with one time and plain modes."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(members):
            member, content = members[name]
            member.mtime, member.uid, member.gid, member.uname, member.gname = when, 0, 0, "", ""
            member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
            member.size = len(content)
            member.pax_headers = {}
            archive.addfile(member, io.BytesIO(content) if member.isfile() else None)
    with path.open("wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=when) as packed:
        packed.write(plain.getvalue())


def sdist(path: Path, when: int) -> None:
    """Rewrite a source distribution."""
    write(path, read(path), when)


def collection(path: Path, when: int) -> None:
    """Rewrite a collection's artefact, whose FILES.json has the order in which a disk lists it."""
    members = read(path)
    info, content = members["FILES.json"]
    listing = json.loads(content)
    listing["files"].sort(key=lambda entry: entry["name"])
    files = _json(listing)
    members["FILES.json"] = (info, files)
    info, content = members["MANIFEST.json"]
    manifest = json.loads(content)
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(files).hexdigest()
    members["MANIFEST.json"] = (info, _json(manifest))
    write(path, members, when)


def _json(value: object) -> bytes:
    return json.dumps(value, indent=1).encode()
