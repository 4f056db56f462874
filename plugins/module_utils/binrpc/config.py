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

    far = ssh://ops@sip7.example/run/kamailio/kamailio_ctl

    [endpoint sip-0]
    command = kubectl exec -i sip-0 -c kamailio --
    socket = /run/kamailio/kamailio_ctl

    [groups]
    edge = edge1 edge2
    everyone = edge media sip-0

    [guards]
    media = read_only
    edge = confirm

    [audit]
    file = /var/log/kamrpc.log

An endpoint with a section of its own is reached through a command. Its words are split as a shell
splits them, and no shell runs it. With ``socket`` the command runs other programs where that socket
is, and a relay is appended to it; without, its standard input and output are binrpc. Such endpoints
are for kamrpc and the SDK; a file that others can write may not have any.

Guards are for people at ``kamrpc``: it refuses calls that may change a ``read_only`` endpoint, and
asks before those that may change one with ``confirm``. The audit is a line for each call of
``kamrpc`` that may change a server, in a file or, with ``syslog = FACILITY``, in the system's log.

Which file: the one that is named by the caller, else by the environment variable
``KAMRPC_CONFIG``, else ``$XDG_CONFIG_HOME/kamrpc/config.ini`` (``~/.config`` where that is not
set), else ``/etc/kamrpc/config.ini``; a missing file is not an error.
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
"""Kinds of guards, the stricter first."""
AUDITS = ("file", "syslog")
"""Where an audit can go."""

_SECTIONS = ("defaults", "endpoints", "groups", "guards", "audit")
_ENDPOINT = "endpoint "
"""Begins the section of an endpoint with a command."""

_TIMES = ("timeout", "connect_wait")
_SHOWN = 20  # names in an error


class ConfigError(BinrpcError, ValueError):
    """The file cannot be read, or says something impossible; the message names the place."""


class Config:
    """Named endpoints and groups.

    :ivar path: the file, or None.
    :ivar endpoints: name -> address text, in the order of the file; a :class:`remote.Command` for
        an endpoint that is reached through one, if the caller can use these.
    :ivar unusable: names of the endpoints with a command, if the caller cannot.
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
        unusable: Iterable[str] = (),
    ) -> None:
        self.path = path
        self.unusable = set(unusable)
        self.endpoints: Dict[str, Union[str, Address]] = {
            # A command has no text that stands for it.
            name: address if _is_command(address) else str(address)
            for name, address in (endpoints or {}).items()
        }
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
        both = (set(self.endpoints) | self.unusable) & set(self.groups)
        if both:
            raise self._error("%s is both an endpoint and a group" % ", ".join(sorted(both)))
        for name in self.groups:
            self._collect(name, {}, ())
        for name, guard in self.guards.items():
            if guard not in GUARDS:
                text = "[guards] %s = %s: there are %s" % (name, guard, " and ".join(GUARDS))
                raise self._error(text)
            if not (name in self.endpoints or name in self.groups or name in self.unusable):
                raise self._error("[guards] " + self._unknown(name))

        for name, text in self.audit.items():
            if name not in AUDITS or not text:
                shown = "[audit] %s = %s: there are file = PATH and syslog = FACILITY"
                raise self._error(shown % (name, text))

    def _error(self, text: str) -> ConfigError:
        return ConfigError("%s: %s" % (self.path or "configuration", text))

    def address(self, name: Union[str, Address]) -> Union[str, Address]:
        """Return the address that a name stands for, or the text itself if it is none.

        :raises ConfigError: it is reached through a command, and the caller cannot use these.
        """
        if _is_command(name):
            return name
        self._refuse_unusable([str(name)])
        return self.endpoints.get(str(name), str(name))

    def _refuse_unusable(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.unusable:
                raise self._error(
                    "%s is reached through a command, which kamrpc and the SDK start; here give "
                    "an address" % name
                )

    def guard(self, name: str) -> str:
        """Return the guard of an endpoint or address, "" if there is none.

        Those of its groups count too, and ``read_only`` before ``confirm``.
        """
        address = self.address(name)
        found = {
            guard
            for guarded, guard in self.guards.items()
            if guarded not in self.unusable and address in self._chosen([guarded]).values()
        }
        return next((guard for guard in GUARDS if guard in found), "")

    def select(self, names: Iterable[Union[str, Address]]) -> Dict[str, Union[str, Address]]:
        """Resolve endpoints, groups and plain addresses to ``{name: address}``, each once.

        :raises ConfigError: a name is neither, or a group contains itself, or an endpoint is
            reached through a command and the caller cannot use these.
        """
        chosen = self._chosen(names)
        self._refuse_unusable(chosen)
        return chosen

    def _chosen(self, names: Iterable[Union[str, Address]]) -> Dict[str, Union[str, Address]]:
        chosen: Dict[str, Union[str, Address]] = {}
        for name in names:
            self._collect(str(name), chosen, ())
        return chosen

    def _collect(
        self, name: str, chosen: Dict[str, Union[str, Address]], open_groups: Sequence[str]
    ) -> None:
        if name in open_groups:
            raise self._error("group %s contains itself" % name)
        if name in self.groups:
            for member in self.groups[name]:
                self._collect(member, chosen, (*open_groups, name))
        elif name in self.endpoints:
            chosen[name] = self.endpoints[name]
        elif name in self.unusable:
            chosen[name] = ""
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

        known = [*self.endpoints, *sorted(self.unusable), *self.groups]
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


def load_config(path: Optional[str] = None, commands: bool = False) -> Config:
    """Read the configuration.

    :param path: the file; None looks for it as the module's text says.
    :param commands: the caller can use endpoints with a command.
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
            status = os.fstat(file.fileno())
    except (OSError, UnicodeError, configparser.Error) as error:
        raise ConfigError("%s: %s" % (path, " ".join(str(error).split()))) from None
    section = {name: dict(parser[name]) for name in parser.sections()}
    own = {name: section.pop(name) for name in list(section) if name.startswith(_ENDPOINT)}
    unknown = set(section) - set(_SECTIONS)
    if unknown:
        raise ConfigError(
            "%s: unknown section [%s]; there are [%s] and [endpoint NAME]"
            % (path, "], [".join(sorted(unknown)), "], [".join(_SECTIONS))
        )
    groups = {
        name: text.replace(",", " ").split() for name, text in section.get("groups", {}).items()
    }
    defaults = _parse_defaults(path, section.get("defaults", {}))
    more = {name: section.get(name) for name in ("guards", "audit")}
    endpoints: Dict[str, Union[str, Address]] = dict(section.get("endpoints", {}))
    found = {title[len(_ENDPOINT) :].strip(): texts for title, texts in own.items()}
    twice = sorted(set(found) & set(endpoints))
    if twice:
        raise ConfigError("%s: endpoint %s is there twice" % (path, ", ".join(twice)))
    if found and not _is_trusted(status):
        raise ConfigError(
            "%s has commands, and others may write it: chmod go-w it, and let it belong to root or "
            "to you" % path
        )
    if commands:
        for name, texts in found.items():
            endpoints[name] = _parse_command(path, name, texts)
        found = {}
    return Config(endpoints, groups, defaults, path, **more, unusable=found)


def _is_command(address: object) -> bool:
    return getattr(address, "protocol", "") == "command"


def _is_trusted(status: os.stat_result) -> bool:
    """Can only root and this user have written a file?"""
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & 0o022


def _parse_command(path: str, name: str, texts: Dict[str, str]) -> Address:
    import shlex
    from importlib import import_module

    unknown = sorted(set(texts) - {"command", "socket"})
    if unknown:
        raise ConfigError(
            "%s: [%s%s] has no %s; there are command and socket"
            % (path, _ENDPOINT, name, ", ".join(unknown))
        )
    # Not a statement: Ansible would ship the module to hosts, which have no use for it.
    remote = import_module(__name__.rpartition(".")[0] + ".remote")
    try:
        if not name:
            raise ValueError("a name is missing")
        argv = shlex.split(texts.get("command", ""))
        return remote.Command(argv, texts.get("socket"), name)  # type: ignore[no-any-return]
    except ValueError as error:
        raise ConfigError("%s: [%s%s]: %s" % (path, _ENDPOINT, name, error)) from None


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
