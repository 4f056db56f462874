# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Secrets, out of what is shown: passwords, ha1 hashes, keys, passwords in URLs.

Two ways lead to them. The catalogue says where they stand: :func:`hide_params` and
:func:`hide_reply`. And :class:`Secrets` remembers those that it has seen, so that it finds them
wherever else they appear, in a fault's text for instance.
"""

from __future__ import annotations

import re

from . import wire
from .catalogue.secrets import (
    HIDDEN,
    SECRET_NAME,
    conditions,
    has_secrets,
    secret_members,
    secret_params,
    sounds_secret,
)
from .values import Struct, set_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Dict,
        Iterable,
        Iterator,
        List,
        Mapping,
        Optional,
        Pattern,
        Sequence,
        Set,
        Tuple,
    )

__all__ = [
    "HIDDEN",
    "Packets",
    "Secrets",
    "hide_params",
    "hide_reply",
    "hide_sent",
    "may_hold_secrets",
]

_LABELS = ("name", "param", "key", "id")
"""Members that name the variable whose value is the member ``value``, in recordings."""

# The password goes to the last @: one that holds / or @ itself must not be shown by half. What
# looks like a port is none.
_IN_URL = re.compile(r"(?<=://)[^/:@\s]*:(?!\d+(?:/|\s|\Z))(\S+)@")
_IN_LIST = re.compile(r"(?i)(?:pass(?:w(?:or)?d|phrase)?|pwd|secret|token)\d*\s*=\s*([^\s;,&\"']+)")


def hide_params(method: str, params: Sequence[Any]) -> List[Any]:
    """Return the parameters of a call for showing: without secrets.

    >>> hide_params("autheph.add_secret", ["sesame"])
    ['(hidden)']
    """
    return _Look(method, params).params() if has_secrets(method.strip()) else list(params)


def hide_reply(
    method: str,
    values: Sequence[Any],
    params: Sequence[Any] = (),
    names: Optional[Pattern[str]] = None,
) -> List[Any]:
    """Return the values of a reply for showing: without secrets.

    :param params: what was sent: the name of a variable tells whether it is secret.
    :param names: whatever the method, hide members of such names, the value beside such a name,
        and passwords in URLs as well.
    """
    if names is None and not has_secrets(method.strip()):
        return list(values)
    return _Look(method, params, names).reply(values)


def hide_sent(text: str, method: str, params: Sequence[Any]) -> str:
    """Return a text about a call, such as that of a fault, without what was sent as a secret."""
    secrets = Secrets()
    secrets.sent(method, params)
    hidden: str = secrets.hide(text)
    return hidden


class Secrets:
    r"""Secrets that were seen, and texts without them.

    Bytes are compared, also where they are written as ``%41``, ``\x41``, ``\u0041`` or ``41``.
    A secret of fewer than four bytes is found only where it is a word of its own.
    """

    def __init__(self, texts: Iterable[Any] = ()) -> None:
        self._known: Set[bytes] = set()
        self._starts: Dict[bytes, List[bytes]] = {}
        for text in texts:
            self.add(text)

    def __bool__(self) -> bool:
        return bool(self._known)

    def add(self, value: Any) -> None:
        """Remember a secret: a text, bytes, or a number that stands for a text."""
        if isinstance(value, bool) or value is None:
            return
        data = value if isinstance(value, bytes) else _bytes(str(value))
        if not set_text(_text(data)) or data in self._known:
            return
        self._known.add(data)
        self._starts.setdefault(data[:_START], []).append(data)
        self._starts[data[:_START]].sort(key=len, reverse=True)

    def merge(self, other: Secrets) -> None:
        """Remember the secrets that another one knows."""
        self._add_all(other._known)

    def sent(self, method: str, params: Sequence[Any]) -> None:
        """Remember the secrets among the parameters of a call."""
        if has_secrets(method.strip()):
            look = _Look(method, params)
            look.params()
            self._add_all(look.secret)

    def expected(self, method: str, params: Sequence[Any], values: Sequence[Any]) -> None:
        """Remember the secrets in what a reply should be; mappings stand for structs."""
        if has_secrets(method.strip()):
            look = _Look(method, params)
            look.reply([_structs(value) for value in values])
            self._add_all(look.secret)

    def named(self, variables: Mapping[str, Any]) -> None:
        """Remember the values of variables whose names sound like those of secrets."""
        look = _Look("cfg.get", ("",))
        look.reply([Struct(variables)])
        self._add_all(look.secret)

    def received(
        self, method: str, params: Sequence[Any], values: Sequence[Any], every: bool = False
    ) -> None:
        """Remember the secrets in a reply, but for those that the server shows openly as well.

        A password that is equal to the name of its user would hide the name everywhere.

        :param every: remember these too.
        """
        if has_secrets(method.strip()):
            look = _Look(method, params)
            look.reply(values)
            self._add_all(look.secret if every else look.secret - look.open)

    def _add_all(self, values: Iterable[Any]) -> None:
        for value in values:
            self.add(value)

    def hide(self, value: Any) -> Any:
        """Return a value without the secrets, in all of its texts."""
        if not self._known:
            return value
        if isinstance(value, str):
            return self._hidden(value)
        if isinstance(value, dict):
            return {self.hide(name): self.hide(member) for name, member in value.items()}
        if isinstance(value, Struct):
            return Struct((self.hide(name), self.hide(member)) for name, member in value.items())
        if isinstance(value, (list, tuple)):
            return type(value)([self.hide(item) for item in value])
        if isinstance(value, bytes):
            return _bytes(self._hidden(_text(value)))
        return value

    def _hidden(self, text: str) -> str:
        data = _bytes(text)
        if data in self._known:
            return HIDDEN
        places = list(self._places(data))
        if not places:
            return text
        result = b""
        at = 0
        for start, end in sorted(places):
            if end <= at:
                continue
            if start >= at:
                result += data[at:start] + HIDDEN.encode()
            at = end
        return _text(result + data[at:])

    def _places(self, data: bytes) -> Iterator[Tuple[int, int]]:
        yield from self._found(data)
        for form in _FORMS:
            # Escapes may be escaped again.
            plain, at = data, list(range(len(data) + 1))
            for _depth in range(_DEPTH):
                plain, places = form(plain)
                if not places:
                    break
                at = [at[place] for place in places]
                for start, end in self._found(plain):
                    yield at[start], at[end]

    def _found(self, data: bytes) -> Iterator[Tuple[int, int]]:
        """Yield where secrets stand as they are."""
        if len(self._known) <= _FEW and not any(secret in data for secret in self._known):
            return
        at = 0
        while at < len(data):
            size = next((len(each) for each in self._candidates(data, at)), 0)
            if size:
                yield at, at + size
            at += size or 1

    def _candidates(self, data: bytes, at: int) -> Iterator[bytes]:
        for secret in self._starts.get(data[at : at + _START], ()):
            if data.startswith(secret, at):
                yield secret
        for size in range(1, _START):
            short = data[at : at + size]
            around = data[max(at - 1, 0) : at] + data[at + size : at + size + 1]
            if short in self._starts and len(short) == size and not _WORD.search(around):
                yield short


class Packets:
    """Packets as they pass, without secrets.

    A reply does not say what it answers. The cookie of its request does, if that was seen.
    """

    def __init__(self) -> None:
        self._requests: Dict[int, Tuple[str, List[Any]]] = {}

    def values(self, type: int, cookie: int, values: Sequence[Any]) -> List[Any]:
        """Return the values of a packet for showing.

        :param type: ``wire.REQUEST``, ``wire.REPLY`` or ``wire.FAULT``.
        """
        if type == wire.REQUEST and values and isinstance(values[0], str):
            method, params = values[0], list(values[1:])
            self._requests[cookie] = method, params
            if len(self._requests) > _REMEMBERED:
                del self._requests[next(iter(self._requests))]
            return [method, *hide_params(method, params)]
        method, params = self._requests.get(cookie, ("", []))
        if type == wire.FAULT:
            secrets = Secrets()
            secrets.sent(method, params)
            return [secrets.hide(value) for value in values]
        return hide_reply(method, values, params, None if method else SECRET_NAME)


def may_hold_secrets(data: bytes) -> bool:
    """May these bytes, which cannot be read, hold secrets? They do not if they name none."""
    text = data.decode("latin-1")
    words = re.findall(r"[\w.]{4,}", text)
    return any(has_secrets(word) or sounds_secret(word) for word in words)


def _structs(value: Any) -> Any:
    if isinstance(value, dict):
        return Struct((str(name), _structs(member)) for name, member in value.items())
    return [_structs(item) for item in value] if isinstance(value, list) else value


_START = 4
_FEW = 32
_REMEMBERED = 1024
_DEPTH = 3
_WORD = re.compile(rb"\w")
_PERCENT = rb"%(?P<percent>[0-9a-fA-F]{2})"
_BACKSLASH = (
    rb"\\x(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\(?:u(?P<point>[0-9a-fA-F]{4})|U(?P<long>000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4}))"
    rb"|\\(?P<letter>[abfnrtv\\'\"/])"
)
_VISIBLE = rb"\\x(?P<byte>5c|[89a-f][0-9a-f])"  # as desired.escapes writes results
_LETTERS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v"))
_DIGITS = re.compile(rb"[0-9a-fA-F]{2}(?:[\s:,-]?[0-9a-fA-F]{2})+")


class _Unescaped:
    r"""Undoes escapes of one notation.

    :param points: ``\xe9`` stands for a character, as in ``ascii()``, and not for a byte.
    """

    def __init__(self, pattern: bytes, points: bool = False) -> None:
        self._pattern = re.compile(pattern)
        self._points = points

    def __call__(self, data: bytes) -> Tuple[bytes, List[int]]:
        """Return bytes without their escapes, and where each was; nothing where there are none."""
        if b"%" not in data and b"\\" not in data:
            return b"", []
        plain = bytearray()
        places: List[int] = []
        at = 0
        for found in self._pattern.finditer(data):
            plain += data[at : found.start()]
            places += range(at, found.start())
            at = found.end()
            new = self._meaning(found.groupdict())
            plain += new
            places += [found.start()] * len(new)
        if not at:
            return b"", []
        plain += data[at:]
        places += range(at, len(data) + 1)
        return bytes(plain), places

    def _meaning(self, parts: Dict[str, bytes]) -> bytes:
        letter, high = parts.get("letter"), parts.get("high")
        if letter:
            return bytes((_LETTERS.get(letter[0], letter[0]),))
        if high:
            low = int(parts["low"], 16) - 0xDC00
            return _bytes(chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + low))
        point = parts.get("point") or parts.get("long")
        code = int(point or parts.get("percent") or parts["byte"], 16)
        if point or (self._points and parts.get("byte")):
            return _bytes(chr(code))
        return bytes((code,))


def _from_digits(data: bytes) -> Tuple[bytes, List[int]]:
    """Return the bytes that runs of hexadecimal digits stand for; a line end is between them."""
    plain = bytearray()
    places: List[int] = []
    for found in _DIGITS.finditer(data):
        # A run may begin in the middle of a byte only if it has no separators: both are tried.
        for shift in (0, 1):
            pending = None
            for at in range(found.start() + shift, found.end()):
                digit = data[at : at + 1]
                if digit in b" \t\r\n:,-":
                    continue
                if pending is None:
                    pending = at
                else:
                    plain.append(int(data[pending : pending + 1] + digit, 16))
                    places.append(pending)
                    pending = None
            plain += b"\n"
            places.append(found.end())
    return bytes(plain), [*places, len(data)] if plain else []


_FORMS = (
    _Unescaped(_VISIBLE),
    _Unescaped(_PERCENT),
    _Unescaped(_BACKSLASH),
    _Unescaped(_BACKSLASH, points=True),
    _Unescaped(_PERCENT + b"|" + _BACKSLASH),
    _from_digits,
)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if _encodable(text) else "surrogatepass")


def _encodable(text: str) -> bool:
    return text.isascii() or not _ODD.search(text)


_ODD = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


class _Look:
    """One look at a call, which hides and collects.

    :ivar secret: texts that are secret.
    :ivar open: texts that are not.
    """

    def __init__(
        self, method: str, params: Sequence[Any] = (), names: Optional[Pattern[str]] = None
    ) -> None:
        self._method = method.strip()
        self._params = params
        self._names = names
        self.secret: Set[Any] = set()
        self.open: Set[Any] = set()
        self._always = secret_members(self._method)
        self._conditions = conditions(self._method, params)
        self._inside = bool(self._conditions) or names is not None
        self._own = any(what == "." and other not in ("*", "@") for what, other in self._conditions)

    def params(self) -> List[Any]:
        places = secret_params(self._method, self._params)
        some = secret_params(self._method, ["password"] * len(self._params))
        return [
            self._hide_param(value)
            if place in places
            else self._inner(value)
            if place in some
            else value
            for place, value in enumerate(self._params)
        ]

    def reply(self, values: Sequence[Any]) -> List[Any]:
        if "." in self._always or (".", "*") in self._conditions:
            return [self._hide(value) for value in values]
        return [self._value(value) for value in values]

    def _hide_param(self, value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._hide_param(each) for each in value]
        if isinstance(value, dict):
            return {name: self._hide_param(each) for name, each in value.items()}
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            # A short number would be found everywhere.
            if len(str(value)) >= _START:
                self.secret.add(str(value))
            return HIDDEN
        return self._hide(value)

    def _hide(self, value: Any) -> Any:
        if isinstance(value, Struct):
            return Struct((name, self._hide(each)) for name, each in value.items())
        if isinstance(value, list):
            return [self._hide(each) for each in value]
        if not isinstance(value, (str, bytes)) or (isinstance(value, str) and not set_text(value)):
            return value
        self.secret.add(value)
        return HIDDEN

    def _inner(self, value: Any) -> Any:
        """Hide the passwords inside a text."""
        if not isinstance(value, str):
            return value
        for pattern in (_IN_URL, _IN_LIST):
            value = pattern.sub(self._part, value)
        return value

    def _part(self, found: Any) -> str:
        self.secret.add(found.group(1))
        whole, start = found.group(), found.start()
        return "%s%s%s" % (
            whole[: found.start(1) - start],
            HIDDEN,
            whole[found.end(1) - start :],
        )

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            self.open.add(value)
            return self._inner(value) if self._inside else value
        if isinstance(value, list):
            return [self._value(each) for each in value]
        if not isinstance(value, Struct):
            return value
        beside = {name: each for name, each in value.items() if isinstance(each, str)}
        return Struct(
            (name, (self._hide if self._is_secret(name, beside) else self._value)(each))
            for name, each in value.items()
        )

    def _is_secret(self, name: Optional[str], beside: Dict[Optional[str], str]) -> bool:
        if name is None:
            return False
        if name in self._always or (self._own and sounds_secret(name)):
            return True
        for what, other in self._conditions:
            if what == name and (other == "*" or sounds_secret(beside.get(other))):
                return True
        if self._names is None:
            return False
        labels = [each for label, each in beside.items() if label and label.lower() in _LABELS]
        return bool(self._names.search(name)) or (
            name.lower() == "value" and any(self._names.search(label) for label in labels)
        )
