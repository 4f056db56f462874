# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""kamailio_ctl_facts says the same of a recorded server as of the live one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core.facts import PARTS
from kamailio_binrpc.lab import LabServer, read_recording
from tests.support.facts import MOMENTARY, steady
from tests.support.kamailio import Kamailio

SUBSETS = [["all"], ["min"], ["!all"], *(["!all", "!min", part] for part in PARTS)]


@pytest.mark.real
@pytest.mark.slow
def test_a_replayed_kamailio_has_the_facts_of_the_live_one(
    kamailio: Kamailio, tmp_path: Path, run_jobs: Callable[[list[Any]], list[Any]]
) -> None:
    file = tmp_path / "recording.json"
    live = kamailio.endpoints["unix"]
    assert main(["record", "-s", live, "-o", str(file)]) == 0
    recording = read_recording(str(file))
    with LabServer(f"unix:{tmp_path}/replayed", recording=recording).running_in_thread() as lab:
        results = run_jobs(
            [
                ["kamailio_ctl_facts", {"endpoint": endpoint, "gather_subset": subset}]
                for endpoint in (live, lab.addresses[0])
                for subset in SUBSETS
            ]
        )
    facts = [result["ansible_facts"]["kamailio_ctl"] for result in results]
    theirs, ours = facts[: len(SUBSETS)], facts[len(SUBSETS) :]
    for subset, one, other in zip(SUBSETS, theirs, ours, strict=True):
        assert steady(one) == steady(other), subset
    assert set(PARTS) <= set(theirs[0])
    assert all(theirs[0][part] for part in PARTS)
    assert theirs[0]["version"]["number"] in recording.server
    # What may differ is not much.
    for part, names in MOMENTARY.items():
        assert names < set(theirs[0][part])
    # The replayed ones are the recorded ones, however late they are asked for.
    assert ours[0]["uptime"]["now"] == recording.find("core.uptime", ())[0]["now"].strip()
