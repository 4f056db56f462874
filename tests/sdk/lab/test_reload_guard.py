# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.lab import DialPlan, Dispatcher, Permissions, Registrations, RtpEngine
from tests.sdk.lab.modules.support import fault, lab


@pytest.mark.parametrize(
    "module, methods, seconds, text",
    [
        (
            Dispatcher(),
            ["dispatcher.reload", "dispatcher.add", "dispatcher.remove"],
            5,
            "Ongoing reload",
        ),
        (
            Permissions(),
            ["permissions.addressReload", "permissions.trustedReload"],
            5,
            "ongoing reload",
        ),
        (DialPlan(), ["dialplan.reload"], 5, "ongoing reload"),
        (RtpEngine(), ["rtpengine.reload"], 10, "Too short reload interval - try later"),
        (Registrations(), ["uac.reg_reload"], 150, "Failed to shift records - check log messages"),
    ],
)
def test_reloads_are_refused_for_some_seconds(module, methods, seconds, text):
    engine, clock = lab(module)
    clock.now += 1000
    engine.call(methods[0])
    for second in (0, seconds - 1):
        clock.now = 1_700_001_000 + second
        for method in methods:
            assert fault(engine, method) == (500, text)
    clock.now += 1
    engine.call(methods[0])
