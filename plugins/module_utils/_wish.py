# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What kamailio_state does: a whole server's state as one change, which may have to be confirmed.
# Private to this collection.

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from threading import Lock

from ._task import Task
from .binrpc.desired.drive import drive
from .binrpc.desired.options import Option, Options
from .binrpc.errors import TransportError
from .binrpc.state.journal import (
    CONFIRMED,
    PENDING,
    UNFINISHED,
    JournalError,
    Journals,
    server_of,
)
from .binrpc.state.outcome import PENDING as WAITS
from .binrpc.state.references import remember_secrets
from .binrpc.state.run import Run
from .binrpc.state.transaction import apply_at, confirm, roll_back
from .binrpc.state.wish import parse


def wrong_keys(value, path=""):
    """Return which key is not text, or "". YAML makes 50674039 of the key 0301234567."""
    if hasattr(value, "items"):
        for name, member in value.items():
            inner = "%s.%s" % (path, name) if path else str(name)
            if not isinstance(name, str):
                return "quote the key %s, since YAML may have made another text of it" % inner
            found = wrong_keys(member, inner)
            if found:
                return found
    elif isinstance(value, (list, tuple)):
        for member in value:
            found = wrong_keys(member, path)
            if found:
                return found
    return ""


def _wrong_document(value):
    documents = value if isinstance(value, (list, tuple)) else [value]
    if not all(hasattr(each, "items") for each in documents):
        return "write a mapping, or a list of mappings"
    return wrong_keys(list(documents))


OPTIONS = Options(
    {
        "document": Option("raw", wrong=_wrong_document),
        "state": Option(choices=["applied", "confirmed", "cancelled"], default="applied"),
        "id": Option("list", elements="str"),
        "confirm": Option("float", above=0, high=86400),
        "allow_irreversible": Option("bool", default=False),
        "undo_timeout": Option("float", default=60, above=0),
        "journals": Option("path"),
    },
    required_if=[
        ("state", "applied", ["document"]),
        ("state", "confirmed", ["id"]),
        ("state", "cancelled", ["id"]),
    ],
    only_if=[
        ("state", "applied", ["document", "confirm", "allow_irreversible"]),
        ("state", ("confirmed", "cancelled"), ["id"]),
    ],
)


def prepare(params):
    journals = Journals(params["journals"])
    if params["state"] != "applied":
        return _ending(params, journals)
    document = params["document"]
    wish = parse(
        document if isinstance(document, (list, tuple)) else [document], literal_secrets=True
    )
    more = {"name": wish.name, "digest": wish.digest}

    def job(endpoint, setting):
        if setting.check_mode:
            run = Run(wish.stages, irreversible=params["allow_irreversible"], **more)
            outcome = drive(run.foresee(), endpoint, pause=endpoint.pause)
        else:
            outcome = apply_at(
                wish.stages,
                endpoint,
                endpoint.address,
                journals,
                pause=endpoint.pause,
                confirm=params["confirm"],
                guard=lambda id_: _guard(journals, id_, params),
                irreversible=params["allow_irreversible"],
                busy_timeout=params["busy_timeout"],
                undo_timeout=params["undo_timeout"],
                **more,
            )
        return _result(outcome, endpoint, params, setting)

    return job


def _result(outcome, endpoint, params, setting):
    """Return the result of a task from an outcome."""
    found = outcome.shown()
    result = {
        "changed": outcome.changed,
        "failed": not outcome.done,
        "outcome": outcome.outcome,
        "id": outcome.id,
        "changes": found["changes"],
        "effects": found["effects"],
        "rpc_calls": found["steps"],
        "undone": found["undone"],
        "not_undone": found["not_undone"],
        "warnings": [*found["warnings"], *found["effects"]],
        "endpoint": endpoint.address,
    }
    if not outcome.done:
        result["msg"] = outcome.message
        result["reason"] = outcome.reason
        endpoint.lost = endpoint.lost or isinstance(outcome.error, TransportError)
    elif outcome.changed and params["warn_lost"] and not setting.check_mode:
        result["warnings"].append(
            "This change is lost when Kamailio is restarted, unless its configuration or database "
            "says the same"
        )
    if outcome.outcome == WAITS:
        result["warnings"].append(
            "The change is undone in %g s, unless it is confirmed: state: confirmed, id: %s"
            % (params["confirm"], outcome.id)
        )
    if setting.diff:
        kept = found["changes"] if outcome.done else []
        result["diff"] = {
            "before": {each["address"]: each["before"] for each in kept},
            "after": {each["address"]: each["after"] for each in kept},
        }
    return result


# --- the end of a change that waits


def _ending(params, journals):
    """Return the job that confirms or cancels changes at an endpoint."""

    def job(endpoint, setting):
        result = {"changed": False, "failed": False, "endpoint": endpoint.address, "warnings": []}
        server = server_of(endpoint.address)
        entries = [each for id_ in params["id"] for each in journals.entries(id_, server)]
        if not entries:
            ids = ", ".join(params["id"])
            text = "There is no change %s at %s on this machine (%s)"
            text %= (ids, endpoint.address, journals.folder)
            return dict(result, failed=True, msg=text)
        for entry in entries:
            try:
                _end(entry, params, journals, setting, result)
            except JournalError as error:
                return dict(result, failed=True, msg=str(error))
        if setting.diff:
            result["diff"] = {"before": {}, "after": {}}
        return result

    return job


def _end(entry, params, journals, setting, result):
    confirming = params["state"] == "confirmed"
    if entry.state == CONFIRMED and confirming:
        return
    if entry.state != PENDING:
        text = "The change %s is %s, so it cannot be %s" % (entry.id, entry.state, params["state"])
        result.update(failed=True, msg=text)
        return
    result["changed"] = True
    if setting.check_mode:
        return
    if confirming:
        confirm(journals, entry.id)
        return
    from .binrpc.state.guardian import connector

    outcome = roll_back(journals, entry, connector(_client(params)), "cancelled")
    result["undone"] = outcome.undone
    result["not_undone"] = outcome.not_undone
    if outcome.not_undone:
        result.update(failed=True, msg=outcome.message)


# --- the guardian, which outlives the task

_path = Lock()


def _client(params):
    return {"timeout": params["timeout"], "connect_wait": params["connect_wait"]}


def _guard(journals, id_, params):
    """Start the process that undoes the change unless it is confirmed.

    :raises OSError: it did not start.
    """
    from .binrpc.state import guardian

    place = _importable(guardian, journals, id_)
    with _path:
        before = list(sys.path)
        sys.path.insert(0, place)
        try:
            guardian.start(journals, id_, _client(params))
        finally:
            sys.path[:] = before


def _importable(module, journals, id_):
    """Return what sys.path needs for a module, when the task and its files are gone."""
    place = Path(module.__file__).absolute().parents[module.__name__.count(".")]
    if not place.is_file():
        return str(place)
    # Ansible removes what it has sent to the host.
    folder = Path(journals.folder)
    for old in folder.glob("*" + _CODE):
        if not any(each.state in UNFINISHED for each in journals.entries(old.stem)):
            old.unlink()
    copy = folder / (id_ + _CODE)
    if not copy.exists():
        shutil.copyfile(place, copy)
    return str(copy)


_CODE = ".guardian"
"""The end of the names of files that guardians run from: what Ansible calls a module's payload."""


def wish_task():
    """Return the Task of kamailio_state."""
    return Task(
        OPTIONS,
        prepare,
        remember_secrets=lambda given, secrets: remember_secrets(given.get("document"), secrets),
        # There it would name one address for all hosts, and a guardian would call this machine's.
        no_relay="the journal and the guardian have to be where the server's address means it",
    )
