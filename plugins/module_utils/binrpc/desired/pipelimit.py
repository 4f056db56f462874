# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Pipes of the module pipelimit."""

from __future__ import annotations

from ..faults import MethodNotFound, NotFound
from .drive import ask_or
from .engine import Resource, StateError, Step
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Optional

    from ..faults import Fault
    from .drive import Talk
    from .engine import Plan


class PipelimitPipe(Resource):
    """One pipe: ``{}``, or ``{"algorithm": ..., "limit": ...}``.

    :param algorithm: None to leave it; so is ``limit``.
    """

    persisted_by = "the database or the configuration says the same"

    def __init__(
        self,
        name: str,
        algorithm: Optional[str] = None,
        limit: Optional[int] = None,
        present: bool = True,
    ) -> None:
        self.name = name
        self.algorithm = algorithm
        self.limit = limit
        self.present = present

    def read(self) -> Talk[Any]:
        values = yield from ask_or(None, "Unknown pipe", "pl.list", self.name)
        if values is None:
            return {}
        if not values:
            # One that lets everything through is there, but not listed.
            return {"algorithm": "NOP", "limit": self.limit if self.limit is not None else 0}
        return {name: values[0][name] for name in ("algorithm", "limit")}

    def want(self, have: Any) -> Any:
        if not self.present:
            return {}
        if not have:
            raise StateError(
                "there is no pipe %s, and an RPC cannot create one. Pipes come from the database "
                "and the configuration" % self.name
            )
        want = dict(have)
        if self.algorithm is not None:
            want["algorithm"] = self.algorithm.upper()
        if self.limit is not None:
            want["limit"] = self.limit
        return want

    def steps(self, have: Any, want: Any) -> Plan:
        if not want:
            return [Step("pl.rm_pipe", self.name, accepts=[NotFound])]
        return [Step("pl.set_pipe", self.name, want["algorithm"], want["limit"])]

    def hint(self, fault: Fault) -> str:
        if fault.method == "pl.rm_pipe" and isinstance(fault, MethodNotFound):
            return "Pipes can be removed since Kamailio 5.7"
        return ""


def _pipe(params: Dict[str, Any]) -> Resource:
    present = params["state"] == "present"
    return PipelimitPipe(params["name"], params["algorithm"], params["limit"], present)


PIPE = Kind(
    "pipelimit",
    Options(
        {
            "name": Option(required=True),
            "algorithm": Option(choices=["NOP", "RED", "TAILDROP", "FEEDBACK", "NETWORK"]),
            "limit": Option("int"),
            "state": Option(choices=["present", "absent"], default="present"),
        }
    ),
    _pipe,
    subject="name",
)
