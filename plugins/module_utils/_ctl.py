# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What all modules share: options, the client, and errors as results. Private to this collection.

from __future__ import annotations

import re

from ansible.module_utils.basic import missing_required_lib

from .binrpc.client import Client
from .binrpc.errors import BinrpcError
from .binrpc.retry import MissingLibrary, RetryPolicy, with_retries

EXECUTED = {True: "yes", False: "no", None: "unknown"}

_BYTE = re.compile("[\udc80-\udcff]")
_ESCAPE = re.compile(r"\\x(5c|[89a-f][0-9a-f])")


def argument_spec(**options):
    """Return the options of a module: its own and those of the doc fragment ctl."""
    return {
        "endpoint": {"type": "str", "default": "unix:/run/kamailio/kamailio_ctl"},
        "timeout": {"type": "float", "default": 5},
        "connect_wait": {"type": "float", "default": 0},
        "retries": {"type": "int", "default": 0},
        **options,
    }


class Endpoint:
    """Calls methods with the retries that the task asks for."""

    def __init__(self, params):
        self._client = Client(
            params["endpoint"], params["timeout"], connect_wait=params["connect_wait"]
        )
        self._policy = RetryPolicy(params["retries"])

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._client.close()

    @property
    def address(self):
        return str(self._client.address)

    def call(self, method, *params, read_only=True):
        return with_retries(lambda: self._client.call(method, *params), self._policy, read_only)

    def once(self, method, *params):
        """Call a method without any retries."""
        return self._client.call(method, *params)


def open_endpoint(module):
    """Return the Endpoint of the module's options, or fail the module."""
    try:
        return Endpoint(module.params)
    except (BinrpcError, ValueError) as error:
        return module.fail_json(msg=visible(str(error)))


def message(error):
    """Say what went wrong, and whether the server may have acted."""
    if isinstance(error, MissingLibrary):
        text = "%s. The call that would be retried failed with: %s" % (
            missing_required_lib(error.library, reason="to retry calls"),
            error.error,
        )
    else:
        text = str(error)
    if error.executed is None:
        text += ". Whether the server has run the method is unknown"
    return text


def visible(value):
    """Replace what Ansible cannot transport: strings with bytes that are not UTF-8.

    Ansible fails a module whose result has a lone surrogate. The escapes can be undone
    without doubt, see raw().
    """
    if isinstance(value, str):
        # A backslash that looks like the start of an escape becomes one.
        value = _ESCAPE.sub(r"\\x5cx\1", value)
        return _BYTE.sub(lambda found: "\\x%02x" % (ord(found.group()) - 0xDC00), value)
    if isinstance(value, dict):
        return {visible(key): visible(member) for key, member in value.items()}
    if isinstance(value, list):
        return [visible(item) for item in value]
    return value


def raw(text):
    """Undo visible() for a string."""
    data = text.encode("utf-8", "surrogateescape")
    data = re.sub(
        rb"\\x(5c|[89a-f][0-9a-f])", lambda found: bytes((int(found.group(1), 16),)), data
    )
    return data.decode("utf-8", "surrogateescape")
