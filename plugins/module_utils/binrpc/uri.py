# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""SIP URIs: which of them name the same place, however they are written.

Kamailio compares the texts of destinations, each method in its own way
(``docs/protocol.md#dispatcher-methods``). People write one gateway in many ways, and a guard that
takes two spellings for two gateways lets the last one go. So modules, playbooks and guards compare
by :func:`same_uri`, and send the server its own spelling.
"""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Match, Optional, Tuple

_SCHEME = re.compile(r"(sips?|tel|urn):", re.IGNORECASE)
_SIP = re.compile(
    r"(?P<user>.*@)?(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<name>[a-z0-9._-]+))(?::(?P<port>[0-9]*))?"
    r"(?P<params>;[^?]*)?(?:\?(?P<headers>.*))?\Z",
    re.DOTALL,
)
_IPV4 = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}\Z")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_LETTERS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_UNRESERVED = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"  # RFC 3261
)

PORT, TLS_PORT = 5060, 5061
"""Where Kamailio sends if the URI says no port: the second over TLS, the first over all else."""

# Whoever gets the request does not depend on it: a destination is never a Route header.
_IDLE_PARAMS = frozenset(["", "lr"])


def full_uri(text: str) -> str:
    """Put ``sip:`` before an address without a scheme, as the server does, and trim blanks.

    >>> full_uri(" 192.0.2.1:5060"), full_uri("SIPS:gw")
    ('sip:192.0.2.1:5060', 'SIPS:gw')
    """
    text = text.strip()
    return text if _SCHEME.match(text) else "sip:" + text


def fold(text: str) -> str:
    """Return a text with its ASCII letters in lower case: what the server takes for equal.

    >>> fold("SIP:Gw")
    'sip:gw'
    """
    return text.translate(_LETTERS)


def same_uri(left: str, right: str) -> bool:
    """Do two texts name the same destination? It has the same normal form then.

    >>> same_uri("192.0.2.1", "SIP:192.0.2.1:5060;transport=UDP")
    True
    """
    return normal_uri(left) == normal_uri(right)


@lru_cache(maxsize=2048)  # sets are compared member by member, and again after each step
def normal_uri(text: str) -> str:
    """Return a URI in one spelling for all that name the same destination, to compare it.

    Scheme and port are written out. Letters are small but in the user part; escapes there are
    undone where they are not needed. An IPv4 address has no leading zeros, an IPv6 address its
    shortest form, a name no final dot. The transport is left out where it is the default (UDP for
    ``sip:``, TLS for ``sips:``), so is ``lr``; other parameters stand in the order of their names,
    for they may tell destinations apart.

    A host name without a port counts as one with the default port, although Kamailio may look up
    SRV records for the first. ``tel:`` and ``urn:`` URIs, and texts that are not a URI, only lose
    the case of their letters. Any text is accepted.

    >>> normal_uri("GW.example.;transport=TCP"), normal_uri("sips:[2001:DB8:0::1]")
    ('sip:gw.example:5060;transport=tcp', 'sips:[2001:db8::1]:5061')
    """
    scheme, _colon, rest = full_uri(text).partition(":")
    scheme = fold(scheme)
    folded = fold(rest)
    found = _SIP.match(folded) if scheme in ("sip", "sips") else None
    host = _host(found, folded)
    port = _port(found.group("port") if found else None)
    if not host or port is None:
        return "%s:%s" % (scheme, folded)
    user, params, headers = "", [], ""  # type: str, List[str], str
    transport = default = "tls" if scheme == "sips" else "udp"
    if found is not None:
        user = _unescaped(rest[: found.end("user")]) if found.group("user") else ""
        transport, params = _params(found.group("params") or "", default)
        headers = rest[found.start("headers") :] if found.group("headers") else ""
    if scheme == "sips" and transport == "tcp":
        transport = "tls"
    if transport != default:
        params.insert(0, "transport=" + transport)
    whole = "%s:%s%s:%d" % (scheme, user, host, port or (TLS_PORT if transport == "tls" else PORT))
    return ";".join([whole, *params]) + ("?" + headers if headers else "")


def _host(found: Optional[Match[str]], text: str) -> str:
    """Return the host in its normal form; "" where there is none."""
    if found is None:
        # An IPv6 address without brackets, which people write and no URI may have.
        return _ipv6(text) if re.match(r"[0-9a-f:.]+\Z", text) else ""
    if found.group("six"):
        return _ipv6(found.group("six"))
    name: str = found.group("name")
    if _IPV4.match(name):
        return ".".join(str(int(part)) for part in name.split("."))
    plain = name[:-1] if name.endswith(".") else name
    # A number before a final dot is not an address; a dot without a label before it is not an end.
    return name if plain.endswith(".") or not plain or _IPV4.match(plain) else plain


def _ipv6(text: str) -> str:
    import socket

    try:
        packed = socket.inet_pton(socket.AF_INET6, text)
    except OSError:
        return ""
    return "[%s]" % socket.inet_ntop(socket.AF_INET6, packed)


def _port(text: Optional[str]) -> Optional[int]:
    """Return a port, 0 if there is none, None if it is not a port."""
    digits = (text or "").lstrip("0")
    if len(digits) > 5:
        return None
    port = int(digits or 0)
    return port if port < 65536 else None


def _params(text: str, default: str) -> Tuple[str, List[str]]:
    """Return transport and other parameters in their normal form."""
    transport = default
    others = []
    for part in map(str.strip, text.split(";")):  # a blank could come to stand at the end
        name, _equals, value = part.partition("=")
        if name == "transport":
            transport = value or default  # the server takes the last one
        elif name not in _IDLE_PARAMS:
            others.append(part)
    return transport, sorted(others)


def _unescaped(user: str) -> str:
    if user.count("%") != len(_ESCAPED.findall(user)):
        return user
    return _ESCAPED.sub(_character, user)


def _character(found: Match[str]) -> str:
    escape: str = found.group()
    character = chr(int(escape[1:], 16))
    return character if character in _UNRESERVED else escape.upper()
