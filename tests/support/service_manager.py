# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A small service manager that answers to systemd's commands, so that roles run without a host.

It keeps what roles depend on: a unit counts as it was at the last ``daemon-reload``, a service runs
with the environment of its unit, and what it writes is in the journal. It has no boot, users or
sandboxes.

    ServiceManager(folder).environment   puts systemctl, journalctl and systemd-run into PATH

Unit files belong into ``folder/units``. Called as a program, this file is those commands.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COMMANDS = ("systemctl", "journalctl", "systemd-run")
START_LIMIT = 60


class ServiceManager:
    """A test's view: the folder, the environment, and the services."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units = folder / "units"
        self.units.mkdir(parents=True)
        programs = folder / "bin"
        programs.mkdir()
        for name in COMMANDS:
            program = programs / name
            program.write_text(
                f'#!/bin/sh\nexec {sys.executable} {__file__} {folder} {name} "$@"\n', "utf-8"
            )
            program.chmod(0o755)
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}:/usr/sbin"}

    def pid(self, service: str) -> int:
        """Process of a service; 0 if it is not running."""
        return Host(self.folder).pid(service)

    def stop(self) -> None:
        """Stop every service."""
        host = Host(self.folder)
        for service in host.state["services"]:
            host.stop(service)


class Host:
    """The state between two commands, in a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.units = folder / "units"
        self.journal = folder / "journal"
        self.file = folder / "state.json"
        self.state: dict[str, Any] = {"loaded": None, "services": {}, "enabled": []}
        if self.file.exists():
            self.state = json.loads(self.file.read_text("utf-8"))
        if self.state["loaded"] is None:
            self.reload()

    def save(self) -> None:
        self.file.write_text(json.dumps(self.state), "utf-8")

    def read(self) -> dict[str, str]:
        return {
            str(path.relative_to(self.units)): path.read_text("utf-8")
            for path in sorted(self.units.rglob("*"))
            if path.is_file()
        }

    def reload(self) -> None:
        self.state["loaded"] = self.read()
        self.save()

    def files(self, unit: str, source: dict[str, str]) -> list[str]:
        template = re.sub(r"@.*", "@", unit)
        names = [f"{name}.service" for name in dict.fromkeys([unit, template])]
        found = [name for name in names if name in source][:1]
        for folder in reversed(names):
            found += [name for name in source if name.startswith(f"{folder}.d/")]
        return found if found and found[0] in names else []

    def settings(self, unit: str) -> list[tuple[str, str]] | None:
        """Settings of a service, in their order; None if there is no such unit."""
        files = self.files(unit, self.state["loaded"])
        text = "\n".join(self.state["loaded"][name] for name in files)
        instance = unit.partition("@")[2]
        text = text.replace("%i", instance).replace("%t", str(self.folder / "run"))
        pairs: list[tuple[str, str]] = []
        for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
            if not value:
                pairs = [pair for pair in pairs if pair[0] != name]
            pairs.append((name, value))
        return pairs if files else None

    def pid(self, unit: str) -> int:
        pid = int(self.state["services"].get(unit, {}).get("pid", 0))
        with contextlib.suppress(OSError, ValueError):
            if pid and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                return pid
        return 0

    def show(self, unit: str) -> Iterator[str]:
        settings = self.settings(unit)
        pid = self.pid(unit)
        service = self.state["services"].get(unit, {})
        current = self.read()
        loaded = {
            name: self.state["loaded"][name] for name in self.files(unit, self.state["loaded"])
        }
        stale = loaded != {name: current[name] for name in self.files(unit, current)}
        yield f"Id={unit}.service"
        yield f"LoadState={'not-found' if settings is None else 'loaded'}"
        yield f"ActiveState={'active' if pid else service.get('result', 'inactive')}"
        yield f"SubState={'running' if pid else 'dead'}"
        yield f"MainPID={pid}"
        yield f"NeedDaemonReload={'yes' if stale else 'no'}"
        yield "UnitFileState=enabled"
        for name, value in settings or []:
            if name == "ExecStart" and value:
                path = value.split()[0]
                yield f"ExecStart={{ path={path} ; argv[]={value} ; ignore_errors=no ; pid=0 }}"
            elif name == "EnvironmentFile" and value:
                optional = "yes" if value.startswith("-") else "no"
                yield f"EnvironmentFiles={value.lstrip('-')} (ignore_errors={optional})"
            elif name == "Environment" and value:
                yield f"Environment={value}"

    def environment(self, settings: list[tuple[str, str]]) -> dict[str, str]:
        found = {"PATH": os.environ["PATH"]}
        for name, value in settings:
            words: list[str] = []
            if name == "Environment":
                words = shlex.split(value)
            elif name == "EnvironmentFile":
                path = Path(value.lstrip("-"))
                if path.exists() or not value.startswith("-"):
                    words = shlex.split(path.read_text("utf-8"), comments=True)
            found.update(word.split("=", 1) for word in words)
        return found

    def command(self, words: list[str], environment: dict[str, str]) -> list[str]:
        return [environment.get(word[1:], "") if word[:1] == "$" else word for word in words]

    def start(self, unit: str) -> int:
        if self.pid(unit):
            return 0
        settings = self.settings(unit)
        if settings is None:
            return 5
        last = dict(settings)
        environment = self.environment(settings)
        for name in last.get("RuntimeDirectory", "").split():
            self.folder.joinpath("run", name).mkdir(parents=True, exist_ok=True)
        command = self.command(shlex.split(last["ExecStart"]), environment)
        source = last.get("StandardInput", "file:/dev/null").partition(":")[2]
        service = self.state["services"].setdefault(unit, {})
        with Path(source).open("rb") as stdin, self.journal.open("ab") as journal:
            start = notified if last.get("Type") == "notify" else forked
            service["pid"] = start(command, environment, last, stdin, journal, self.folder)
        service["result"] = "failed" if not service["pid"] else "inactive"
        self.save()
        return 0 if service["pid"] else 1

    def stop(self, unit: str) -> int:
        if pid := self.pid(unit):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            for _time in range(int(START_LIMIT / 0.05)):
                if not self.pid(unit):
                    break
                time.sleep(0.05)
        self.state["services"].setdefault(unit, {})["result"] = "inactive"
        self.save()
        return 0


def forked(command, environment, last, stdin, journal, folder) -> int:  # type: ignore[no-untyped-def]
    """Start what goes into the background once it serves, and return its process."""
    options = {"stdin": stdin, "stdout": journal, "stderr": journal, "env": environment}
    if subprocess.run(command, **options, timeout=START_LIMIT, check=False).returncode:
        return 0
    return int(Path(last["PIDFile"]).read_text("utf-8"))


def notified(command, environment, last, stdin, journal, folder) -> int:  # type: ignore[no-untyped-def]
    """Start what tells its manager that it serves, and return its process."""
    path = folder / "notify"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(0.05)
        process = subprocess.Popen(
            command,
            stdin=stdin,
            stdout=journal,
            stderr=journal,
            env={**environment, "NOTIFY_SOCKET": str(path)},
            start_new_session=True,
        )
        while process.poll() is None:
            with contextlib.suppress(TimeoutError):
                manager.recv(100)
                return process.pid
    return 0


def systemctl(host: Host, words: list[str]) -> int:
    plain = [word for word in words if not word.startswith("-")]
    verb, units = plain[0], [word.removesuffix(".service") for word in plain[1:]]
    if verb == "daemon-reload":
        host.reload()
    elif verb == "show":
        print("\n".join(line for unit in units for line in host.show(unit)))
    elif verb in ("is-enabled", "is-active", "is-failed"):
        found = {
            "is-enabled": "enabled",
            "is-active": "active" if host.pid(units[0]) else "inactive",
        }
        print(found.get(verb, "no"))
        return 0 if verb == "is-enabled" or host.pid(units[0]) else 3
    elif verb in ("stop", "restart"):
        for unit in units:
            host.stop(unit)
    if verb in ("start", "restart"):
        return max(host.start(unit) for unit in units)
    return 0


def journalctl(host: Host, words: list[str]) -> int:
    """Print what was written after a cursor, which is a number of bytes here."""
    data = host.journal.read_bytes() if host.journal.exists() else b""
    after = [word.partition("=")[2] for word in words if word.startswith("--after-cursor=")]
    if "--show-cursor" in words:
        print(f"-- cursor: {len(data)}")
    else:
        print(data[int(after[0]) if after else 0 :].decode())
    return 0


def systemd_run(host: Host, words: list[str]) -> int:
    texts = [words[number + 1] for number, word in enumerate(words) if word == "-p"]
    settings = [(name, value) for name, _equals, value in (each.partition("=") for each in texts)]
    environment = host.environment(settings)
    command = host.command(words[words.index("--") + 1 :], environment)
    folder = dict(settings)["WorkingDirectory"]
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def main(folder: str, name: str, *words: str) -> int:
    commands = {"systemctl": systemctl, "journalctl": journalctl, "systemd-run": systemd_run}
    return commands[name](Host(Path(folder)), list(words))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
