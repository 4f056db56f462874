# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The file that names endpoints and groups of them, once for SDK, command line and Ansible.

An INI file, since that is what Python of any version can read::

    [defaults]
    endpoint = edge1
    timeout = 3

    [endpoints]
    edge1 = udp:10.0.0.1:2049
    edge2 = udp:10.0.0.2:2049
    media = unix:/run/kamailio/kamailio_ctl

    [groups]
    edge = edge1 edge2
    everyone = edge media

    [guards]
    media = read_only
    edge = confirm

    [audit]
    file = /var/log/kamrpc.log

Guards are for people at ``kamrpc``: it refuses calls that may change a ``read_only`` endpoint, and
asks before those that may change one with ``confirm``. The audit is a line for each call of
``kamrpc`` that may change a server, in a file or, with ``syslog = FACILITY``, in the system's log.

Which file: the one that is named by the caller, else by the environment variable
``KAMRPC_CONFIG``, else ``$XDG_CONFIG_HOME/kamrpc/config.ini`` (``~/.config`` where that is not
set), else ``/etc/kamrpc/config.ini``; none is no error.
"""

from __future__ import annotations

import os

from .address import parse_address
from .errors import AddressError, BinrpcError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterable, List, Mapping, Optional, Sequence, Union

    from .address import Address

VARIABLE = "KAMRPC_CONFIG"
GUARDS = ("read_only", "confirm")
"""What a guard can be, the stricter first."""
AUDITS = ("file", "syslog")
"""Where an audit can go."""

_SECTIONS = ("defaults", "endpoints", "groups", "guards", "audit")
_TIMES = ("timeout", "connect_wait")
_SHOWN = 20  # names in an error


class ConfigError(BinrpcError, ValueError):
    """The file cannot be read, or says something impossible; the message names the place."""


class Config:
    """Named endpoints and groups.

    :ivar path: the file, or None.
    :ivar endpoints: name -> address text, in the order of the file.
    :ivar groups: name -> names of endpoints and groups.
    :ivar defaults: ``endpoint`` (str), ``timeout`` and ``connect_wait`` (seconds, float), as set.
    :ivar guards: name of an endpoint or a group -> ``read_only`` or ``confirm``.
    :ivar audit: ``file`` -> its path, ``syslog`` -> a facility such as ``authpriv``, as set.
    """

    def __init__(
        self,
        endpoints: Optional[Mapping[str, Union[str, Address]]] = None,
        groups: Optional[Dict[str, List[str]]] = None,
        defaults: Optional[Dict[str, object]] = None,
        path: Optional[str] = None,
        guards: Optional[Mapping[str, str]] = None,
        audit: Optional[Mapping[str, str]] = None,
    ) -> None:
        self.path = path
        self.endpoints = {name: str(address) for name, address in (endpoints or {}).items()}
        self.groups = {name: list(members) for name, members in (groups or {}).items()}
        self.defaults = dict(defaults or {})
        self.guards = dict(guards or {})
        self.audit = dict(audit or {})
        self._check()

    def _check(self) -> None:
        for name, address in self.endpoints.items():
            try:
                parse_address(address)
            except AddressError as error:
                raise self._error("endpoint %s: %s" % (name, error)) from None
        both = set(self.endpoints) & set(self.groups)
        if both:
            raise self._error("%s is both an endpoint and a group" % ", ".join(sorted(both)))
        for name in self.groups:
            self.select([name])
        for name, guard in self.guards.items():
            if guard not in GUARDS:
                text = "[guards] %s = %s: there are %s" % (name, guard, " and ".join(GUARDS))
                raise self._error(text)
            if name not in self.endpoints and name not in self.groups:
                raise self._error("[guards] " + self._unknown(name))

        for name, text in self.audit.items():
            if name not in AUDITS or not text:
                shown = "[audit] %s = %s: there are file = PATH and syslog = FACILITY"
                raise self._error(shown % (name, text))

    def _error(self, text: str) -> ConfigError:
        return ConfigError("%s: %s" % (self.path or "configuration", text))

    def address(self, name: Union[str, Address]) -> str:
        """Return the address that a name stands for, or the text itself if it is none."""
        return self.endpoints.get(str(name), str(name))

    def guard(self, name: str) -> str:
        """Return the guard of an endpoint or address, "" if there is none.

        Those of its groups count too, and ``read_only`` before ``confirm``.
        """
        address = self.address(name)
        found = {
            guard
            for guarded, guard in self.guards.items()
            if address in self.select([guarded]).values()
        }
        return next((guard for guard in GUARDS if guard in found), "")

    def select(self, names: Iterable[Union[str, Address]]) -> Dict[str, str]:
        """Resolve endpoints, groups and plain addresses to ``{name: address}``, each once.

        :raises ConfigError: a name is neither, or a group contains itself.
        """
        chosen: Dict[str, str] = {}
        for name in names:
            self._collect(str(name), chosen, ())
        return chosen

    def _collect(self, name: str, chosen: Dict[str, str], open_groups: Sequence[str]) -> None:
        if name in open_groups:
            raise self._error("group %s contains itself" % name)
        if name in self.groups:
            for member in self.groups[name]:
                self._collect(member, chosen, (*open_groups, name))
        elif name in self.endpoints:
            chosen[name] = self.endpoints[name]
        elif open_groups:
            raise self._error(
                "group %s: there is no endpoint or group %s" % (open_groups[-1], name)
            )
        elif ":" in name or "/" in name:
            parse_address(name)
            chosen[name] = name
        else:
            raise self._error(self._unknown(name))

    def _unknown(self, name: str) -> str:
        from .printable import listed
        from .suggest import suggestion

        known = [*self.endpoints, *self.groups]
        text = "there is no endpoint or group %s" % name
        meant = suggestion(name, known)
        if meant:
            return "%s; %s" % (text, meant)
        return "%s; known are %s" % (text, listed(known, _SHOWN) or "none")


def find_config() -> Optional[str]:
    """Return the path of the file to read, None if there is none."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return named or None  # set but empty: no file at all
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    for folder in (home, "/etc"):
        path = os.path.join(folder, "kamrpc", "config.ini")
        if os.path.exists(path):
            return path
    return None


def load_config(path: Optional[str] = None) -> Config:
    """Read the configuration.

    :param path: the file; None looks for it as the module's text says.
    :raises ConfigError: it cannot be read or is wrong; a missing file only if it was named.
    """
    path = path or find_config()
    if path is None:
        return Config()
    import configparser  # a third of the start of a command that reads no file

    # Names are case sensitive, and a colon belongs to an address.
    parser = configparser.ConfigParser(
        interpolation=None, delimiters=("=",), inline_comment_prefixes=(" #",)
    )
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        with open(path, encoding="utf-8-sig") as file:  # with or without a byte order mark
            parser.read_file(file)
    except (OSError, UnicodeError, configparser.Error) as error:
        raise ConfigError("%s: %s" % (path, " ".join(str(error).split()))) from None
    unknown = set(parser.sections()) - set(_SECTIONS)
    if unknown:
        raise ConfigError(
            "%s: unknown section [%s]; there are [%s]"
            % (path, "], [".join(sorted(unknown)), "], [".join(_SECTIONS))
        )
    section = {name: dict(parser[name]) for name in parser.sections()}
    groups = {
        name: text.replace(",", " ").split() for name, text in section.get("groups", {}).items()
    }
    defaults = _parse_defaults(path, section.get("defaults", {}))
    more = {name: section.get(name) for name in ("guards", "audit")}
    return Config(section.get("endpoints"), groups, defaults, path, **more)


def _parse_defaults(path: str, texts: Dict[str, str]) -> Dict[str, object]:
    defaults: Dict[str, object] = {}
    for name, text in texts.items():
        if name == "endpoint":
            defaults[name] = text
        elif name in _TIMES:
            try:
                defaults[name] = float(text)
            except ValueError:
                raise ConfigError(
                    "%s: [defaults] %s = %s is not a number of seconds" % (path, name, text)
                ) from None
        else:
            raise ConfigError(
                "%s: [defaults] has no %s; there are endpoint, %s" % (path, name, ", ".join(_TIMES))
            )
    return defaults
