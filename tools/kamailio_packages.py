# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Bring other releases of Kamailio than the installed one, from Debian's packages.

    python3 tools/kamailio_packages.py              # list the releases, and those at hand
    eval "$(python3 tools/kamailio_packages.py trixie)"  # tests/support/kamailio.py starts that one
    make catalogue-check SOURCE="$(python3 tools/kamailio_packages.py --source trixie)"

Packages are unpacked into a cache in the home folder (or in KAMAILIO_CACHE): nothing is installed,
no service starts, and no special rights are needed. They come from the mirror that this machine's
apt uses for Debian. Takes some 10 seconds and 130 MB for each release.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

RELEASES = ("bookworm", "trixie", "forky")
"""Debian's names. Kamailio is 5.6 in bookworm, 6.0 in trixie; forky, not released yet, follows."""

PACKAGES = ("kamailio", "kamailio-ims-modules", "kamailio-presence-modules")
PROGRAMS = ("kamailio", "kamcmd")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class Unavailable(RuntimeError):
    """A release cannot be had on this machine; says why."""


@dataclass(frozen=True)
class Installation:
    """An unpacked release.

    :ivar name: Debian's name of the release.
    :ivar version: of Kamailio, such as ``6.0.1``.
    :ivar folder: what was unpacked, with a wrapper for each program in ``run``.
    """

    name: str
    version: str
    folder: Path

    @property
    def modules(self) -> Path:
        return next(self.folder.glob("usr/lib/*/kamailio/modules"))

    def environment(self) -> dict[str, str]:
        """Return the variables by which the tests find the release."""
        return {
            "KAMAILIO_BINARY": str(self.folder / "run" / "kamailio"),
            "KAMCMD_BINARY": str(self.folder / "run" / "kamcmd"),
            "KAMAILIO_MODULE_DIR": str(self.modules),
        }


def cache() -> Path:
    """Return the folder that holds unpacked releases."""
    given = os.environ.get("KAMAILIO_CACHE")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(given) if given else home / "kamailio-binrpc" / "releases"


def at_hand(name: str) -> Installation | None:
    """Return a release that was brought before, None if it was not."""
    folder = cache() / name
    try:
        version = (folder / "version").read_text().strip()
        packages = (folder / "packages").read_text().split()
    except OSError:
        return None
    if packages != list(PACKAGES):
        return None  # brought when fewer were wanted
    return Installation(name, version, folder)


def bring(name: str, *, newest: bool = False) -> Installation:
    """Return a release, which is fetched and unpacked if it is not at hand.

    :param newest: fetch it in any case.
    :raises Unavailable: it cannot be had, for the reason in the message.
    """
    found = at_hand(name)
    if found is not None and not newest:
        return found
    target = cache() / name
    part = target.with_name(f"{name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        for package in _download(name, mirror(), part / "apt"):
            _run("dpkg-deb", "--extract", package, part)
        shutil.rmtree(part / "apt")
        write_wrappers(part, target)
        # Unpacked in its own place: the wrappers name that.
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
        (target / "packages").write_text(" ".join(PACKAGES) + "\n")
        (target / "version").write_text(_version(target / "run" / "kamailio") + "\n")
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    made = at_hand(name)
    assert made is not None, target  # noqa: S101 - it was written just now
    return made


def bring_source(name: str) -> Path:
    """Return the folder of a release's sources, fetched and unpacked if they are not at hand.

    :raises Unavailable: they cannot be had, for the reason in the message.
    """
    target = cache() / f"{name}-source"
    if target.exists():
        return target
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        options = _apt(part / "apt", f"deb-src {_signed()}{mirror()} {name} main")
        # Debian's own changes are not needed: they touch no RPC.
        _run("apt-get", *options, "-q", "source", "--tar-only", "--download-only", "kamailio",
             folder=part / "apt")  # fmt: skip
        archives = sorted((part / "apt").glob("kamailio_*.orig.tar.*"))
        if not archives:
            raise Unavailable("apt-get fetched no archive of the sources")
        _run("tar", "--extract", "--file", archives[0], "--directory", part,
             "--strip-components=1")  # fmt: skip
        shutil.rmtree(part / "apt")
        part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return target


def mirror() -> str:
    """Return the URI of the Debian archive that this machine's apt uses.

    :raises Unavailable: it uses none.
    """
    targets = _run("apt-get", "indextargets", "--format", "$(CREATED_BY) $(COMPONENT) $(REPO_URI)")
    return choose_mirror(targets)


def choose_mirror(targets: str) -> str:
    """Return the URI of the Debian archive from lines of ``apt-get indextargets``.

    :raises Unavailable: there is none.
    """
    for line in targets.splitlines():
        kind, component, uri = [*line.split(" ", 2), "", ""][:3]
        if kind == "Packages" and component == "main" and uri.rstrip("/").endswith("/debian"):
            return uri
    raise Unavailable("apt on this machine has no source of Debian; add one, and its keyring")


def write_wrappers(folder: Path, place: Path) -> None:
    """Write a script for each program that runs it with the loader and libraries beside it.

    :param folder: where the packages are now.
    :param place: where they will be.
    :raises Unavailable: a program or its loader is missing.
    """
    loaders = sorted(folder.glob("**/lib/*/ld-linux*.so*"))
    if not loaders:
        raise Unavailable("the packages have no loader")
    loader = place / loaders[0].relative_to(folder)
    triplet = loader.parent.name
    paths = [place / top / triplet for top in ("usr/lib", "lib")]
    paths.append(place / "usr/lib" / triplet / "kamailio")
    (folder / "run" / "loaders").mkdir(parents=True, exist_ok=True)
    for program in PROGRAMS:
        found = next((each for each in folder.glob(f"usr/*bin/{program}") if each.is_file()), None)
        if found is None:
            raise Unavailable(f"the packages have no {program}")
        # The system names a process as the file that was executed, which is the loader.
        named = folder / "run" / "loaders" / program
        named.unlink(missing_ok=True)
        named.symlink_to(loader)
        script = folder / "run" / program
        library_path = ":".join(map(str, paths))
        script.write_text(
            f"#!/bin/sh\nexec '{place}/run/loaders/{program}' --library-path '{library_path}' "
            f"'{place / found.relative_to(folder)}' \"$@\"\n"
        )
        script.chmod(0o755)


def _download(name: str, uri: str, folder: Path) -> list[Path]:
    """Download Kamailio and what it depends on, with apt's folders below ``folder``."""
    options = _apt(folder, f"deb {_signed()}{uri} {name} main")
    _run("apt-get", *options, "-q", "-y", "--download-only", "install", *PACKAGES)
    return sorted((folder / "cache" / "archives").glob("*.deb"))


def _signed() -> str:
    return f"[signed-by={KEYRING}] " if KEYRING.exists() else ""


def _apt(folder: Path, source: str) -> list[str]:
    """Read a source's lists into apt's folders below ``folder``; return options for apt-get."""
    for each in ("lists/partial", "cache/archives/partial", "etc"):
        (folder / each).mkdir(parents=True)
    (folder / "etc" / "sources.list").write_text(source + "\n")
    settings = {
        "Dir::Etc::SourceList": folder / "etc" / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::State": folder,
        "Dir::State::Lists": folder / "lists",
        "Dir::State::Status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "",
        "APT::Update::Post-Invoke-Success": "",
        "APT::Install-Recommends": "false",
        "Acquire::Languages": "none",
    }
    options = [word for key, value in settings.items() for word in ("-o", f"{key}={value}")]
    _run("apt-get", *options, "-q", "update", "--error-on=any")
    return options


def _version(program: Path) -> str:
    first = _run(str(program), "-v")
    match = re.search(r"kamailio (\d[\w.]*)", first)
    if match is None:
        raise Unavailable(f"{program} does not run: {first[:200]}")
    return match.group(1)


def _run(*command: str | Path, folder: Path | None = None) -> str:
    """Return the output of a program, which runs in ``folder``.

    :raises Unavailable: it is missing or fails.
    """
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise Unavailable(f"{command[0]} is not installed; it needs Debian or Ubuntu") from None
    if done.returncode != 0:
        why = [line for line in done.stderr.splitlines() if line.startswith(("E:", "dpkg"))]
        raise Unavailable(" / ".join(why[:2]) or f"{command[0]} failed: {done.stderr[-300:]}")
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("release", nargs="?", choices=RELEASES)
    parser.add_argument("--newest", action="store_true", help="fetch it even if it is at hand")
    parser.add_argument("--source", action="store_true", help="bring its sources, print where")
    options = parser.parse_args()
    if options.release is None:
        for name in RELEASES:
            found = at_hand(name)
            print(f"{name:10} {found.version + '  ' + str(found.folder) if found else '-'}")
        return 0
    try:
        if options.source:
            print(bring_source(options.release))
            return 0
        found = bring(options.release, newest=options.newest)
    except Unavailable as error:
        print(f"{options.release} cannot be had: {error}", file=sys.stderr)
        return 1
    print(f"# Kamailio {found.version}")
    for name, value in found.environment().items():
        print(f"export {name}='{value}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
