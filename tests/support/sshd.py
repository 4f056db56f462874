# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""An OpenSSH server of a test's own, on loopback, with keys and a configuration of its own.

    with Sshd(folder, hosts=2) as server:
        inventory.write_text("host2 " + server.variables("127.0.0.2"))

It accepts the user who runs the test, and the key in its folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

PATIENCE = 60
"""Seconds to wait for it to listen, on a busy machine."""


def find_sshd() -> str | None:
    """Path of the server's program, also when /usr/sbin is not in PATH."""
    return shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")


class Sshd:
    """A running server.

    :param folder: for its files.
    :param hosts: addresses of loopback that it listens at, from 127.0.0.1 on.
    :param settings: further lines of its configuration.
    """

    def __init__(self, folder: Path, hosts: int = 1, *settings: str) -> None:
        self.folder = folder
        self.log = folder / "sshd.log"
        for name in ("host_key", "user_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
            )
        shutil.copy(folder / "user_key.pub", folder / "authorized_keys")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        lines = [
            *("ListenAddress 127.0.0.%d:%d" % (host, self.port) for host in range(1, hosts + 1)),
            "HostKey %s" % (folder / "host_key"),
            "PidFile none",
            "AuthorizedKeysFile %s" % (folder / "authorized_keys"),
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "UsePAM no",
            "PermitRootLogin yes",
            "MaxStartups 100",
            "Subsystem sftp internal-sftp",
            # What the user's own shell does at its start is not part of a test.
            "SetEnv HOME=%s" % folder,
            *settings,
        ]
        (folder / "sshd_config").write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Sshd:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # it insists on this folder
        program = find_sshd()
        assert program
        with self.log.open("wb") as log:
            command = [program, "-D", "-e", "-f", str(self.folder / "sshd_config")]
            self._process = subprocess.Popen(command, stderr=log, stdin=subprocess.DEVNULL)
        for _attempt in range(PATIENCE * 20):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", self.port)):
                    return self
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        self.__exit__(None, None, None)
        raise RuntimeError("sshd does not listen: " + self.log.read_text())

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def options(self) -> list[str]:
        """Options of ssh with which it connects without a question."""
        return [
            *("-F", "none", "-p", str(self.port), "-i", str(self.folder / "user_key")),
            *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"),
            *("-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"),
        ]

    def variables(self, host: str = "127.0.0.1") -> str:
        """Variables of an Ansible host in an INI inventory."""
        return (
            "ansible_connection=ssh ansible_host=%s ansible_port=%d "
            "ansible_ssh_private_key_file=%s "
            "ansible_ssh_common_args='-F none -o StrictHostKeyChecking=no -o IdentitiesOnly=yes "
            "-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR'"
            % (host, self.port, self.folder / "user_key")
        )
