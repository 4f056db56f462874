# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Releases from packages: which mirror, how programs are wrapped, and what is said without them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import kamailio_packages  # noqa: E402
from kamailio_packages import (  # noqa: E402
    Unavailable,
    at_hand,
    bring,
    bring_source,
    choose_mirror,
    main,
    write_wrappers,
)

TARGETS = """\
Packages main http://mirror.example/debian-security/
Translations main http://mirror.example/debian/
Packages contrib http://other.example/debian/
Packages main http://tools.example/apt/
Packages main http://mirror.example/debian/
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("KAMAILIO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def executable(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def unpacked(folder):
    """Something like a release: its loader is a shell that shows how it was called."""
    lib = folder / "usr/lib/some-triplet"
    executable(lib / "ld-linux-some.so.2", '#!/bin/sh\nprintf "%s\\n" "$@"\n')
    executable(folder / "usr/sbin/kamailio", "")
    executable(folder / "usr/bin/kamcmd", "")
    (lib / "kamailio/modules").mkdir(parents=True)
    return folder


def test_the_mirror_is_that_of_this_machines_apt():
    assert choose_mirror(TARGETS) == "http://mirror.example/debian/"


@pytest.mark.parametrize("targets", ["", TARGETS.replace("Packages main http://mirror", "X y z")])
def test_without_a_source_of_debian_there_is_a_remedy(targets):
    with pytest.raises(Unavailable, match="no source of Debian; add one"):
        choose_mirror(targets)


def test_programs_run_with_the_loader_and_libraries_of_their_release(tmp_path):
    place = tmp_path / "a place"
    write_wrappers(unpacked(tmp_path / "part"), place)
    (tmp_path / "part").rename(place)
    shown = subprocess.run(
        [place / "run/kamailio", "-f", "a b"], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert shown[0] == "--library-path"
    assert shown[1].split(":") == [
        f"{place}/usr/lib/some-triplet",
        f"{place}/lib/some-triplet",
        f"{place}/usr/lib/some-triplet/kamailio",
    ]
    assert shown[2:] == [f"{place}/usr/sbin/kamailio", "-f", "a b"]


def test_a_process_has_the_name_of_its_program(tmp_path):
    place = unpacked(tmp_path / "place")
    loader = place / "usr/lib/some-triplet/ld-linux-some.so.2"
    loader.unlink()
    loader.symlink_to(shutil.which("cat"))
    (place / "usr/sbin/kamailio").write_text("")
    write_wrappers(place, place)
    script = (place / "run/kamailio").read_text()
    # cat knows no --library-path; what it is called counts.
    (place / "run/kamailio").write_text(
        script.partition(" --library-path")[0] + " /proc/self/comm\n"
    )
    done = subprocess.run([place / "run/kamailio"], capture_output=True, text=True, check=True)
    assert done.stdout == "kamailio\n"


@pytest.mark.parametrize("missing", ["usr/lib/some-triplet/ld-linux-some.so.2", "usr/bin/kamcmd"])
def test_packages_that_lack_something_are_refused(tmp_path, missing):
    folder = unpacked(tmp_path / "part")
    (folder / missing).unlink()
    with pytest.raises(Unavailable, match=r"the packages have no (loader|kamcmd)"):
        write_wrappers(folder, tmp_path / "place")


def test_a_release_at_hand_is_not_fetched_again(cache, monkeypatch, capsys):
    unpacked(cache / "trixie")
    (cache / "trixie/version").write_text("6.0.9\n")
    (cache / "trixie/packages").write_text(" ".join(kamailio_packages.PACKAGES))
    monkeypatch.setattr(kamailio_packages, "_run", None)  # it would be called to fetch
    found = bring("trixie")
    assert (found.version, at_hand("forky")) == ("6.0.9", None)
    assert found.environment() == {
        "KAMAILIO_BINARY": f"{cache}/trixie/run/kamailio",
        "KAMCMD_BINARY": f"{cache}/trixie/run/kamcmd",
        "KAMAILIO_MODULE_DIR": f"{cache}/trixie/usr/lib/some-triplet/kamailio/modules",
    }
    monkeypatch.setattr(sys, "argv", ["kamailio_packages.py", "trixie"])
    assert main() == 0
    assert f"export KAMCMD_BINARY='{cache}/trixie/run/kamcmd'" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["kamailio_packages.py"])
    assert main() == 0
    assert capsys.readouterr().out.split() == [
        *("bookworm", "-", "trixie", "6.0.9", str(cache / "trixie"), "forky", "-")
    ]


def test_a_release_with_fewer_packages_is_not_at_hand(cache):
    unpacked(cache / "trixie")
    (cache / "trixie/version").write_text("6.0.9\n")
    assert at_hand("trixie") is None
    (cache / "trixie/packages").write_text("kamailio\n")
    assert at_hand("trixie") is None


def test_a_release_that_cannot_be_had_is_said_and_leaves_nothing(cache, monkeypatch, capsys):
    def run(*command):
        if "update" in command:
            raise Unavailable("E: The repository does not answer")
        return TARGETS

    monkeypatch.setattr(kamailio_packages, "_run", run)
    monkeypatch.setattr(sys, "argv", ["kamailio_packages.py", "forky"])
    assert main() == 1
    assert capsys.readouterr().err == ("forky cannot be had: E: The repository does not answer\n")
    assert list(cache.iterdir()) == []


def test_a_missing_program_and_its_errors_are_the_reason(tmp_path):
    with pytest.raises(Unavailable, match="is not installed; it needs Debian"):
        kamailio_packages._run(str(tmp_path / "apt-get"))
    executable(tmp_path / "fails", "#!/bin/sh\necho W: hm >&2; echo E: no route >&2; exit 100\n")
    with pytest.raises(Unavailable, match=r"^E: no route$"):
        kamailio_packages._run(str(tmp_path / "fails"))


def apt_with_an_archive(source):
    """apt-get, as far as sources are concerned; tar is the real one."""
    run = kamailio_packages._run

    def answer(*command, folder=None):
        if command[0] == "tar":
            return run(*command)
        if "source" in command:
            (source / "src" / "core").mkdir(parents=True)
            archive = folder / "kamailio_6.0.9.orig.tar.gz"
            run("tar", "-czf", archive, "-C", source.parent, source.name)
        return TARGETS

    return answer


def test_sources_are_unpacked_once(cache, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(kamailio_packages, "_run", apt_with_an_archive(tmp_path / "kamailio-6.0.9"))
    monkeypatch.setattr(sys, "argv", ["kamailio_packages.py", "--source", "trixie"])
    assert main() == 0
    assert capsys.readouterr().out == f"{cache}/trixie-source\n"
    assert [each.name for each in (cache / "trixie-source").iterdir()] == ["src"]
    monkeypatch.setattr(kamailio_packages, "_run", None)
    assert bring_source("trixie") == cache / "trixie-source"


def test_sources_that_the_mirror_lacks_are_said(cache, monkeypatch, capsys):
    monkeypatch.setattr(kamailio_packages, "_run", lambda *command, folder=None: TARGETS)
    monkeypatch.setattr(sys, "argv", ["kamailio_packages.py", "--source", "forky"])
    assert main() == 1
    assert (
        capsys.readouterr().err
        == "forky cannot be had: apt-get fetched no archive of the sources\n"
    )
    assert list(cache.iterdir()) == []
