# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# One endpoint of a task: the client, its retries, and the end of the task. Private to this
# collection.

from __future__ import annotations

from time import sleep

from .binrpc.batches import DeadlinePassed, Limit
from .binrpc.client import Client
from .binrpc.errors import TransportError
from .binrpc.masking import Secrets
from .binrpc.retry import RetryPolicy, with_retries

MAX_WAIT = 31_536_000
"""Seconds that stand for any number of them."""


def wrong_endpoints(endpoints):
    """Return what is wrong with the option endpoints, or an empty text."""
    named = endpoints
    if isinstance(endpoints, str):
        named = endpoints.split(",")
    elif hasattr(endpoints, "items"):
        named = endpoints.values()
    elif not isinstance(endpoints, (list, tuple)):
        return "write a list, or a mapping of names to addresses"
    for each in named:
        if not isinstance(each, str) or not each.strip():
            return "%r in it is neither a name nor an address" % (each,)
    return ""


class Endpoint:
    """Calls methods with the retries that the task asks for.

    :param params: the options timeout, connect_wait and retries, and endpoint without an address.
    :param limit: when all has to be over.
    :param secrets: gets those that calls send and receive.
    :param connect: makes the client, instead of Client.
    :raises BinrpcError, ValueError: an option is wrong.
    """

    def __init__(self, params, address=None, limit=None, secrets=None, connect=None):
        self._client = (connect or Client)(
            params["endpoint"] if address is None else address,
            params["timeout"],
            connect_wait=params["connect_wait"],
        )
        self._times = params["timeout"], params["connect_wait"]
        self._retries = params["retries"]
        RetryPolicy(self._retries)
        self._limit = limit or Limit()
        self._secrets = Secrets() if secrets is None else secrets
        self.lost = False
        """Whether a call failed because of the way to the server."""

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self._client.close()

    @property
    def address(self):
        return str(self._client.address)

    @property
    def server(self):
        """A name that no other server has; "" where its address is one."""
        return getattr(self._client, "server", "")

    def soon(self, calls, count):
        """Take what follows; see Soon in the core."""
        if hasattr(self._client, "soon"):
            self._client.soon(calls, count)

    def call(self, method, *params, read_only=True):
        """Call a method; repeat it if it only reads or if it certainly did not run."""
        if not self._retries:
            return self._once(method, params, read_only)
        policy = RetryPolicy(self._retries, deadline=self._limit.at_most(MAX_WAIT))
        return with_retries(lambda: self._once(method, params, read_only), policy, read_only)

    def once(self, method, *params):
        """Call a method without any retries."""
        return self._once(method, params, False)

    def _once(self, method, params, read_only):
        timeout, connect_wait = map(self._limit.at_most, self._times)
        self._client.connect_wait = connect_wait
        self._secrets.sent(method, params)
        try:
            reply = self._client.call(method, *params, timeout=timeout, repeatable=read_only)
        except TransportError:
            self.lost = True
            raise
        self._secrets.received(method, params, reply)
        return reply

    def pause(self, seconds):
        """Sleep, but not beyond the end."""
        if hasattr(self._client, "forget"):
            self._client.forget()
        try:
            sleep(self._limit.at_most(seconds))
        except DeadlinePassed:
            return  # the next call says so


def run_job(job, endpoint, setting):
    """Do a job at its endpoint, and return the result."""
    with endpoint:
        result = job(endpoint, setting)
    if setting.hint and endpoint.lost and result.get("failed"):
        result["msg"] += setting.hint
    return result


def failure(error):
    """Return the result of a task whose options cannot be carried out."""
    return {"failed": True, "msg": str(error)}
