# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ask the minions of a master: run beside the master, in Salt's environment.

Gets the master's configuration, the minions' names, the functions, and the event to wait for, as
JSON on standard input. Prints what each function returned from each minion, and the event.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import salt.client
import salt.config
import salt.utils.event
from salt.exceptions import SaltException

LIMIT = 240.0  # seconds


def connect(options: Any, names: set[str]) -> Any:
    """Wait for the master and all minions, and return a client."""
    end = time.monotonic() + LIMIT
    found: set[str] = set()
    while time.monotonic() < end:
        # It reads the master's key, which is not there before the master has started.
        client = salt.client.LocalClient(mopts=options)
        try:
            found = set(client.cmd("*", "test.ping", timeout=5))
        except SaltException:
            time.sleep(1)
        if found == names:
            return client
    sys.exit(f"only {sorted(found)} answer")


def wait_for_event(client: Any, options: Any, wanted: dict[str, Any]) -> Any:
    """Make changes until the beacon tells one: it may not have looked yet before the first."""
    end = time.monotonic() + LIMIT
    with salt.utils.event.get_event("master", opts=options, listen=True) as bus:
        while time.monotonic() < end:
            for function, arguments in wanted["changes"]:
                client.cmd(wanted["minion"], function, arguments, timeout=60)
                event = bus.get_event(wait=5, tag=wanted["tag"], full=True)
                if event is not None:
                    return event
    return None


def main() -> None:
    wanted = json.load(sys.stdin)
    options = salt.config.master_config(wanted["config"])
    client = connect(options, set(wanted["minions"]))
    returned = [
        client.cmd("*", function, arguments, timeout=LIMIT, kwarg=given)
        for function, arguments, given in wanted["jobs"]
    ]
    event = wait_for_event(client, options, wanted["event"])
    json.dump({"returned": returned, "event": event}, sys.stdout)


main()
