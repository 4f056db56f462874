# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run functions of a minion without a master, one after another in a single process.

Gets the minion's configuration and the functions, each a list of name, arguments and options, as
JSON on standard input. Prints what they return, or their errors as text, as a JSON list.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import salt.client
import salt.config
import salt.loader
from salt.exceptions import SaltException


def main() -> None:
    wanted = json.load(sys.stdin)
    options = salt.config.minion_config(str(Path(wanted["config"]) / "minion"))
    caller = salt.client.Caller(mopts=options)
    beacons = salt.loader.beacons(options, caller.sminion.functions)
    results = []
    for function, arguments, given in wanted["jobs"]:
        try:
            module, _dot, name = function.partition(".")
            if module == "beacon":  # ours; no function of Salt runs a beacon
                results.append(beacons[f"kamailio.{name}"](*arguments))
            else:
                results.append(caller.cmd(function, *arguments, **given))
        except SaltException as error:
            results.append(str(error))
    json.dump(results, sys.stdout)


main()
