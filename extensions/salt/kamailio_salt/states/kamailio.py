# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change a running Kamailio, and only if it differs.

:depends: kamailio-binrpc

Every state takes, besides its own options, ``endpoint`` (an address, or a name of the library's
configuration file), ``timeout`` (seconds for a call), ``connect_wait`` (seconds to wait for a
server that is starting), ``busy_timeout`` (seconds to go on trying while the server refuses
because another change is in progress) and ``config_file``.
"""

from __future__ import annotations

import inspect
from contextlib import closing
from typing import TYPE_CHECKING, Any

from kamailio_binrpc.core.desired.calls import Calls
from kamailio_binrpc.core.desired.drive import drive
from kamailio_binrpc.core.desired.escapes import shown
from kamailio_binrpc.core.desired.outcome import message
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_salt.server import CONNECTION, Server
from kamailio_salt.table import STATES

if TYPE_CHECKING:
    from collections.abc import Callable

    from kamailio_binrpc.core.desired.engine import Result
    from kamailio_binrpc.core.desired.options import Option
    from kamailio_salt.table import State

    Return = dict[str, Any]

# Salt takes every other function for a state as well, imported ones too.
__load__ = [*STATES, "reload_on_watch", "mod_watch"]


def __virtual__() -> str:
    return "kamailio"


def reload_on_watch(name: str, **options: Any) -> Return:
    """Reload as ``reload`` does, but only after a change of a state that this one watches.

    :param name: what to reload.
    """
    ret = _return(name)
    try:
        _parts(STATES["reload"], name, options)
    except (BinrpcError, ValueError) as error:
        ret["comment"] = STATES["reload"].secrets(options, name).hide(message(error))
        return shown(ret)  # type: ignore[no-any-return]
    ret["result"] = True
    ret["comment"] = "Nothing that it watches has changed, so nothing is reloaded."
    return ret


def mod_watch(name: str, sfun: str = "reload_on_watch", **options: Any) -> Return:
    """Run a state because what it watches has changed. Salt calls this.

    :param sfun: the state.
    """
    state = STATES["reload" if sfun == "reload_on_watch" else sfun]
    return _applied(state, name, options)


def _return(name: str) -> Return:
    return {"name": name, "changes": {}, "result": False, "comment": ""}


def _parts(state: State, name: str, options: dict[str, Any]) -> tuple[Server, Any]:
    """Return the server and the job that options mean."""
    given = {
        key: value
        for key, value in options.items()
        # Salt fills in the defaults of the signature; null is what is not given there.
        if not key.startswith("__") and not (value is None and _default(state, key) is None)
    }
    connection = {key: given.pop(key) for key in CONNECTION.fields if key in given}
    job = state.job(name, given)
    return Server(_given("__salt__"), connection), job


def _default(state: State, option: str) -> Any:
    found = state.options.fields.get(option)
    return found.default if found else None


def _applied(state: State, name: str, options: dict[str, Any]) -> Return:
    """Run the engine and put its result into Salt's words."""
    ret = _return(name)
    # Its first run is enough: Salt would call mod_watch after one without changes.
    ret["skip_watch"] = True
    test = bool(_given("__opts__")["test"])
    secrets = state.secrets(options, name)
    try:
        server, job = _parts(state, name, options)
        with server.connect() as client:
            calls = Calls(client)
            calls.secrets.merge(secrets)
            with closing(job(test, server.busy_timeout, str(client.address))) as talk:
                result = drive(talk, calls)
    except (BinrpcError, ValueError) as error:
        ret["comment"] = secrets.hide(message(error))
        return shown(ret)  # type: ignore[no-any-return]
    _fill(ret, state, calls.secrets.hide(result), test)
    return shown(ret)  # type: ignore[no-any-return]


def _fill(ret: Return, state: State, result: Result, test: bool) -> None:
    waits = _waits(result)
    if result["changed"]:
        before, after = result["before"], result["after"]
        # A reload that cannot be compared, and one in a test, show nothing but the call.
        calls = {"calls": result["rpc_calls"]}
        ret["changes"] = calls if before == after else {"old": before, "new": after}
    if result.get("warnings"):
        ret["warnings"] = result["warnings"]
    if test and waits:
        ret["result"] = None
        ret["comment"] = f"It would wait: {waits}"
    elif result["failed"]:
        ret["comment"] = result["msg"]
    elif test and result["changed"]:
        ret["result"] = None
        ret["comment"] = "It would be changed."
    else:
        ret["result"] = True
        ret["comment"] = _comment(result)


def _waits(result: Result) -> str:
    """Return what a test, which does not wait, found missing."""
    if result.get("remaining"):
        return "%s dialogs are left." % result["remaining"]
    if result["failed"] and "tries" in result:
        return str(result["msg"])
    return ""


def _comment(result: Result) -> str:
    if "tries" in result or "remaining" in result:
        return "It is as expected."
    if not result["changed"]:
        return "It is as wanted already."
    text = "It was changed."
    if result.get("persisted_by"):
        text += " This is lost at a restart, unless %s." % result["persisted_by"]
    return text


def _given(name: str) -> Any:
    """Return what Salt's loader puts into the module."""
    return globals()[name]


def _function(state: State) -> Callable[..., Return]:
    def apply(name: str, **options: Any) -> Return:
        return _applied(state, name, options)

    kinds = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD
    # None for what is required too: then the library says what is missing. The rest of the
    # options is taken for the same reason.
    parameters = [
        inspect.Parameter("name", inspect.Parameter.POSITIONAL_OR_KEYWORD),
        *(
            inspect.Parameter(name, kinds[0], default=option.default)
            for name, option in (state.fields | dict(CONNECTION.fields)).items()
        ),
        inspect.Parameter("others", kinds[1]),
    ]
    apply.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    apply.__name__ = apply.__qualname__ = state.name
    apply.__doc__ = _documentation(state)
    return apply


def _documentation(state: State) -> str:
    what = state.kind.replace("_", " ")
    lines = [f"{what[0].upper()}{what[1:]}" + (f": {state.state}." if state.state else "."), ""]
    stands = "only names the state"
    if state.subject:
        stands = "the %s" % state.subject
        if state.subject != "name":
            stands += ", unless it is given as an option"
    lines.append(f":param name: {stands}.")
    lines += [f":param {name}: {_described(option)}." for name, option in state.fields.items()]
    return "\n".join(lines)


def _described(option: Option) -> str:
    words = {"str": "text", "raw": "any value", "dict": "mapping", "int": "whole number"}
    text = words.get(option.type, option.type)
    if option.choices:
        text += ", one of " + ", ".join(option.choices)
    if option.required:
        text += ", required"
    if option.default is not None:
        text += f", {option.default!r} unless given"
    return text


for _each in STATES.values():
    globals()[_each.name] = _function(_each)
