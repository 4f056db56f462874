# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The two sides of ``kamrpc diff``: servers, files and the catalogue, as data to compare."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import EncodeError
from ..core.faults import Fault
from ..core.foreign import parse_json
from ..core.reply import Reply
from . import common, extras, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.client import Client
    from ..core.lab.recording import Recording
    from .secrets import Hiding

STDIN = "-"
CALL = "call"
"""The member that names each call of a recording."""
_CATALOGUE = re.compile(r"catalogue(?:@(?P<release>[0-9]+\.[0-9]+))?\Z")
_SUFFIXES = (".json", ".jsonl", ".yaml", ".yml")
_ENVELOPE = ("command", "document")


@dataclass
class Side:
    """One side, as it was named.

    :ivar kind: ``server``, ``file`` or ``catalogue``.
    """

    name: str
    kind: str


def side(name: str, settings: common.Settings) -> Side:
    """Find out what a side is: a path is a file, if there is one and no endpoint of that name.

    :raises EncodeError: the file does not exist.
    """
    if name == STDIN:
        return Side(name, "file")
    if _CATALOGUE.match(name):
        return Side(name, "catalogue")
    path = Path(name)
    looks_like_a_file = "/" in name or name.endswith(_SUFFIXES)
    if path.is_file() and (looks_like_a_file or name not in settings.config.endpoints):
        return Side(name, "file")
    if name.endswith(_SUFFIXES) and name not in settings.config.endpoints:
        raise EncodeError(f"{name}: no such file")
    return Side(name, "server")


def load(
    sides: Sequence[Side],
    settings: common.Settings,
    method: str | None,
    params: Sequence[Any],
    hiding: Hiding,
) -> list[Any]:
    """Return what the sides hold.

    :param method: what servers are asked, None for what the other side suggests: the methods that
        there are beside the catalogue, a recording's calls beside that, else a snapshot.
    :raises BinrpcError: a server did not answer.
    :raises EncodeError: a file cannot be read.
    """
    kinds = {each.kind for each in sides}
    if method is not None and "catalogue" in kinds:
        raise EncodeError("the catalogue answers no calls: leave the method out")
    files = {each.name: _file(each.name) for each in sides if each.kind == "file"}
    if "catalogue" in kinds:
        return _methods(sides, files, settings)
    recordings = [data for data in files.values() if _is_recording(data)]
    if recordings and method is None:
        return [_calls(each, files, settings, recordings) for each in sides]
    sections = _sections(files.values())
    found = []
    for each in sides:
        if each.kind == "file":
            data = files[each.name]
            if _is_recording(data):
                data = _recorded(each.name, data, method or "", params)
        elif method is None:
            with settings.client(each.name) as client:
                data = _snapshot(client, sections)
        else:
            with settings.client(each.name) as client:
                reply = common.call(settings, client, method, params, each.name)
            hiding.reply(reply)
            data = reply.to_json()
        if method is None:
            data = _document(data)
        elif each.kind == "file":
            # One line of JSON, or one struct, is a reply of one value.
            data = data if isinstance(data, list) else [data]
            hiding.reply(Reply(data, method, params))
        found.append(data)
    return found


# --- files


def _file(name: str) -> Any:
    try:
        text = sys.stdin.read() if name == STDIN else Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EncodeError(f"{name}: {getattr(error, 'strerror', None) or error}") from None
    if not name.endswith((".yaml", ".yml")):
        try:
            if name.endswith(".jsonl"):
                return _lines(text)
            return parse_json(text)
        except ValueError as error:
            problem = error
        try:
            return _lines(text)
        except ValueError:
            if name.endswith((".json", ".jsonl")) or text.lstrip()[:1] in ("[", "{"):
                raise EncodeError(f"{name} is not JSON: {problem}") from None
    yaml = extras.load("yaml", f"reading {name}")
    try:
        return _plain(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise EncodeError(f"{name} is neither JSON nor YAML: {error}") from None


def _lines(text: str) -> list[Any]:
    return [parse_json(line) for line in text.splitlines() if line.strip()]


def _plain(data: Any) -> Any:
    """Return what YAML made as what JSON has."""
    if isinstance(data, dict):
        return {str(name): _plain(value) for name, value in data.items()}
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in data]
    if isinstance(data, bytes):
        return data.decode("utf-8", "surrogateescape")
    return data if data is None or isinstance(data, (str, int, float)) else str(data)


# --- snapshots


def _snapshot(client: Client, sections: Sequence[str]) -> dict[str, Any]:
    from ..core.desired.calls import Calls
    from ..core.desired.drive import drive
    from ..core.state.snapshot import snapshot

    document, _left_out = drive(snapshot(sections), Calls(client))
    return document


def _document(data: Any) -> Any:
    """Return a snapshot without its own name and the envelope of ``kamrpc snapshot --json``."""
    if isinstance(data, dict) and all(name in data for name in _ENVELOPE):
        data = data["document"]
    if isinstance(data, dict) and "version" in data:
        return {name: value for name, value in data.items() if name not in ("version", "name")}
    return data


def _sections(files: Any) -> list[str]:
    """Return the sections that the files describe: a server is asked for no others."""
    from ..core.state.sections import SECTIONS

    documents = [each for each in map(_document, files) if isinstance(each, dict)]
    return [name for name in SECTIONS if any(name in each for each in documents)]


# --- recordings


def _is_recording(data: Any) -> bool:
    from ..core.lab.recording import FORMAT

    return isinstance(data, dict) and data.get("format") == FORMAT


def _plain_outcome(outcome: Any, method: str, params: Sequence[Any]) -> Any:
    if isinstance(outcome, Fault):
        return {"fault": output.fault_data(outcome)}
    return Reply(outcome, method, params).to_json()


def _load(name: str, data: Any) -> Recording:
    from ..core.lab.recording import Recording, RecordingError

    try:
        return Recording.of(data)
    except RecordingError as error:
        raise EncodeError(f"{name}: {error}") from None


def _words(method: str, params: Sequence[Any]) -> str:
    return " ".join(map(str, (method, *params)))


def _recorded(name: str, data: Any, method: str, params: Sequence[Any]) -> Any:
    outcome = _load(name, data).find(method, params)
    if outcome is None:
        wanted = _words(method, params)
        raise EncodeError(f"{name} holds no answer to {wanted}: record it with --call '{wanted}'")
    return _plain_outcome(outcome, method, params)


def _calls(
    each: Side, files: dict[str, Any], settings: common.Settings, recordings: Sequence[Any]
) -> list[dict[str, Any]]:
    """Return the calls of a recording, or of a server that is asked the same."""
    if each.kind == "file":
        if not _is_recording(files[each.name]):
            raise EncodeError(f"{each.name} is not a recording, as the other side is")
        recording = _load(each.name, files[each.name])
    else:
        from ..core.lab.recorder import record_server

        # Also what the recorder does not ask by itself.
        also = [(method, *params) for method, params, _outcome in _load("", recordings[0]).calls()]
        with settings.client(each.name) as client:
            recording = record_server(client.call, also)
    return [
        {CALL: _words(method, params), "reply": _plain_outcome(outcome, method, params)}
        for method, params, outcome in recording.calls()
    ]


# --- the catalogue


def _methods(
    sides: Sequence[Side], files: dict[str, Any], settings: common.Settings
) -> list[list[dict[str, Any]]]:
    alone = all(each.kind == "catalogue" for each in sides)
    found = []
    for each in sides:
        if each.kind == "catalogue":
            rows = _known(each.name, signatures=alone)
        elif each.kind == "file":
            data = files[each.name]
            names = data if isinstance(data, list) else data.get("help", {})
            rows = [{"name": str(name)} for name in names]
        else:
            with settings.client(each.name) as client:
                rows = [{"name": str(name)} for name in client.call("system.listMethods")]
        found.append(rows)
    return found


def _known(name: str, *, signatures: bool) -> list[dict[str, Any]]:
    from ..core.catalogue.lookup import in_release, methods

    match = _CATALOGUE.match(name)
    release = match["release"] if match else None
    rows = []
    for method in methods():
        if release and not in_release(method, release):
            continue
        row = {"name": method.name}
        if signatures:
            row["signature"] = method.signature
        rows.append(row)
    return rows
