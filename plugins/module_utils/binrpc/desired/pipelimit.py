# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Pipes of the module pipelimit."""

from __future__ import annotations

from ..faults import MethodNotFound, NotFound
from .drive import Ask, ask_or
from .kind import Kind
from .leaf import ABSENT, UNKNOWN, Leaves
from .options import Option, Options
from .resource import Resource, StateError
from .step import REMOVE, Step, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence

    from ..faults import Fault
    from .drive import Talk
    from .leaf import Address
    from .resource import Answers
    from .step import Change


NOP = "NOP"


class PipelimitPipe(Resource):
    """One pipe: leaves for algorithm and limit.

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
        self.algorithm = algorithm.upper() if algorithm is not None else None
        self.limit = limit
        self.present = present
        self.addresses: Dict[str, Address] = {
            each: ("pipelimit", name, each) for each in ("algorithm", "limit")
        }

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("pl.list", (self.name,))]

    def observe(self, answers: Answers) -> Leaves:
        fault = answers.fault("pl.list", self.name)
        if fault is not None and "unknown pipe" in fault.text.lower():
            return Leaves()
        values = answers.values("pl.list", self.name)
        # A pipe that lets everything through is there, but not listed.
        found = values[0] if values else {"algorithm": NOP, "limit": UNKNOWN}
        return Leaves({address: found[each] for each, address in self.addresses.items()})

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        if not self.present:
            return dict.fromkeys(self.addresses.values(), ABSENT)
        if not seen:
            raise StateError(
                "there is no pipe %s, and an RPC cannot create one. Pipes come from the database "
                "and the configuration" % self.name
            )
        unknown = seen.at(self.addresses["limit"]) is UNKNOWN
        if unknown and self.limit is None and self.algorithm not in (None, NOP):
            raise StateError(
                "the limit of pipe %s is unknown, since the server does not show it while the "
                "algorithm is NOP. Give limit as well" % self.name
            )
        wanted: Dict[Address, Any] = {}
        if self.algorithm is not None:
            wanted[self.addresses["algorithm"]] = self.algorithm
        if self.limit is not None:
            wanted[self.addresses["limit"]] = self.limit
        return wanted

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        after = {change.address: change.after for change in changes}
        pipe = {
            each: after.get(address, seen.at(address)) for each, address in self.addresses.items()
        }
        if pipe["algorithm"] is ABSENT:
            leaves = dict.fromkeys(self.addresses.values(), ABSENT)
            return [Step("pl.rm_pipe", self.name, phase=REMOVE, leaves=leaves, accepts=[NotFound])]
        leaves = {self.addresses[each]: value for each, value in pipe.items()}
        if pipe["algorithm"] == NOP:
            leaves[self.addresses["limit"]] = UNKNOWN
        return [Step("pl.set_pipe", self.name, pipe["algorithm"], pipe["limit"], leaves=leaves)]

    def restorable(self, address: Address, found: Any, old: Any) -> str:
        return "an RPC cannot create a pipe" if found is ABSENT else ""

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        return {
            each: shown(leaves[address])
            for each, address in self.addresses.items()
            if leaves.get(address, ABSENT) is not ABSENT
        }

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
            "limit": Option("int", low=0),
            "state": Option(choices=["present", "absent"], default="present"),
        },
        only_if=[("state", "present", ["algorithm", "limit"])],
    ),
    _pipe,
    subject="name",
)


INFO = Options({"name": Option()})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return pipes in the words of the options of PIPE; one that lets all through is not listed.

    :param params: options of INFO.
    """
    name = params["name"]
    values: List[Any] = yield from ask_or(
        [], "Unknown pipe", "pl.list", *([] if name is None else [name])
    )
    return {
        "pipes": [{each: pipe[each] for each in ("name", "algorithm", "limit")} for pipe in values]
    }
