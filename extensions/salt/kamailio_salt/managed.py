# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state ``managed``: a whole server's state as one change, with a journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.desired.drive import Save
from kamailio_binrpc.core.desired.options import Option, Options
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.state.journal import JournalError, Journals
from kamailio_binrpc.core.state.outcome import CHANGED, PARTLY_UNDONE, UNKNOWN_END, Outcome
from kamailio_binrpc.core.state.plan import plan, unavailable
from kamailio_binrpc.core.state.transaction import Transaction
from kamailio_binrpc.core.state.wish import parse

if TYPE_CHECKING:
    from kamailio_binrpc.core.desired.drive import Talk
    from kamailio_binrpc.core.desired.engine import Result
    from kamailio_binrpc.core.masking import Secrets
    from kamailio_binrpc.core.state.wish import Wish
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


def remember_secrets(value: Any, secrets: Secrets) -> None:
    """Remember passwords in a document, and values of variables that sound like them."""
    if isinstance(value, (list, tuple)):
        for each in value:
            remember_secrets(each, secrets)
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        if name in ("auth_password", "auth_ha1") and isinstance(each, str):
            secrets.add(each)
        remember_secrets(each, secrets)
    secrets.named({str(name): each for name, each in value.items() if isinstance(each, (str, int))})


def prepare(params: dict[str, Any]) -> Job:
    """Return the job that applies a document.

    :raises WishError: the document is wrong.
    """
    document = params["document"]
    documents = list(document) if isinstance(document, (list, tuple)) else [document]
    wish = parse(documents, literal_secrets=True)

    def job(test: bool, busy_timeout: float, address: str) -> Talk[Result]:
        if test:
            outcome = yield from _predicted(wish)
        else:
            outcome = yield from _applied(wish, params, busy_timeout, address)
        return _result(outcome)

    return job


def _predicted(wish: Wish) -> Talk[Outcome]:
    outcome = Outcome()
    planned = outcome.plan = yield from plan(wish.stages, wish.name, wish.digest)
    missing = yield from unavailable(planned)
    outcome.warnings += planned.warnings
    outcome.steps = [step.shown for step in planned.steps]
    problems = [*planned.problems, *(f"the server does not offer {each}" for each in missing)]
    if problems:
        outcome.outcome = "refused"
        outcome.message = f"Nothing was changed, and the change would fail: {'; '.join(problems)}"
    elif planned.differs:
        outcome.outcome = CHANGED
    return outcome


def _applied(
    wish: Wish, params: dict[str, Any], busy_timeout: float, address: str
) -> Talk[Outcome]:
    """Make the change, and write its journal."""
    try:
        with Transaction(
            wish.stages,
            address,
            Journals(params["journals"]),
            name=wish.name,
            digest=wish.digest,
            irreversible=params["allow_irreversible"],
            busy_timeout=busy_timeout,
            undo_timeout=params["undo_timeout"],
        ) as transaction:
            outcome = yield from _saving(transaction.run.go(), transaction)
            return transaction.end(outcome)
    except JournalError as error:
        return Outcome("refused", "journal", str(error))


def _saving(talk: Talk[Outcome], transaction: Transaction) -> Talk[Outcome]:
    """Write what belongs into the journal, and pass on what else a run needs."""
    advance: Any = talk.send
    answer: Any = None
    while True:
        try:
            need = advance(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        advance = talk.send
        try:
            if isinstance(need, Save):
                transaction.save(need)
                answer = None
            else:
                answer = yield need
        except (BinrpcError, KeyboardInterrupt) as error:
            advance = talk.throw
            answer = error


def _result(outcome: Outcome) -> Result:
    changes = outcome.shown()["changes"]
    return {
        "changed": outcome.outcome in (CHANGED, PARTLY_UNDONE, UNKNOWN_END),
        "failed": not outcome.done,
        "before": {each["address"]: each["before"] for each in changes},
        "after": {each["address"]: each["after"] for each in changes},
        "rpc_calls": outcome.steps,
        "warnings": outcome.warnings,
        "msg": outcome.message,
        "persisted_by": "its configuration or database says the same",
    }
