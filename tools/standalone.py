# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Build kamrpc for machines without pip into dist/: a single file, and a Debian package.

``kamrpc.pyz`` runs with any Python from 3.10 on and carries all that it needs. The Debian package
takes the libraries from Debian, and brings manual pages and completion for bash, zsh and fish.
Two builds of one commit are equal to the byte.
"""

from __future__ import annotations

import argparse
import gzip
import os
import shutil
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import reproducible
import tree

PACKAGE = "kamailio-binrpc"
PROGRAMS = ("kamrpc", "pykamcmd")
# What only the typed layer and retries of programs need, and kamrpc never imports.
SUGGESTED = ("python3-pydantic", "python3-tenacity")
DEPENDS = (
    "python3 (>= 3.10)",
    "python3-rich",
    "python3-yaml",
    "python3-prompt-toolkit (>= 3.0.36)",
)
_PYKAMCMD = """\
.TH PYKAMCMD 1 "" "kamailio\\-binrpc {version}" "User Commands"
.SH NAME
pykamcmd \\- kamcmd, in Python
.SH DESCRIPTION
Takes the command line of kamcmd and prints what that prints, to the byte.
.nf

{help}
.fi
.SH SEE ALSO
.BR kamrpc (1)
"""
_MAIN = """\
import sys

from kamailio_binrpc.cli.main import main

sys.exit(main())
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--output", type=Path, default=tree.ROOT / "dist")
    options = parser.parse_args()
    output = options.output.resolve()
    output.mkdir(parents=True, exist_ok=True)
    when = reproducible.epoch()
    print(pyz(output / "kamrpc.pyz", when))
    if shutil.which("dpkg-deb"):
        print(deb(output, when))
    else:
        print("no dpkg-deb on this machine: no Debian package", file=sys.stderr)
    return 0


def pyz(path: Path, when: int) -> Path:
    """Make the single file."""
    folder = tree.BUILD / "standalone" / "pyz"
    shutil.rmtree(folder, ignore_errors=True)
    _copy_sdk(folder)
    lock = tree.ROOT / "requirements" / "standalone.txt"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    subprocess.run(
        [*pip, "--no-compile", "--require-hashes", "-r", str(lock), "--target", str(folder)],
        check=True,
    )
    for name in ("bin", *(each.name for each in folder.glob("*.dist-info"))):
        shutil.rmtree(folder / name, ignore_errors=True)
    # What is compiled is for one Python, and cannot be loaded from an archive.
    for file in (*folder.rglob("*.so"), *folder.rglob("*.pyi"), *folder.rglob("py.typed")):
        file.unlink()
    compile_all(folder)
    (folder / "__main__.py").write_text(_MAIN, encoding="utf-8")
    return archive(folder, path, when)


def compile_all(folder: Path) -> None:
    """Put compiled code beside the sources, for the Python that builds; others take the sources.

    Python never keeps what it compiles from an archive, so it would compile at each start.
    """
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", "-b", "-s", str(folder)),
            # Syntax highlighting, which nothing here uses.
            *("-x", "/pygments/", "--invalidation-mode", "unchecked-hash", str(folder)),
        ],
        env={**os.environ, "PYTHONHASHSEED": "0"},  # the order of constant sets
        check=True,
    )


def archive(folder: Path, path: Path, when: int) -> Path:
    """Make one file that runs of a folder, the same one of the same folder."""
    stamp = time.gmtime(when)[:6]
    with path.open("wb") as file:
        file.write(b"#!/usr/bin/env python3\n")
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for each in sorted(each for each in folder.rglob("*") if each.is_file()):
                info = zipfile.ZipInfo(str(each.relative_to(folder)), stamp)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, each.read_bytes())
    path.chmod(0o755)
    return path


def deb(output: Path, when: int) -> Path:
    """Make the Debian package."""
    root = tree.BUILD / "standalone" / "deb"
    shutil.rmtree(root, ignore_errors=True)
    _copy_sdk(root / "usr/lib/python3/dist-packages")
    for program in PROGRAMS:
        _write(root / "usr/bin" / program, _script(program), 0o755)
        _write_gzip(root / f"usr/share/man/man1/{program}.1.gz", _manual(program))
    for shell, name in (
        ("bash", "bash-completion/completions/kamrpc"),
        ("zsh", "zsh/vendor-completions/_kamrpc"),
        ("fish", "fish/vendor_completions.d/kamrpc.fish"),
    ):
        _write(root / "usr/share" / name, _kamrpc("completion", shell))
    licence = (tree.ROOT / "LICENSES" / "MIT.txt").read_text(encoding="utf-8")
    _write(root / f"usr/share/doc/{PACKAGE}/copyright", licence)
    _write(root / "DEBIAN/control", _control(root))
    for each in (root, *root.rglob("*")):
        os.utime(each, (when, when))
    return pack(root, output / f"{PACKAGE}_{_version()}_all.deb", when)


def pack(root: Path, path: Path, when: int) -> Path:
    """Make a package of a folder, the same one of the same folder."""
    subprocess.run(
        ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(path)],
        env={**os.environ, "SOURCE_DATE_EPOCH": str(when)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return path


def _control(root: Path) -> str:
    size = sum(each.stat().st_size for each in root.rglob("*") if each.is_file())
    return textwrap.dedent(f"""\
        Package: {PACKAGE}
        Version: {_version()}
        Architecture: all
        Maintainer: The kamailio-binrpc authors <kamailio-binrpc@localhost>
        Installed-Size: {size // 1024}
        Depends: {", ".join(DEPENDS)}
        Suggests: {", ".join(SUGGESTED)}
        Section: comm
        Priority: optional
        Description: change a running Kamailio through its ctl module
         kamrpc calls RPCs of Kamailio over binrpc, on one server or on many, shows what
         it got, and changes a server only where it differs from what is wanted. pykamcmd
         takes the command line of kamcmd.
        """)


def _copy_sdk(target: Path) -> None:
    sdk = tree.copy_collection(tree.BUILD / "standalone" / "source", links=True) / "sdk"
    shutil.copytree(sdk / "kamailio_binrpc", target / "kamailio_binrpc")
    (target / "kamailio_binrpc" / "_speedups.c").unlink()


def _script(program: str) -> str:
    if program == "kamrpc":
        return "#!/usr/bin/python3\n" + _MAIN
    text = (tree.ROOT / "sdk" / "scripts" / program).read_text(encoding="utf-8")
    return text.replace("#!/usr/bin/env python", "#!/usr/bin/python3", 1)


def _manual(program: str) -> bytes:
    if program == "pykamcmd":
        text = _run(sys.executable, "-m", "kamailio_binrpc.cli.kamcmd.main", "-h")
        return _PYKAMCMD.format(version=_version(), help=text.replace("\\", "\\e")).encode()
    return _run(
        *(str(Path(sys.executable).parent / "argparse-manpage"), "--prog", program),
        *("--module", "kamailio_binrpc.cli.main", "--function", "build_parser"),
        *("--format", "single-commands-section", "--project-name", PACKAGE),
        *("--version", _version(), "--description", "call RPCs of a running Kamailio"),
    ).encode()


def _kamrpc(*words: str) -> str:
    return _run(sys.executable, "-m", "kamailio_binrpc.cli.main", *words)


def _run(*command: str) -> str:
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=_environment()
    )
    return done.stdout


def _environment() -> dict[str, str]:
    # Manuals have one width, and no date.
    return {
        **os.environ,
        "PYTHONPATH": str(tree.ROOT / "sdk"),
        "COLUMNS": "80",
        "SOURCE_DATE_EPOCH": str(reproducible.epoch()),
    }


def _version() -> str:
    text = (tree.ROOT / "sdk/kamailio_binrpc/_version.py").read_text(encoding="utf-8")
    return text.partition('__version__ = "')[2].partition('"')[0]


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)


def _write_gzip(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, 9, mtime=0))


if __name__ == "__main__":
    sys.exit(main())
