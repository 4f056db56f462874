# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""What a Kamailio answered, in a file that people can read and compare, and serving it again.

The file is JSON: a list of calls with their replies or faults. A struct whose members all have
names, each once, is an object; another one is ``{"$members": [[name, value], ...]}``. Ints and
doubles differ by the decimal point. Secrets are replaced by ``(masked)``.
"""

from __future__ import annotations

import json
import re

from ..catalogue.reading import is_read_only
from ..catalogue.secrets import secret_members
from ..faults import Fault, MethodNotFound
from ..values import Struct
from .registry import Registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

    Call = Callable[..., Sequence[Any]]
    Key = Tuple[str, Tuple[str, ...]]

FORMAT = "kamailio-recording"
VERSION = 1
MASKED = "(masked)"

SECRET_NAME = re.compile(
    r"pass(?:w(?:or)?d|phrase)?\d*$|^pw$|secret|ha1|credential|api_?key|token|private",
    re.IGNORECASE,
)
"""Names whose values are not written."""

_LABELS = ("name", "param", "key", "id")
_IN_URL = re.compile(r"(?<=://)([^/:@\s]*):[^/@\s]*@")


class RecordingError(ValueError):
    """The file is no recording, or damaged; the message says where."""


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
            data = json.loads(text)
        except ValueError as error:
            raise RecordingError("not JSON: %s" % error) from None
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
            except (KeyError, TypeError, AttributeError) as error:
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

    :raises RecordingError: it cannot be read, or is no recording.
    """
    try:
        with open(path, encoding="utf-8") as file:
            return Recording.load(file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError("%s: %s" % (path, error)) from None
    except RecordingError as error:
        raise RecordingError("%s: %s" % (path, error)) from None


def _key(method: str, params: Sequence[Any]) -> Key:
    return method, tuple(_text(value) for value in params)


def _text(value: Any) -> str:
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
        raise TypeError("%r is no value of binrpc" % value)
    return value


# --- secrets


def mask(method: str, values: Sequence[Any], secret: Any = SECRET_NAME) -> List[Any]:
    """Replace secrets in a reply: by members' names, and passwords in URLs."""
    if "." in secret_members(method):
        return [_mask_all(value) for value in values]
    return [_mask(value, secret) for value in values]


def _mask(value: Any, secret: Any) -> Any:
    if isinstance(value, str):
        return _IN_URL.sub(r"\1:%s@" % MASKED, value)
    if isinstance(value, list):
        return [_mask(each, secret) for each in value]
    if not isinstance(value, Struct):
        return value
    # A variable: its name is one member, what it is worth another.
    named = any(
        (name or "").lower() in _LABELS and isinstance(each, str) and secret.search(each)
        for name, each in value.items()
    )
    result = Struct()
    for name, each in value.items():
        hidden = (name and secret.search(name)) or (named and (name or "").lower() == "value")
        if hidden and isinstance(each, str):
            result.add(name, MASKED if each not in ("", ".", "<null string>") else each)
        else:
            result.add(name, _mask_all(each) if hidden else _mask(each, secret))
    return result


def _mask_all(value: Any) -> Any:
    if isinstance(value, Struct):
        return Struct((name, _mask_all(each)) for name, each in value.items())
    if isinstance(value, list):
        return [_mask_all(each) for each in value]
    return MASKED if isinstance(value, str) else value


# --- recording


def _tables(values: Sequence[Any]) -> Iterator[Tuple[Any, ...]]:
    for table in values:
        if isinstance(table, Struct) and "name" in table:
            yield (table["name"],)


def _settings(values: Sequence[Any]) -> Iterator[Tuple[Any, ...]]:
    groups = []
    for line in values:
        group, _other, name = str(line).partition(": ")
        if group not in groups:
            groups.append(group)
            yield (group,)
        yield (group, name)


def _groups(values: Sequence[Any]) -> Iterator[Tuple[Any, ...]]:
    for name in values:
        yield (name,)


# Calls whose parameters come from another method's reply.
_FOLLOWING: Dict[str, Tuple[str, Callable[[Sequence[Any]], Iterable[Tuple[Any, ...]]]]] = {
    "htable.dump": ("htable.listTables", _tables),
    "cfg.get": ("cfg.list", _settings),
    "cnt.var_list": ("cnt.grps_list", _groups),
    "cnt.grp_get_all": ("cnt.grps_list", _groups),
}

_ALSO: Dict[str, Tuple[Tuple[Any, ...], ...]] = {
    "dispatcher.list": (("full",), ("short",)),
    "stats.get_statistics": (("all",),),
    "stats.fetch": (("all",),),
    "stats.fetchn": (("all",),),
    "rtpengine.show": (("all",),),
    "core.shmmem": (("k",), ("m",)),
    "ul.dump": (("brief",),),
    "mod.stats": (("all", "all"),),
    "siptrace.status": (("check",),),
}


def record(
    call: Call,
    also: Iterable[Sequence[Any]] = (),
    secret: Any = SECRET_NAME,
    on_call: Optional[Callable[[str, Sequence[Any]], None]] = None,
) -> Recording:
    """Make every call that is known to change nothing, and keep the outcomes.

    :param call: ``Client.call``.
    :param also: further calls, ``(method, *params)`` each; only what is read-only.
    :param secret: a pattern: members of such names are masked.
    :param on_call: told of each call before it is made.
    :raises ValueError: one of ``also`` is not known to be read-only.
    :raises BinrpcError: no usable answer, for another reason than a fault.
    """
    more = [(str(each[0]), tuple(each[1:])) for each in also]
    for method, params in more:
        if not is_read_only(method, params):
            raise ValueError("%s is not known to change nothing; it is not called" % method)
    recording = Recording()

    def ask(method: str, params: Sequence[Any] = ()) -> Sequence[Any]:
        if on_call is not None:
            on_call(method, params)
        try:
            values = list(call(method, *params))
        except Fault as fault:
            recording.add(method, params, fault)
            return ()
        recording.add(method, params, mask(method, values, secret))
        return values

    version = ask("core.version")
    recording.server = str(version[0]).strip() if version else ""
    names = ask("system.listMethods")
    sources: Dict[str, Sequence[Any]] = {}
    for name in names:
        if name not in ("core.version", "system.listMethods") and _wants_nothing(name):
            sources[name] = ask(name)
    for name in names:
        for params in _ALSO.get(name, ()):
            if is_read_only(name, params):
                ask(name, params)
        source, function = _FOLLOWING.get(name, ("", _groups))
        for params in function(sources.get(source, ())):
            ask(name, params)
    for method, params in more:
        ask(method, params)
    for name in names:
        try:
            recording.helps[name] = str(call("system.methodHelp", name)[0])
        except (Fault, IndexError):
            continue
    return recording


def _wants_nothing(name: str) -> bool:
    from ..catalogue.lookup import find

    if not is_read_only(name):
        return False
    known = find(name)
    return known is None or all(param.optional for param in known.params)


# --- serving


def replay(recording: Recording, version: Tuple[int, ...] = (999,)) -> Registry:
    """Make a registry that gives the recorded answers."""
    registry = Registry(version)
    for name in recording.methods:
        registry.method(name, help=recording.helps.get(name, "undocumented"))(
            _Replayed(recording, name)
        )
    return registry


class _Replayed:
    """One method: gives what was recorded for these parameters."""

    def __init__(self, recording: Recording, name: str) -> None:
        self._recording = recording
        self._name = name

    def __call__(self, ctx: Any) -> Any:
        params = ctx.params
        outcome = self._recording.find(self._name, params)
        if outcome is None and self._name == "system.methodHelp":
            return self._help(params)
        if outcome is None:
            shown = " ".join(map(_text, params))
            raise Fault(500, ("Not in the recording: %s %s" % (self._name, shown)).rstrip()[:250])
        if isinstance(outcome, Fault):
            raise Fault(outcome.code, outcome.text)
        return list(outcome)

    def _help(self, params: Sequence[Any]) -> str:
        if not params or not isinstance(params[0], str):
            raise Fault(400, "Method Name Expected")
        if params[0] not in self._recording.helps:
            raise MethodNotFound(400, "command not found")
        return self._recording.helps[params[0]]
