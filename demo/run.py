# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of three lab servers, changed by a playbook once and not again, and then by kamrpc.

Exits with 1 if the second run changes anything, or if an unconfirmed change stays. Nothing
is left running.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
PLAYBOOK = HERE / "site.yml"

sys.path.insert(0, str(ROOT / "tools"))

import desired  # noqa: E402
import tree  # noqa: E402

from kamailio_binrpc.lab import Configuration, Dispatcher, HashTables, LabServer  # noqa: E402

BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
FOLDER_PREFIX = "fleet-"


def headline(text: str) -> None:
    print(f"\n{BOLD}=== {text}{PLAIN}\n", flush=True)


def lab(address: str) -> LabServer:
    """Return a server with the state that the playbook is about."""
    gateways = ["sip:192.0.2.11:5060", "sip:192.0.2.12:5060"]
    modules = [
        HashTables({"features": {}}),
        Configuration({"limits": {"max_calls": 1000}}),
        Dispatcher({1: gateways}),
    ]
    return LabServer(binrpc=address, modules=modules)


def inventory(endpoints: dict[str, str], python: str = sys.executable) -> str:
    lines = [f"{name} ctl_endpoint={endpoint}" for name, endpoint in endpoints.items()]
    common = ["ansible_connection=local", f"ansible_python_interpreter={python}"]
    return "\n".join(["[proxies]", *lines, "", "[proxies:vars]", *common, ""])


def play(hosts: Path, *options: str) -> int:
    """Run the playbook, show its output, and return how many tasks changed something."""
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("ANSIBLE_")},
        "ANSIBLE_COLLECTIONS_PATH": str(tree.BUILD / "collections"),
        "ANSIBLE_HOME": str(hosts.parent / "home"),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_FORCE_COLOR": "1" if sys.stdout.isatty() else "0",
    }
    command = [BIN / "ansible-playbook", "--inventory", hosts, *options, PLAYBOOK]
    output = []
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            output.append(re.sub(r"\033\[[0-9;]*m", "", line))
    if process.returncode:
        sys.exit(f"the playbook failed ({process.returncode})")
    return sum(int(count) for count in re.findall(r" changed=(\d+) ", "".join(output)))


def main() -> int:
    tree.copy_collection(tree.BUILD / "collections")
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX)))
        wanted = {
            "unix": f"unix:{folder}/ctl",
            "udp": "udp:127.0.0.1:0",
            "tcp": "tcp:127.0.0.1:0",
        }
        endpoints = {
            f"proxy-{name}": stack.enter_context(lab(address).running_in_thread()).addresses[0]
            for name, address in wanted.items()
        }
        headline("A fleet of three servers, each behind another transport")
        for name, endpoint in endpoints.items():
            print(f"    {name:12}{endpoint}")
        hosts = folder / "inventory.ini"
        hosts.write_text(inventory(endpoints), encoding="utf-8")

        headline("First run: three changes on each server, shown as differences")
        first = play(hosts, "--diff")
        headline("Second run: everything is as it should be")
        second = play(hosts)

        headline("The same servers with kamrpc: one file, one change, all of it or none")
        good = desired.show(folder, endpoints)

    headline(f"First run: {first} changes. Second run: {second} changes.")
    if (first, second) != (9, 0):
        print("Expected were 9 changes, and then none.", file=sys.stderr)
        return 1
    if not good:
        print("The statuses of kamrpc are not those that were expected.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
