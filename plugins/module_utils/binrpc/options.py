# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The keywords that all clients and fleets share, with one meaning and one check."""

from __future__ import annotations

from . import wire
from .call_record import Observer
from .deadline import LONGEST, Deadline
from .hooks import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Optional, Tuple

    from .address import AnyAddress
    from .call_record import OnCall
    from .connection import Request
    from .retry import OnRetry, RetryPolicy


class Options:
    """How calls are made.

    :ivar timeout: seconds for one attempt of a call: the wait for its turn, resolve, connect, send
        and receive.
    :ivar total_timeout: seconds for a whole call with its retries and what it waits in between;
        None for no such limit.
    :ivar connect_wait: seconds after the start of an attempt during which to go on trying while
        no server listens.
    :ivar max_reply: bytes allowed in one reply's body.
    :ivar unsigned: give int records as 0..2**32-1 (True) or -2**31..2**31-1 (False); None goes by
        what is known of the method.
    :ivar retry: how a call tries again where that is safe; None never.
    :ivar paced: space calls that rebuild what SIP workers read.
    :raises ValueError: a number is out of range.
    """

    __slots__ = (
        "connect_wait",
        "max_reply",
        "observer",
        "on_call",
        "on_retry",
        "paced",
        "retry",
        "timeout",
        "total_timeout",
        "unsigned",
    )

    def __init__(
        self,
        timeout: Optional[float] = 5.0,
        *,
        total_timeout: Optional[float] = None,
        connect_wait: float = 0.0,
        max_reply: int = wire.MAX_BODY,
        unsigned: Optional[bool] = None,
        on_call: Optional[OnCall] = None,
        retry: Optional[RetryPolicy] = None,
        on_retry: Optional[OnRetry] = None,
        paced: bool = False,
    ) -> None:
        self.timeout = LONGEST if timeout is None else timeout
        # Refuse bad values here and not at the first call.
        Deadline(self.timeout)
        if total_timeout is not None:
            Deadline(total_timeout)
        if not 0 <= connect_wait <= LONGEST:
            raise ValueError("connect_wait is 0 to 31536000 s, not %r" % connect_wait)
        if max_reply < 0:
            raise ValueError("max_reply is 0 bytes or more, not %r" % max_reply)
        self.total_timeout = total_timeout
        self.connect_wait = connect_wait
        self.max_reply = max_reply
        self.unsigned = unsigned
        self.on_call = on_call
        self.observer = None if on_call is None else Observer(on_call)
        self.retry = retry
        self.on_retry = guarded(on_retry, "on_retry")
        self.paced = paced

    def spacing_of(self, method: str) -> Any:
        """Return the module :mod:`spacing` if a call of this method is spaced, else None."""
        if not self.paced:
            return None
        # Not a statement: no module of Ansible has such a client.
        from importlib import import_module

        core = __name__.rpartition(".")[0]
        if not import_module(core + ".catalogue.rebuilding").is_rebuilding(method):
            return None
        return import_module(core + ".spacing")

    def parts(self, requests: List[Request]) -> List[List[Request]]:
        """Return the requests of a batch in parts that are made one after another."""
        for request in requests:
            spacing = self.spacing_of(request.method)
            if spacing is not None:
                return list(spacing.split(requests))
        return [requests] if requests else []


def checked_window(window: int) -> int:
    """Return the number of requests under way at once.

    :raises ValueError: it is less than 1.
    """
    if window < 1:
        raise ValueError("window must be at least 1, not %r" % window)
    return window


def configured(
    name: Optional[str], path: Any, options: Dict[str, Any]
) -> Tuple[AnyAddress, Dict[str, Any]]:
    """Return the address of a name in the configuration, and options with its defaults.

    :raises ConfigError: there is no such name, or the file cannot be read.
    """
    config = loaded(path)
    if name is None:
        name = str(config.defaults.get("endpoint", wire.DEFAULT_ADDRESS))
    if name in config.groups:
        raise ValueError("%s is a group; a client has one endpoint, a fleet has many" % name)
    (address,) = config.select([name]).values()
    return address, {**times_of(config), **options}


def loaded(path: Optional[str]) -> Any:
    """Return the configuration."""
    # Not a statement: on managed hosts nothing asks for it.
    from importlib import import_module

    return import_module(__name__.rpartition(".")[0] + ".config").load_config(path, commands=True)


def times_of(config: Any) -> Dict[str, Any]:
    """Return the times that a configuration sets."""
    return {name: value for name, value in config.defaults.items() if name != "endpoint"}
