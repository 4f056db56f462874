# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Shared by the subcommands: which server, how long to wait, how failures are reported."""

from __future__ import annotations

import os
import sys

from ..core import wire
from ..core.catalogue.reading import is_read_only
from ..core.client import Client
from ..core.errors import BinrpcError, EncodeError
from ..core.faults import Fault, InvalidParams, MethodNotFound
from ..core.foreign import parse_json, shortened
from . import colour, exit_codes, output
from .view import DefaultForm

TYPE_CHECKING = False  # typing itself takes longer to load than a call
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from ..core.address import Address
    from ..core.catalogue.notation import Method
    from ..core.config import Config
    from ..core.reply import Reply
    from .audit import Audit

ENDPOINT_VARIABLE = "KAMRPC_ENDPOINT"
TIMEOUT_VARIABLE = "KAMRPC_TIMEOUT"
_TIMEOUT = 5.0


def add_config_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--config``."""
    parser.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        help="file of endpoints and groups (default: see 'kamrpc config path')",
    )


def add_call_options(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the options that say how to call, and unless ``several`` whom."""
    add_config_option(parser)
    if not several:
        parser.add_argument(
            "-s",
            "--endpoint",
            metavar="ADDR",
            help="[unix|unixd|udp|tcp:]name[:port], ssh://[user@]host[:port]/path, or a name from "
            f"the configuration (default: ${ENDPOINT_VARIABLE}, else the configuration's, else "
            f"{wire.DEFAULT_ADDRESS})",
        )
    parser.add_argument(
        "-t",
        "--timeout",
        metavar="SECONDS",
        type=float,
        help=f"time limit of a call (default: ${TIMEOUT_VARIABLE}, else the configuration's, else "
        f"{_TIMEOUT:g})",
    )
    parser.add_argument(
        "--connect-wait",
        metavar="SECONDS",
        type=float,
        help="keep trying to connect for this time (default: the configuration's, else 0)",
    )


def add_output_option(parser: argparse.ArgumentParser, formats: Sequence[str]) -> None:
    """Add ``--output`` and its shorthand ``--json``, which stands for the JSON that there is."""
    json_form = "json" if "json" in formats else "jsonl"
    parser.add_argument(
        "-o",
        "--output",
        choices=formats,
        default=DefaultForm(formats[0]),
        help="output format (default: %(default)s)",
    )
    parser.add_argument(
        "--json",
        dest="output",
        action="store_const",
        const=json_form,
        help=f"same as --output {json_form}",
    )


def add_method_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the method, its parameters and ``--raw``."""
    parser.add_argument(
        "--raw",
        action="store_true",
        help="derive types from the form of arguments, even if the method is known",
    )
    parser.add_argument("method", metavar="METHOD", help="name of the method, such as core.version")
    parser.add_argument("params", metavar="ARG", nargs="*", help="parameters of the method")


class Settings:
    """Flags, environment and configuration in one: the first that says something wins.

    :raises ConfigError: the configuration file is wrong.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._config: Config | None = None
        self._audit: Audit | None = None

    @property
    def config(self) -> Config:
        """The configuration, read when first needed."""
        if self._config is None:
            from ..core.config import load_config

            self._config = load_config(self._options.config, commands=True)
        return self._config

    @property
    def endpoint(self) -> str:
        """Whom to call, as it was written: a name or an address."""
        return (
            self._options.endpoint
            or os.environ.get(ENDPOINT_VARIABLE)
            or str(self._default("endpoint", wire.DEFAULT_ADDRESS))
        )

    @property
    def address(self) -> str | Address:
        """The address of :attr:`endpoint`."""
        return self.resolve(self.endpoint)

    @property
    def timeout(self) -> float:
        """Seconds for a call.

        :raises ValueError: the environment's is not a number.
        """
        if self._options.timeout is not None:
            return float(self._options.timeout)
        text = os.environ.get(TIMEOUT_VARIABLE)
        if not text:
            return float(str(self._default("timeout", _TIMEOUT)))
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"{TIMEOUT_VARIABLE}={text} is not a number of seconds") from None

    @property
    def connect_wait(self) -> float:
        """Seconds to go on trying to connect."""
        if self._options.connect_wait is not None:
            return float(self._options.connect_wait)
        return float(str(self._default("connect_wait", 0.0)))

    def audit(self, method: str, params: Sequence[Any]) -> Audit | None:
        """Return where a call is to be written down, None if it changes nothing or nowhere is.

        :raises ConfigError: it cannot be written there.
        """
        if is_read_only(method, params):
            return None
        return self.changes_audit()

    def changes_audit(self) -> Audit | None:
        """Return where calls that may change a server are to be written down, None if nowhere.

        :raises ConfigError: they cannot be written there.
        """
        if self.config.audit and self._audit is None:
            from .audit import Audit

            self._audit = Audit(self.config.audit, str(self.config.path))
        return self._audit

    def resolve(self, name: str | Address) -> str | Address:
        """Return the address that a name stands for."""
        if not isinstance(name, str):
            return name
        # An address needs no file: whatever is in it cannot get in the way.
        if ":" in name or "/" in name:
            return name
        address = self.config.address(name)
        if address == name and not os.path.lexists(name):  # else it is a socket in this folder
            self._refuse_misspelt(name)
        return address

    def _refuse_misspelt(self, name: str) -> None:
        from ..core.config import ConfigError
        from ..core.suggest import suggestion

        found = suggestion(name, self.config.endpoints)
        if found:
            raise ConfigError(f"{self.config.path}: there is no endpoint {name}; {found}")

    def client(self, endpoint: str | Address | None = None) -> Client:
        """Make a client of the endpoint, which spaces calls that rebuild what SIP workers read."""
        address = self.address if endpoint is None else self.resolve(endpoint)
        return Client(address, self.timeout, connect_wait=self.connect_wait, paced=True)

    def _default(self, name: str, otherwise: object) -> object:
        return self.config.defaults.get(name, otherwise)


def read_params(method: str, words: Sequence[str], *, raw: bool = False) -> list[Any]:
    """Turn words into the parameters of a method.

    A prefix forces the type (``s: i: d: b: j:``). Otherwise the catalogue of methods decides,
    and for those it does not know the look of the word.

    :raises EncodeError: a word does not read as what its prefix or the method wants.
    """
    from ..core.catalogue.binding import AsIs, bind
    from ..core.catalogue.lookup import find
    from ..core.masking import hide_sent

    known = None if raw else find(method)
    try:
        values = _typed(known, words)
    except EncodeError as error:
        text = hide_sent(str(error), method, words)
        plain = [word[2:] if word[1:2] == ":" else word for word in words]
        raise EncodeError(hide_sent(text, method, plain)) from None
    if raw:
        return [value.value if isinstance(value, AsIs) else value for value in values]
    try:
        return bind(method, values)
    except EncodeError as error:
        raise EncodeError(f"{error} (--raw sends the arguments as they look)") from None


def _typed(known: Method | None, words: Sequence[str]) -> list[Any]:
    from ..core.catalogue.binding import AsIs
    from ..core.params import from_text

    values: list[Any] = []
    for index, word in enumerate(words):
        if word[:2] == "j:":
            values.append(AsIs(_from_json(word[2:])))
        elif word[1:2] == ":" and word[0] in "sidb":
            values.append(AsIs(from_text(word)))
        elif known is None or not known.params:
            values.append(from_text(word))
        else:
            param = known.params[min(index, len(known.params) - 1)]
            by_look = param.type == "any" and not param.typed_by
            values.append(from_text(word) if by_look else word)
    return values


def _from_json(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError as error:
        raise EncodeError(f"j:{shortened(text)[1:-1]} is not JSON: {error}") from None


def call(
    settings: Settings,
    client: Client,
    method: str,
    params: Sequence[Any],
    endpoint: str | None = None,
) -> Reply:
    """Call, and let a fault about the parameters name the one that is likely wrong.

    A call that may change something is written down where the configuration asks for it.

    :param endpoint: its name, if it is not that of the settings.
    :raises BinrpcError: as :meth:`Client.call`.
    """
    audit = settings.audit(method, params)
    problem: BinrpcError | None = None
    try:
        return client.call(method, *params)
    except BinrpcError as error:
        problem = error
        if isinstance(error, Fault):
            explain_fault(error, params, client)
        raise
    finally:
        if audit is not None:
            audit.write(endpoint or settings.endpoint, method, params, problem)


def explain_fault(fault: Fault, params: Sequence[Any], client: Client | None = None) -> None:
    """Replace a fault's general advice by what is known about this method and its parameters.

    :param client: to ask for the methods that there are, where the method does not exist.
    """
    if isinstance(fault, MethodNotFound):
        names = [] if client is None else _methods_of(client)
        fault.remedy = _other_method(fault.method, names) or fault.remedy
        return
    from ..core.catalogue.blame import explain

    advice = explain(fault, params)
    if advice and isinstance(fault, InvalidParams):
        fault.remedy = advice


def _methods_of(client: Client) -> list[Any]:
    try:
        return list(client.call("system.listMethods"))
    except BinrpcError:  # on the way to another error, which is the one to show
        return []


def no_such_method(method: str, known: Iterable[Any]) -> str:
    """Say that the server does not offer a method, and what may have been meant."""
    return f"the server has no method {method}. {_other_method(method, known)}".rstrip(" ")


def _other_method(method: str, known: Iterable[Any]) -> str:
    """Say which method may have been meant, or what has to be loaded; "" if nothing is known.

    :param known: the server's methods; none means that they are not known.
    """
    from ..core.catalogue.lookup import FILES, find, methods
    from ..core.suggest import suggestion
    from .kamcmd.commands import ALIASES

    if method in ALIASES:
        return f"{method} is an alias of kamcmd; the method is {ALIASES[method][0]}"
    if find(method) is not None:
        module = FILES[method.partition(".")[0]]
        return f"Is the module {module} loaded, and is this release of Kamailio new enough?"
    names = [name for name in known if isinstance(name, str)]
    found = suggestion(method, names or [each.name for each in methods()])
    return found[:1].upper() + found[1:]


def complain(text: object) -> None:
    """Write a message to standard error."""
    output.tell(f"{colour.paint('kamrpc:', 'red', sys.stderr)} {text}\n")


def report(error: BinrpcError, form: str = "text") -> int:
    """Say what went wrong, a fault's data also in JSON where asked; return the exit status."""
    complain(error)
    if form in ("json", "jsonl") and isinstance(error, Fault):
        import json

        sys.stderr.write(json.dumps({"fault": output.fault_data(error)}) + "\n")
    return exit_codes.status_of(error)


def guarded(work: Callable[[], int], form: str = "text") -> int:
    """Run a command; turn what may go wrong into a message and an exit status."""
    try:
        return work()
    except BinrpcError as error:
        return report(error, form)
    except ValueError as error:  # a time or a number out of range
        complain(error)
        return exit_codes.USAGE
