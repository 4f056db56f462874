# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state ``managed``: a whole server's state as one change, with a journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.desired.options import Option, Options
from kamailio_binrpc.core.state.journal import Journals
from kamailio_binrpc.core.state.run import Run
from kamailio_binrpc.core.state.transaction import applied
from kamailio_binrpc.core.state.wish import parse

if TYPE_CHECKING:
    from kamailio_binrpc.core.desired.drive import Talk
    from kamailio_binrpc.core.desired.engine import Result
    from kamailio_binrpc.core.state.outcome import Outcome
    from kamailio_salt.table import Job


def _wrong(value: Any) -> str:
    documents = value if isinstance(value, (list, tuple)) else [value]
    if all(hasattr(each, "items") for each in documents):
        return ""
    return "write a mapping, or a list of mappings"


OPTIONS = Options(
    {
        "document": Option("raw", required=True, wrong=_wrong),
        "allow_irreversible": Option("bool", default=False),
        "undo_timeout": Option("float", default=60, above=0),
        "journals": Option("path"),
    }
)


def prepare(params: dict[str, Any]) -> Job:
    """Return the job that applies a document.

    :raises WishError: the document is wrong.
    """
    document = params["document"]
    documents = list(document) if isinstance(document, (list, tuple)) else [document]
    wish = parse(documents, literal_secrets=True)

    more = {"name": wish.name, "digest": wish.digest}
    more["irreversible"] = params["allow_irreversible"]

    def job(test: bool, busy_timeout: float, address: str) -> Talk[Result]:
        if test:
            return _result((yield from Run(wish.stages, **more).foresee()))
        limits = {"busy_timeout": busy_timeout, "undo_timeout": params["undo_timeout"]}
        journals = Journals(params["journals"])
        return _result((yield from applied(wish.stages, address, journals, **more, **limits)))

    return job


def _result(outcome: Outcome) -> Result:
    changes = outcome.shown()["changes"]
    return {
        "changed": outcome.changed,
        "failed": not outcome.done,
        "before": {each["address"]: each["before"] for each in changes},
        "after": {each["address"]: each["after"] for each in changes},
        "rpc_calls": outcome.steps,
        "warnings": outcome.warnings,
        "msg": outcome.message,
        "persisted_by": "its configuration or database says the same",
    }
