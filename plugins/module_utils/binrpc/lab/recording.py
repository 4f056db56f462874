# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Recorded answers of a Kamailio, in a file that people can read and compare.

The file is JSON: a list of calls with their replies or faults. A struct whose members all have
names, each once, is an object; another one is ``{"$members": [[name, value], ...]}``. Ints and
doubles differ by the decimal point. :mod:`.recorder` makes it, :mod:`.replay` serves it.
"""

from __future__ import annotations

import json

from ..faults import Fault
from ..foreign import parse_json
from ..values import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Sequence, Tuple

    Key = Tuple[str, Tuple[str, ...]]

FORMAT = "kamailio-recording"
VERSION = 1
_MAX_DEPTH = 400  # a struct takes three of JSON


class RecordingError(ValueError):
    """The file is not a recording, or is damaged; the message says where."""


class Recording:
    """Calls and their outcomes, in the order in which they were made.

    :ivar server: what the server calls itself.
    :ivar helps: help text by method, of every method that it has.
    """

    def __init__(self, server: str = "") -> None:
        self.server = server
        self.helps: Dict[str, str] = {}
        self._outcomes: Dict[Key, Any] = {}

    def add(self, method: str, params: Sequence[Any], outcome: Any) -> None:
        """Note a reply's values, or a Fault."""
        self._outcomes[_key(method, params)] = (list(params), outcome)

    def find(self, method: str, params: Sequence[Any]) -> Any:
        """Values or a Fault, or None if this was not recorded; 7 and "7" are the same."""
        found = self._outcomes.get(_key(method, params))
        return None if found is None else found[1]

    def calls(self) -> Iterator[Tuple[str, Sequence[Any], Any]]:
        """Yield method, parameters and outcome of each call: a list of values, or a Fault."""
        for (method, _texts), (params, outcome) in self._outcomes.items():
            yield method, params, outcome

    @property
    def methods(self) -> List[str]:
        """Every method that the server has."""
        return list(self.find("system.listMethods", ()) or ())

    def __len__(self) -> int:
        return len(self._outcomes)

    # --- the file

    def dump(self) -> str:
        """The text of the file."""
        calls = []
        for (method, _texts), (params, outcome) in self._outcomes.items():
            entry: Dict[str, Any] = {"method": method}
            if params:
                entry["params"] = [_to_json(value) for value in params]
            if isinstance(outcome, Fault):
                entry["fault"] = {"code": outcome.code, "text": outcome.text}
            else:
                entry["reply"] = [_to_json(value) for value in outcome]
            calls.append(entry)
        data = {
            "format": FORMAT,
            "version": VERSION,
            "server": self.server,
            "calls": calls,
            "help": self.helps,
        }
        return json.dumps(data, indent=1) + "\n"

    @classmethod
    def load(cls, text: str) -> Recording:
        """Read the text of a file.

        :raises RecordingError: says what is wrong with it.
        """
        try:
            data = parse_json(text, max_depth=_MAX_DEPTH)
        except ValueError as error:
            raise RecordingError("not JSON: %s" % error) from None
        return cls.of(data)

    @classmethod
    def of(cls, data: Any) -> Recording:
        """Read the data of a file.

        :raises RecordingError: says what is wrong with it.
        """
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise RecordingError('not a recording: "format" is not "%s"' % FORMAT)
        if data.get("version") != VERSION:
            raise RecordingError(
                "a recording of version %r; this program reads %d" % (data.get("version"), VERSION)
            )
        recording = cls(str(data.get("server", "")))
        helps = data.get("help", {})
        if not isinstance(helps, dict):
            raise RecordingError('"help" is not an object')
        recording.helps = {str(name): str(text) for name, text in helps.items()}
        calls = data.get("calls")
        if not isinstance(calls, list):
            raise RecordingError('"calls" is not a list')
        for number, entry in enumerate(calls, 1):
            try:
                recording._add_entry(entry)
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise RecordingError("call %d is malformed: %r" % (number, error)) from None
        return recording

    def _add_entry(self, entry: Any) -> None:
        method = entry["method"]
        params = [_from_json(value) for value in entry.get("params", [])]
        if "fault" in entry:
            outcome: Any = Fault(int(entry["fault"]["code"]), str(entry["fault"]["text"]), method)
        else:
            outcome = [_from_json(value) for value in entry["reply"]]
        self.add(str(method), params, outcome)


def read_recording(path: str) -> Recording:
    """Read a file.

    :raises RecordingError: it cannot be read, or is not a recording.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return Recording.load(file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError("%s: %s" % (path, error)) from None
    except RecordingError as error:
        raise RecordingError("%s: %s" % (path, error)) from None


def _key(method: str, params: Sequence[Any]) -> Key:
    return method, tuple(to_text(value) for value in params)


def to_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return "%d" % value
    return str(value)


def _to_json(value: Any) -> Any:
    if isinstance(value, Struct):
        names = list(value.keys())
        if None in names or len(set(names)) < len(names) or "$members" in names:
            return {"$members": [[name, _to_json(each)] for name, each in value.items()]}
        return {name: _to_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_json(each) for each in value]
    if isinstance(value, bytes):
        return {"$members": [["$bytes", value.hex()]]}
    if isinstance(value, float):
        return float(value)  # also what has more digits than a float
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if list(value) == ["$members"]:
            pairs = [(name, _from_json(each)) for name, each in value["$members"]]
            if [name for name, _each in pairs] == ["$bytes"]:
                return bytes.fromhex(pairs[0][1])
            return Struct(pairs)
        return Struct((name, _from_json(each)) for name, each in value.items())
    if isinstance(value, list):
        return [_from_json(each) for each in value]
    if isinstance(value, bool) or value is None:
        raise TypeError("%r is not a value of binrpc" % value)
    return value
