# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A lab server's configuration file: JSON, or INI with JSON values.

::

    {
      "binrpc": ["unix:/run/lab/ctl", "tcp:127.0.0.1:2049"],
      "version": "5.8",
      "failures": ["delay method=core.* seconds=0.2 probability=10%"],
      "modules": {
        "pv": {"variables": {"maintenance": 0}},
        "dispatcher": {"sets": {"1": [{"uri": "sip:192.0.2.1:5060"}]}}
      }
    }

The same in INI: options under ``[server]``, a section ``[module pv]`` for each module. A
module's settings are the arguments of its class in :mod:`.modules`. ``replay`` is a
recording, or the name of its file, which is looked for beside this one.
"""

from __future__ import annotations

import json
import os
import sys

from ..foreign import parse_json, whole
from .failures import Failure, parse_failure
from .module_settings import ModuleSettingsError, make_modules
from .recording import Recording, read_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

_LISTS = ("binrpc", "fifo", "failures")
_TEXTS = ("user", "group", "version", "reply_directory", "log_format", "replay")
_NUMBERS = (
    *("binrpc_max_body_size", "binrpc_struct_max_body_size", "binrpc_buffer_size"),
    "rpc_exec_delta",
)
_SWITCHES = ("autoconversion", "expose", "trace")
_OTHERS = ("mode", "fidelity", "failure_seed", "modules")
OPTIONS = (*_LISTS, *_TEXTS, *_NUMBERS, *_SWITCHES, *_OTHERS)
_FIDELITIES = ("faithful", "sane")
_LOG_FORMATS = ("text", "json")


class SettingsError(ValueError):
    """The file is wrong; the message names the place and what would be right."""


def load_settings(path: str) -> Dict[str, Any]:
    """Read a file: options by name, checked, ``modules`` as instances.

    :param path: ``-`` is the standard input.
    :raises SettingsError: the file cannot be read, or something in it is wrong.
    """
    try:
        if path == "-":
            text = sys.stdin.read()
        else:
            with open(path, encoding="utf-8") as file:
                text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError("%s: %s" % (path, getattr(error, "strerror", error))) from None
    try:
        data = _parse(text)
        if isinstance(data.get("replay"), str):
            data["replay"] = os.path.join(os.path.dirname(path), data["replay"])
        return check_settings(data)
    except SettingsError as error:
        raise SettingsError("%s: %s" % (path, error)) from None


def _parse(text: str) -> Dict[str, Any]:
    if not text.lstrip().startswith("{"):
        return _parse_ini(text)
    try:
        data = parse_json(text, pairs=_without_repetition)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    return data if isinstance(data, dict) else {}


def _without_repetition(pairs: Any) -> Dict[str, Any]:
    found: Dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError("%r is there twice" % name)
        found[name] = value
    return found


def _parse_ini(text: str) -> Dict[str, Any]:
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise SettingsError(str(error).replace("\n", " ")) from None
    data: Dict[str, Any] = {}
    for section in parser.sections():
        kind, _other, name = section.partition(" ")
        values = {key: _ini_value(value) for key, value in parser.items(section)}
        if section == "server":
            for key in _LISTS:
                if isinstance(values.get(key), str):
                    values[key] = [line for line in values[key].splitlines() if line.strip()]
            for key in (*_TEXTS, "mode"):
                if key in values and not isinstance(values[key], str):
                    values[key] = parser.get(section, key)
            data.update(values)
        elif kind == "module" and name.strip():
            data.setdefault("modules", {})[name.strip()] = values
        else:
            raise SettingsError("section [%s]: there are [server] and [module NAME]" % section)
    return data


def _ini_value(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return {"yes": True, "no": False}.get(text.lower(), text)


def check_settings(data: Dict[str, Any]) -> Dict[str, Any]:
    """Check options from elsewhere as :func:`load_settings` does.

    :raises SettingsError: says which is wrong and what would be right.
    """
    settings: Dict[str, Any] = {}
    for name, value in data.items():
        if name not in OPTIONS:
            raise SettingsError("unknown option %r; there are %s" % (name, ", ".join(OPTIONS)))
        settings[name] = _checked(name, value)
    return settings


def _checked(name: str, value: Any) -> Any:
    if name in _LISTS:
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
            raise SettingsError("%s: a list of texts, not %s" % (name, json.dumps(value)))
        return [_failure(each) for each in texts] if name == "failures" else texts
    if name == "replay":
        try:
            if isinstance(value, dict):
                return Recording.load(json.dumps(value))
            return read_recording(_kind(name, value, str, "a recording, or a file's name"))
        except SettingsError:
            raise
        except ValueError as error:
            raise SettingsError("replay: %s" % error) from None
    if name in _TEXTS:
        _kind(name, value, str, "a text")
        if name == "log_format":
            return _one_of(name, value, _LOG_FORMATS)
        return value
    if name in _SWITCHES:
        return bool(value) if value in (0, 1) else _kind(name, value, bool, "true or false")
    if name in _NUMBERS:
        if isinstance(value, bool):
            value = None
        return _kind(name, value, int, "a whole number")
    if name == "mode":
        return _mode(value)
    if name == "fidelity":
        return _one_of(name, value, _FIDELITIES)
    if name == "modules":
        try:
            return make_modules(_kind(name, value, dict, "an object"))
        except ModuleSettingsError as error:
            raise SettingsError("modules: %s" % error) from None
    return value


def _kind(name: str, value: Any, kind: Any, what: str) -> Any:
    if not isinstance(value, kind):
        raise SettingsError("%s: %s, not %s" % (name, what, json.dumps(value)))
    return value


def _one_of(name: str, value: Any, words: Any) -> Any:
    if value not in words:
        raise SettingsError("%s: %s, not %s" % (name, " or ".join(words), json.dumps(value)))
    return value


def _mode(value: Any) -> int:
    # In JSON as a text: "0660" is octal there as in the shell, a number would be decimal.
    try:
        if isinstance(value, str):
            return whole(value, 8)
    except ValueError:
        pass
    raise SettingsError('mode: an octal text such as "0660", not %s' % json.dumps(value))


def _failure(words: str) -> Failure:
    try:
        return parse_failure(words)
    except ValueError as error:
        raise SettingsError("failures: %s: %s" % (words, error)) from None
