# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What all modules share: options, the client, and errors as results. Private to this collection.

from __future__ import annotations

import re
from time import monotonic, sleep

from .binrpc.client import Client
from .binrpc.errors import BinrpcError, TransportError
from .binrpc.retry import MissingLibrary, RetryPolicy, with_retries

EXECUTED = {True: "yes", False: "no", None: "unknown"}

MAX_WAIT = 31_536_000
"""Seconds that stand for any number of them."""

_BYTE = re.compile("[\udc80-\udcff]")
_ESCAPE = re.compile(r"\\x(5c|[89a-f][0-9a-f])")


def argument_spec(many=True, **options):
    """Return the options of a module: its own, and those of the doc fragments.

    :param many: with those of the fragment endpoints.
    """
    spec = {
        "endpoint": {"type": "str", "default": "unix:/run/kamailio/kamailio_ctl"},
        "timeout": {"type": "float", "default": 5},
        "connect_wait": {"type": "float", "default": 0},
        "retries": {"type": "int", "default": 0},
        # Where a module runs is decided before it does: see plugin_utils.
        "run_on": {
            "type": "str",
            "choices": ["auto", "controller", "host"],
            "default": "auto",
        },
    }
    if many:
        spec.update(
            endpoints={"type": "raw"},
            config_file={"type": "path"},
            forks={"type": "int", "default": 128},
            serial={"type": "list", "elements": "str"},
            max_fail_percentage={"type": "float", "default": 0},
            deadline={"type": "float"},
        )
    spec.update(options)
    return spec


class DeadlinePassed(BinrpcError):
    """The time for all endpoints together is up, so the call was not made."""


class Limit:
    """The end of a whole task.

    :param seconds: from now, or None for no such end.
    """

    def __init__(self, seconds=None):
        self._seconds = seconds
        self._end = None if seconds is None else monotonic() + seconds

    def stop(self):
        """Let the end be now."""
        self._end = monotonic()

    def at_most(self, seconds):
        """Return how much of these seconds there is.

        :raises DeadlinePassed: nothing.
        """
        if self._end is None:
            return seconds
        left = self._end - monotonic()
        if left <= 0:
            text = "the task was stopped"
            if self._seconds is not None:
                text = "the deadline of %g s for all endpoints has passed" % self._seconds
            raise DeadlinePassed(text)
        return min(seconds, left)


class Endpoint:
    """Calls methods with the retries that the task asks for.

    :param params: the options timeout, connect_wait and retries, and endpoint without an address.
    :param limit: when all has to be over.
    :raises BinrpcError, ValueError: an option is wrong.
    """

    def __init__(self, params, address=None, limit=None):
        self._client = Client(
            params["endpoint"] if address is None else address,
            params["timeout"],
            connect_wait=params["connect_wait"],
        )
        self._times = params["timeout"], params["connect_wait"]
        self._retries = params["retries"]
        RetryPolicy(self._retries)
        self._limit = limit or Limit()
        self.lost = False
        """Whether a call failed because of the way to the server."""

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._client.close()

    @property
    def address(self):
        return str(self._client.address)

    def call(self, method, *params, read_only=True):
        if not self._retries:
            return self.once(method, *params)
        policy = RetryPolicy(self._retries, deadline=self._limit.at_most(MAX_WAIT))
        return with_retries(lambda: self.once(method, *params), policy, read_only)

    def once(self, method, *params):
        """Call a method without any retries."""
        timeout, connect_wait = map(self._limit.at_most, self._times)
        self._client.connect_wait = connect_wait
        try:
            return self._client.call(method, *params, timeout=timeout)
        except TransportError:
            self.lost = True
            raise

    def pause(self, seconds):
        """Sleep, but not beyond the end."""
        try:
            sleep(self._limit.at_most(seconds))
        except DeadlinePassed:
            return  # the next call says so


def message(error):
    """Say what went wrong, and whether the server may have acted."""
    if isinstance(error, MissingLibrary):
        # Only here, since the engine runs without Ansible as well.
        from ansible.module_utils.basic import missing_required_lib

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
        if value.isascii() and "\\" not in value:
            return value  # as nearly every text
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
