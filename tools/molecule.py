# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Run the molecule scenarios on hosts made here: systemd in podman, without a registry.

    tools/molecule.py                          # all scenarios, on Debian 12
    tools/molecule.py --distribution noble kamailio_ctl
    tools/molecule.py --keep kamailio_ctl      # leaves the hosts for a look

Needs root, and asks sudo for it. Installs podman and what else is missing. Exits with 77, and says
NOT TESTED, on a machine that cannot run such hosts.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import tree

NOT_TESTED = 77
WORK = tree.BUILD / "molecule"
MACHINE = tree.ROOT / "tools" / "molecule_machine.sh"
LOCK = tree.ROOT / "requirements" / "molecule.txt"
BIN = Path(sys.executable).parent
SCENARIOS = ("kamailio_ctl", "ctl_server", "upgrade")
# The Kamailio that each image brings from Debian's next release, for the scenario upgrade.
NEWER = {"bookworm": "6.0", "trixie": "6.1"}
DISTRIBUTIONS = (*NEWER, "jammy", "noble")
# For the hosts, and for the connections that tests/matrix tries.
COMMUNITY = ("containers/podman", "community/docker", "community/general")
LIMITS = ("--ulimit=nofile=1024:1024", "--ulimit=nproc=4096:4096")
"""With which podman runs a container where it may not raise limits."""
# What a machine without systemd, or with the older control groups, needs. Elsewhere podman's
# own settings do.
MODEST = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
[network]
network_backend = "netavark"
"""


class NotTested(Exception):
    """Hosts or images cannot be had here; the message says why."""


def call(*command: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    return subprocess.run(words, text=True, check=False, **options)  # type: ignore[call-overload]


def image_file(distribution: str) -> Path:
    """Where the file with the distribution's image is or will be; it changes with its recipe."""
    recipe = MACHINE.read_bytes() + distribution.encode()
    return WORK / f"{distribution}-{hashlib.sha256(recipe).hexdigest()[:12]}.tar"


def prepare(distribution: str) -> Path:
    """Install packages and make the image's file, unless that is done."""
    file = image_file(distribution)
    if call(MACHINE, distribution, file, stdin=subprocess.DEVNULL).returncode:
        raise NotTested("packages or image could not be had, see above")
    return file


def load(file: Path, image: str) -> None:
    """Make podman know the image."""
    if call("podman", "image", "exists", image).returncode:
        change = ("--change=CMD=/sbin/init", "--change=STOPSIGNAL=SIGRTMIN+3")
        done = call("podman", "import", "--quiet", *change, file, image, capture_output=True)
        if done.returncode:
            raise NotTested(f"podman import: {done.stderr.strip()}")


def choose_settings(image: str, prefix: str) -> None:
    """Find settings with which a host comes up, and leave them in the environment.

    :raises NotTested: there are none.
    """
    modest = WORK / "containers.conf"
    modest.write_text(MODEST, encoding="utf-8")
    problems = []
    for settings in (modest, None):
        if settings:
            os.environ["CONTAINERS_CONF"] = str(settings)
        else:
            os.environ.pop("CONTAINERS_CONF", None)
        problem = try_host(image, f"{prefix}-try")
        if not problem:
            return
        problems.append(problem)
    raise NotTested(f"no host with systemd comes up here: {problems[0]}")


def try_host(image: str, name: str) -> str:
    """Start a host like those of the scenarios; return what is wrong, or an empty text."""
    call("podman", "network", "create", "--internal", name, capture_output=True)
    try:
        rights = ("--cap-add=SYS_ADMIN", "--cap-add=NET_ADMIN")
        options = ("--systemd=always", *rights, f"--network={name}")
        done = call(
            *("podman", "run", "--detach", f"--name={name}", *options, image, "/sbin/init"),
            capture_output=True,
        )
        if done.returncode:
            return done.stderr.strip()
        state = ""
        for _second in range(60):
            state = call(
                *("podman", "exec", name, "systemctl", "is-system-running", "--wait"),
                capture_output=True,
                timeout=60,
            ).stdout.strip()
            if state in ("running", "degraded"):
                return ""
            time.sleep(1)
        return f"systemd says {state or 'nothing'} after a minute"
    except subprocess.TimeoutExpired:
        return "systemd does not come up within a minute"
    finally:
        call("podman", "rm", "--force", "--time=0", name, capture_output=True)
        call("podman", "network", "rm", name, capture_output=True)


def collections() -> Path:
    """Put this collection, and those that speak to containers, where Ansible finds them."""
    folder = WORK / "collections"
    tree.copy_collection(folder)
    stamp = folder / LOCK.name
    lock = LOCK.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != lock:
        wheels = WORK / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet")
        # Of the locked package only plain YAML and Python is used, which suits any Python.
        options = ("--no-deps", "--require-hashes", "--only-binary=:all:", "--python-version=3.12")
        subprocess.run([*pip, *options, "--dest", wheels, "--requirement", LOCK], check=True)
        wanted = tuple(f"ansible_collections/{name}/" for name in COMMUNITY)
        with zipfile.ZipFile(next(wheels.glob("*.whl"))) as package:
            package.extractall(
                folder, [name for name in package.namelist() if name.startswith(wanted)]
            )
        shutil.rmtree(wheels)
        stamp.write_text(lock, encoding="utf-8")
    return folder


def clear(prefix: str) -> None:
    """Remove what a run that was interrupted has left: hosts, and molecule's memory of them."""
    shutil.rmtree(WORK / "home", ignore_errors=True)
    found = call(
        *("podman", "ps", "--all", "--quiet", f"--filter=name=^{prefix}-"), capture_output=True
    )
    if found.stdout.split():
        call("podman", "rm", "--force", "--time=0", *found.stdout.split(), capture_output=True)
    call("podman", "network", "rm", prefix, capture_output=True)


def molecule(folder: Path, *words: str) -> int:
    """Run molecule where it finds the scenarios."""
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
        "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
        "ANSIBLE_COLLECTIONS_PATH": str(folder),
        "ANSIBLE_HOME": str(WORK / "home"),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_FORKS": "3",
        "ANSIBLE_INJECT_FACT_VARS": "0",
        "MOLECULE_COMMAND_BORDERS": "0",
        "XDG_CACHE_HOME": str(WORK / "cache"),
    }
    return call(
        *(BIN / "molecule", *words),
        cwd=folder / "ansible_collections" / "kamailio" / "ctl",
        env=environment,
        stdin=subprocess.DEVNULL,
    ).returncode


def as_root() -> int:
    """Do it all again by sudo, which may ask for a password at a terminal."""
    problem = ""
    if not shutil.which("sudo"):
        problem = "there is no sudo"
    elif not sys.stdin.isatty() and call("sudo", "-n", "true", capture_output=True).returncode:
        problem = "sudo wants a password"
    if problem:
        print(f"NOT TESTED: the hosts need root, and {problem}", flush=True)
        return NOT_TESTED
    return call("sudo", "-E", sys.executable, *sys.argv).returncode


def give_back() -> None:
    """Let the user who has become root by sudo remove what was made."""
    if "SUDO_UID" in os.environ:
        owner = f"{os.environ['SUDO_UID']}:{os.environ['SUDO_GID']}"
        call("chown", owner, tree.BUILD)
        call("chown", "--recursive", owner, WORK)


def chosen(options: argparse.Namespace) -> list[str]:
    """Return the scenarios to run, after the one that makes the hosts."""
    some = options.quick or options.distribution not in NEWER
    return ["default", *(options.scenario or SCENARIOS[: 2 if some else 3])]


def run(options: argparse.Namespace) -> int:
    """Run the scenarios, one after the other on the same hosts."""
    digest = hashlib.sha256(str(tree.ROOT).encode()).hexdigest()[:6]
    prefix = os.environ.setdefault("MOLECULE_PREFIX", f"kamailio-{digest}-{options.distribution}")
    file = prepare(options.distribution)
    image = f"localhost/kamailio-molecule:{file.stem}"
    if options.quick:
        os.environ["MOLECULE_QUICK"] = "1"
    pids = WORK / "pids"
    pids.mkdir(exist_ok=True)
    os.environ.update(MOLECULE_ENGINE="podman", MOLECULE_IMAGE=image, MOLECULE_PIDS=str(pids))
    os.environ["MOLECULE_NEWER"] = NEWER.get(options.distribution, "")
    load(file, image)
    clear(prefix)
    choose_settings(image, prefix)
    folder = collections()
    words = [f"--scenario-name={scenario}" for scenario in chosen(options)]
    return molecule(folder, "test", *words, *(["--destroy=never"] if options.keep else []))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("scenario", nargs="*", help=f"of {', '.join(SCENARIOS)} (default: all)")
    add("--distribution", choices=DISTRIBUTIONS, default=DISTRIBUTIONS[0])
    add("--quick", action="store_true", help="leave out some side effects, for a busy test run")
    add("--keep", action="store_true", help="do not destroy the hosts")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(SCENARIOS):
        parser.error(f"no scenario {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    if os.geteuid():
        return as_root()
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        # One run at a time: they share hosts and files.
        with (WORK / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return run(options)
    except NotTested as error:
        print(f"NOT TESTED: {error}", flush=True)
        return NOT_TESTED
    finally:
        give_back()


if __name__ == "__main__":
    sys.exit(main())
