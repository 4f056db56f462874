# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Functions of a user that are called on the way: whatever they raise changes no outcome."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional


def guarded(hook: Optional[Callable[..., Any]], name: str) -> Optional[Callable[..., None]]:
    """Return a function that calls the hook; None if there is none.

    An exception of the hook is logged as an error by the logger ``kamailio_binrpc``, the first one
    with its traceback, and no further one.

    :param name: of the option that it was given as.
    """
    if hook is None:
        return None
    call = hook
    failed = False

    def run(*arguments: Any) -> None:
        nonlocal failed
        try:
            call(*arguments)
        except Exception:
            if not failed:
                failed = True
                import logging

                logging.getLogger("kamailio_binrpc").exception(
                    "%s raised an exception; further ones of this hook are not logged", name
                )

    return run
