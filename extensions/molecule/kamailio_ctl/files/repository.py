# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a signed repository of packages, laid out like kamailio.org's, of a package in apt's cache.

The package's version gets a suffix, by which it is told from the distribution's.

    repository.py FOLDER SUITE SUFFIX
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path


def call(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def repack(folder: Path, suffix: str) -> Path:
    """Put the package there, with another version."""
    original = next(Path("/var/cache/apt/archives").glob("kamailio_*.deb"))
    with tempfile.TemporaryDirectory() as work:
        call("dpkg-deb", "--raw-extract", original, Path(work, "package"))
        control = Path(work, "package", "DEBIAN", "control")
        lines = control.read_text(encoding="utf-8").splitlines()
        lines = [line + suffix if line.startswith("Version:") else line for line in lines]
        control.write_text("\n".join(lines) + "\n", encoding="utf-8")
        package = folder / "pool" / "kamailio.deb"
        package.parent.mkdir(parents=True)
        call("dpkg-deb", "-Znone", "--build", Path(work, "package"), package)
    return package


def sums(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    folder, suite, suffix = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    package = repack(folder, suffix)
    content = package.read_bytes()
    architecture = call("dpkg", "--print-architecture").strip()
    where = f"Filename: {package.relative_to(folder)}\nSize: {len(content)}\n"
    fields = call("dpkg-deb", "--field", package)
    index = f"{fields}{where}SHA256: {sums(content)}\n".encode()
    dist = folder / "dists" / suite
    place = Path("main", f"binary-{architecture}", "Packages")
    (dist / place).parent.mkdir(parents=True)
    (dist / place).write_bytes(index)
    date = call("date", "--utc", "--rfc-email")
    (dist / "Release").write_text(
        f"Origin: test\nSuite: {suite}\nCodename: {suite}\nComponents: main\n"
        f"Architectures: {architecture}\nDate: {date}"
        f"SHA256:\n {sums(index)} {len(index)} {place}\n",
        encoding="utf-8",
    )
    gpg = ("gpg", "--batch", "--quiet", "--homedir", tempfile.mkdtemp())
    call(*gpg, "--passphrase", "", "--quick-generate-key", "repository", "ed25519", "sign")
    call(*gpg, "--output", dist / "InRelease", "--clearsign", dist / "Release")
    call(*gpg, "--armor", "--output", folder / "key.asc", "--export")


main()
