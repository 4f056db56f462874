# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``userblocklist.*``: prefixes that users may not call (upstream ``userblocklist/``)."""

from __future__ import annotations

import re

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, List, Mapping, Optional

SAMPLE_BLOCKLIST = {"666": 0, "777": 1}


class UserBlockList(Module):
    """The module userblocklist.

    :param prefixes: the global list: prefix to 0 (blocked) or 1 (allowed).
    :param users: user to such a list of the user's own.
    """

    name = "userblocklist"
    loads = ("userblocklist",)
    survives = ("prefixes",)

    def __init__(
        self,
        prefixes: Optional[Mapping[str, int]] = None,
        users: Optional[Mapping[str, Mapping[str, int]]] = None,
    ) -> None:
        self.prefixes = dict(SAMPLE_BLOCKLIST if prefixes is None else prefixes)
        self.users = dict(users or {})

    def added(self) -> None:
        self.reload()

    @method("userblocklist.reload_blocklist", "", help="Reload user blocklist records.")
    def reload(self) -> str:
        self._live = dict(self.prefixes)
        return "200 ok"

    @method("userblocklist.dump_blocklist", "", help="Dump user blocklist records.")
    def dump(self) -> List[Struct]:
        return [
            Struct(prefix=prefix, allowlist=str(self._live[prefix]))
            for prefix in sorted(self._live)
        ]

    @method("userblocklist.check_blocklist", help="Check blocklist records.")
    def check_blocked(self, ctx: Any) -> Struct:
        return self._check(ctx, "blocklisted", 0)

    @method("userblocklist.check_allowlist", help="Check allowlist records.")
    def check_allowed(self, ctx: Any) -> Struct:
        return self._check(ctx, "allowlisted", 1)

    def _check(self, ctx: Any, name: str, wanted: int) -> Struct:
        params = ctx.scan(".S")
        if params.count < 1 or not params[0]:
            raise Fault(500, 'Check failed: 1 argument needed ("prefix")')
        verdict = _longest(self._live, params[0]) == wanted
        return Struct({"prefix": params[0], name: "true" if verdict else "false"})

    @method("userblocklist.check_userblocklist", help="Check user blocklist records.")
    def check_user_blocked(self, ctx: Any) -> Struct:
        return self._check_user(ctx, "blocklisted", 0)

    @method("userblocklist.check_userallowlist", help="Check user allowlist records.")
    def check_user_allowed(self, ctx: Any) -> Struct:
        return self._check_user(ctx, "allowlisted", 1)

    def _check_user(self, ctx: Any, name: str, wanted: int) -> Struct:
        params = ctx.scan(".S.S")
        domain = ctx.scan(".S") if params.count == 2 else ()
        if params.count < 2 or not all(params):
            raise Fault(
                500,
                'Check failed: 2 or 3 arguments needed ("prefix" "user" "domain"(optional))',
            )
        prefix, user = params
        verdict = _longest(self.users.get(user, {}), prefix) == wanted
        members = Struct(prefix=prefix, user=user, domain=domain[0] if domain else "")
        members.add(name, "true" if verdict else "false")
        return members


def _longest(prefixes: Mapping[str, int], number: str) -> Optional[int]:
    number = re.sub("^[^0-9]+", "", number)
    for end in range(len(number), 0, -1):
        if number[:end] in prefixes:
            return prefixes[number[:end]]
    return None
