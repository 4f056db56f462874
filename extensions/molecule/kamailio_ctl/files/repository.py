# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make a signed repository, laid out like kamailio.org's.

repository.py FOLDER SUITE VERSION     # the installed Kamailio, as another version
repository.py FOLDER SUITE PACKAGES    # the packages in a folder
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def call(*command: str | Path) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def repack(folder: Path, version: str) -> None:
    """Make a package of the files of the installed one."""
    package = folder / "pool" / "kamailio.deb"
    package.parent.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as work:
        for name in call("dpkg-query", "--listfiles", "kamailio").splitlines():
            source, target = Path(name), Path(work + name)
            if not source.is_dir():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target, follow_symlinks=False)
        control = Path(work, "DEBIAN", "control")
        control.parent.mkdir()
        status = call("dpkg-query", "--status", "kamailio")
        fields = re.sub(r"(?m)^(?:Status|Conffiles|Config-Version):.*\n(?: .*\n)*", "", status)
        fields = re.sub(r"(?m)^Version:.*", f"Version: {version}", fields)
        control.write_text(fields, encoding="utf-8")
        conffiles = call("dpkg-query", "--show", "--showformat=${Conffiles}", "kamailio")
        names = [line.split()[0] + "\n" for line in conffiles.splitlines() if line.strip()]
        control.with_name("conffiles").write_text("".join(names), encoding="utf-8")
        Path(work).chmod(0o755)
        call("dpkg-deb", "-Znone", "--root-owner-group", "--build", work, package)


def sums(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def entry(folder: Path, package: Path) -> str:
    content = package.read_bytes()
    where = f"Filename: {package.relative_to(folder)}\nSize: {len(content)}\n"
    return f"{call('dpkg-deb', '--field', package)}{where}SHA256: {sums(content)}\n"


def main() -> None:
    folder, suite, source = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    if "/" in source:
        shutil.copytree(source, folder / "pool")
    else:
        repack(folder, source)
    packages = sorted((folder / "pool").glob("*.deb"))
    index = "\n".join(entry(folder, package) for package in packages).encode()
    architecture = call("dpkg", "--print-architecture").strip()
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
