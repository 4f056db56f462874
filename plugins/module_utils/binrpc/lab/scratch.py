# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Run a method where it changes nothing: on a copy of the server's state."""

from __future__ import annotations

from .registry import Method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Tuple

    from .state import LabState


def on_a_copy(method: Method, state: LabState) -> Tuple[Method, LabState]:
    """Return the method of a copy of its module, and the state that goes with it.

    A function that belongs to none of the server's modules is replaced by one that answers
    nothing: what it changes cannot be copied.

    :raises TypeError: a module holds something that cannot be copied.
    """
    import copy

    module = getattr(method.function, "__self__", None)
    if module is None or not any(each is module for each in state.modules.values()):
        return Method(method.name, _nothing), state
    copied = copy.deepcopy(state)
    name = next(name for name, each in state.modules.items() if each is module)
    function = getattr(method.function, "__func__").__get__(copied.modules[name])  # noqa: B009
    return (
        Method(method.name, function, method.scan, method.help, method.missing, method.limited),
        copied,
    )


def _nothing(ctx: Any) -> None:
    pass
