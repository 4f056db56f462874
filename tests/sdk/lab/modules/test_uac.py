# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from typing import Any

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Registrations
from tests.sdk.lab.modules.support import ODD, TABLES, Pair, Params
from tests.support.kamailio import Kamailio


@pytest.mark.real
def test_uac(server: Kamailio, real: Client) -> None:
    address = f"127.0.0.1:{server.sip_port}"
    pair = Pair(real, Registrations(TABLES["uacreg"], address, active=0))
    pair.same_methods("uac.")
    pair.steadily("uac.reg_dump")
    filters: tuple[Params, ...] = (
        *[("l_uuid", "trunk-1"), ("l_uuid", "nope"), ("l_username", "alice"), ("x", "y")],
        *[("l_username", "nope"), ("r_username", "1002"), ("r_username", 1002), ("", "y")],
        *[("auth_username", "1001"), ("auth_username", 1.5), ("l_uuid", ""), ("realm", "x")],
    )
    for name in ("info", "enable", "info", "disable", "info"):
        pair.each("uac.reg_" + name, *ODD, *filters)
    pair.each("uac.reg_unregister", *ODD, ("l_uuid", "nope"), ("x", "y"), ("l_uuid", ""))

    def row(number: int, **changes: Any) -> Params:
        values = [f"n{number}", "u", "d", "ru", "rd", "realm", "au", "pw", ".", "sip:p"]
        values += [60, 0, 0, ".", "."]
        for key, value in changes.items():
            values[int(key[1:])] = value
        return tuple(values)

    rows: list[Params] = [
        *[row(1), row(1), row(2, _7="."), row(4, _8="zz"), row(5, _10="60"), row(12, _14="")],
        *[row(3, _7=".", _8="0123456789ABCDEF0123456789abcdef"), row(6, _13="", _14="x")],
        *[row(7, _1="", _5=".", _9=".", _11=1, _12=5), row(8)[:14], row(9)[:3], ()],
        *[(*row(10), "more"), row(11, _7="", _8="")],
    ]
    pair.each("uac.reg_add", *rows, then="uac.reg_dump")
    pair.each("uac.reg_add", *(row(number, _1=f"u{number % 5}") for number in range(20, 60)))
    pair.each("uac.reg_info", *(("l_username", f"u{number}") for number in range(5)))
    for uuid in ("n1", "n1", "nope", 1, "n7", "trunk-1", ""):
        pair.each("uac.reg_remove", (uuid,), then="uac.reg_dump")
        pair.each("uac.reg_refresh", (uuid,), then="uac.reg_dump")
    pair.each("uac.reg_active", *ODD, (5,), (0,), ("1",), (0,))
    # Too early for a second time.
    pair.each("uac.reg_reload", (), (), then="uac.reg_dump")
