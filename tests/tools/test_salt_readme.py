# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The README of the Salt modules names each option; with a Salt, tests compare the whole rows."""

from __future__ import annotations

import re

from kamailio_binrpc.core.desired.kinds import KINDS
from tests.checks.tool import ROOT

README = ROOT / "extensions" / "salt" / "README.md"

# The state's function or its ID say these.
SAID = {"state", "name", "enabled"}


def test_each_option_is_in_the_rows_of_its_states():
    rows = {}
    for line in README.read_text("utf-8").partition("\n## States\n")[2].splitlines():
        cells = [re.findall(r"`(\w+)`", cell) for cell in line.split("|")[1:-1]]
        if len(cells) == 3:
            rows.update(dict.fromkeys(cells[0], cells[2]))
    missing = {
        name: lacking
        for kind in KINDS
        for name, named in rows.items()
        if re.sub("_(present|absent|active|inactive|disabled|enabled|trying)$", "", name) == kind
        if (lacking := sorted(set(KINDS[kind].options.fields) - set(named) - SAID))
    }
    assert len(rows) > 20
    assert missing == {}, f"the options are in plugins/module_utils/binrpc/desired, not in {README}"
