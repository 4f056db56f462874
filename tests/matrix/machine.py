# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One root folder of Debian for all connections, with users who find one interpreter each.

Its users log in by ssh, sudo makes one of another with a password, chroot enters it, and a
container runs on it. A lab server runs in it as well, since datagrams need a folder that both see.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]

sys.path.insert(0, str(ROOT / "tools"))

import molecule  # noqa: E402
import pythons  # noqa: E402
from molecule import NotTested  # noqa: E402

WORK = ROOT / "build" / "matrix"
FOLDER = WORK / "root"
CONTAINER = "kamailio-matrix"
OPERATOR, PASSWORD = "ops", "open sesame"
TOOLS = ("sh", "cat", "base64", "tr", "timeout", "dd", "od", "head")
PYTHONS = {"python3.8": "python3", "python2.7": "python2"}
"""Pythons that the folder gets from this machine, and the names that relays look for."""
INTERPRETERS = (*PYTHONS, "python3", "perl", "socat", "nc", "bash", "none")
ADDRESSES = 10
"""Of loopback, from 127.0.0.1 on, at which its sshd listens."""
SOCKETS = "/srv/lab"
LAB = """
import asyncio, os, sys
sys.path.insert(0, "/srv/sdk")
from kamailio_binrpc.lab import HashTables, LabServer

async def main():
    listen = ["unixs:{0}/stream", "unixd:{0}/datagram", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
    lab = LabServer([each.format("%s") for each in listen], modules=[HashTables({"t": {}})])
    async with lab:
        for name in ("stream", "datagram"):
            os.chmod("%s/" + name, 0o666)
        print(*lab.addresses, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)

asyncio.run(main())
""".replace("%s", SOCKETS)
KINDS = ("unixs", "unixd", "udp", "tcp")


_locks: list[TextIO] = []
"""Kept until this process ends."""


def attempt(run: Callable[[], bool], needs: str) -> int:
    """Run a trial as root, and return the exit status.

    :param needs: for what root is needed.
    """
    if os.geteuid():
        print(f"NOT TESTED: root is needed for {needs}")
        return molecule.NOT_TESTED
    try:
        return 0 if run() else 1
    except NotTested as error:
        print(f"NOT TESTED: {error}")
        return molecule.NOT_TESTED


def call(*words: str | Path, text: str = "") -> str:
    """Run a program, and return what it printed.

    :raises NotTested: it failed.
    """
    done = subprocess.run(
        list(map(str, words)), input=text, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NotTested(f"{' '.join(map(str, words[:3]))}: {done.stderr.strip()[-1000:]}")
    return done.stdout


def user_of(interpreter: str) -> str:
    return "only-" + interpreter.replace(".", "")


def path_of(interpreter: str) -> str:
    """PATH with which this interpreter and no other is found."""
    return f"/only/{interpreter}"


def make() -> None:
    """Make the folder, its users and their programs, for this process alone."""
    WORK.mkdir(parents=True, exist_ok=True)
    _locks.append((WORK / "lock").open("w"))
    fcntl.flock(_locks[-1], fcntl.LOCK_EX)
    script = ROOT / "tools" / "one_root.sh"
    if subprocess.run([script, WORK / "bookworm.tar", FOLDER], check=False).returncode:
        raise NotTested("packages could not be had, see above")
    sdk = FOLDER / "srv" / "sdk" / "kamailio_binrpc"
    ignored = shutil.ignore_patterns("__pycache__", "*.so")
    shutil.copytree(ROOT / "sdk" / "kamailio_binrpc", sdk, ignore=ignored)
    (FOLDER / SOCKETS.lstrip("/")).mkdir()
    (FOLDER / "root").chmod(0o755)  # Python's place may be below it
    for interpreter in INTERPRETERS:
        _give(interpreter)
    users = [OPERATOR, *map(user_of, INTERPRETERS)]
    for user in users:
        call("chroot", FOLDER, "useradd", "--create-home", "--shell=/bin/sh", "-p*", user)
    call("chroot", FOLDER, "chpasswd", text=f"{OPERATOR}:{PASSWORD}\n")
    lines = [f"{OPERATOR} ALL=(ALL) ALL"]
    lines += [f'Defaults>{user_of(each)} secure_path="{path_of(each)}"' for each in INTERPRETERS]
    (FOLDER / "etc" / "sudoers.d" / "matrix").write_text("\n".join(lines) + "\n")
    _configure_ssh()


def _give(interpreter: str) -> None:
    """Make the folder in which an interpreter is found, with what any system has."""
    folder = FOLDER / path_of(interpreter).lstrip("/")
    folder.mkdir(parents=True)
    for tool in TOOLS:
        (folder / tool).symlink_to(f"/usr/bin/{tool}")
    if interpreter in PYTHONS:
        # Only what Python needs to start, out of where it is installed here.
        version = interpreter.removeprefix("python")
        found = pythons.find(version) or _old_python(version)
        if found is None:
            return
        prefix = found.parents[1]
        for part in (f"bin/{interpreter}", f"lib/{interpreter}"):
            (FOLDER / str(prefix).lstrip("/") / part).parent.mkdir(parents=True, exist_ok=True)
            target = FOLDER / str(prefix).lstrip("/") / part
            if (prefix / part).is_dir():
                ignored = shutil.ignore_patterns("test", "site-packages", "__pycache__", "config-*")
                shutil.copytree(prefix / part, target, ignore=ignored)
            else:
                shutil.copy2(prefix / part, target)
        for library in prefix.glob("lib/libpython*.so.*"):
            shutil.copy2(library, FOLDER / str(prefix).lstrip("/") / "lib")
        (folder / PYTHONS[interpreter]).write_text(
            f'#!/bin/sh\nexec {prefix}/bin/{interpreter} "$@"\n'
        )
        (folder / PYTHONS[interpreter]).chmod(0o755)
    elif interpreter != "none":
        (folder / interpreter).symlink_to(f"/usr/bin/{interpreter}")


def _old_python(version: str) -> Path | None:
    found = sorted(Path.home().glob(f".pyenv/versions/{version}*/bin/python{version}"))
    return found[0] if found else None


def has(interpreter: str) -> bool:
    """Does the folder have it?"""
    name = PYTHONS.get(interpreter, interpreter)
    return interpreter == "none" or (FOLDER / path_of(interpreter).lstrip("/") / name).exists(
        follow_symlinks=False
    )


def _configure_ssh() -> None:
    keys = FOLDER / "srv" / "ssh"
    keys.mkdir()
    for name in ("host_key", "user_key"):
        call("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", keys / name)
    # Whoever runs ansible-playbook in the container may read it.
    call("chroot", FOLDER, "chown", OPERATOR, "/srv/ssh/user_key")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (keys / "port").write_text(str(port))
    lines = [
        *(f"ListenAddress 127.0.0.{number}:{port}" for number in range(1, ADDRESSES + 1)),
        "HostKey /srv/ssh/host_key",
        "AuthorizedKeysFile /srv/ssh/user_key.pub",
        *("StrictModes no", "UsePAM no", "PidFile none", "MaxStartups 100"),
        *("Subsystem sftp internal-sftp", "PasswordAuthentication no"),
    ]
    for each in INTERPRETERS:
        lines += [f"Match User {user_of(each)}", f"SetEnv PATH={path_of(each)}"]
    (keys / "config").write_text("\n".join(lines) + "\n")


@contextlib.contextmanager
def container(*mounts: Path) -> Iterator[None]:
    """Run sshd in a container on the folder, in the network of this machine.

    :param mounts: folders of this machine that it sees at the same place.
    """
    call("podman", "rm", "--force", "--ignore", "--time=0", CONTAINER)
    (FOLDER / "run" / "sshd").mkdir(parents=True, exist_ok=True)
    call(
        *("podman", "run", "--detach", f"--name={CONTAINER}", "--network=host", *molecule.LIMITS),
        *(f"--volume={each}:{each}" for each in mounts),
        *("--rootfs", FOLDER, "/usr/sbin/sshd", "-D", "-e", "-f", "/srv/ssh/config"),
    )
    try:
        yield
    finally:
        call("podman", "rm", "--force", "--ignore", "--time=0", CONTAINER)


def identity() -> str:
    """Return the container's id; a beginning of it will do as well."""
    return call("podman", "inspect", "--format={{.Id}}", CONTAINER).strip()


def pid() -> int:
    """Process id of the container's sshd, as this machine sees it."""
    return int(call("podman", "inspect", "--format={{.State.Pid}}", CONTAINER))


def variables(key: Path) -> str:
    """Variables of an Ansible host in an INI inventory, whose tasks run as root by sudo."""
    port = (FOLDER / "srv" / "ssh" / "port").read_text()
    return (
        f"ansible_connection=ssh ansible_port={port} ansible_user={OPERATOR} "
        f"ansible_ssh_private_key_file={key} ansible_become=true ansible_become_method=sudo "
        f"ansible_become_password='{PASSWORD}' "
        "ansible_ssh_common_args='-F none -o StrictHostKeyChecking=no -o IdentitiesOnly=yes "
        "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'"
    )


@contextlib.contextmanager
def lab() -> Iterator[dict[str, str]]:
    """Start a lab server in the folder, and return its addresses by transport."""
    command = ["chroot", str(FOLDER), "/usr/bin/python3", "-c", LAB]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield dict(zip(KINDS, process.stdout.readline().split(), strict=True))
        process.stdin.close()
