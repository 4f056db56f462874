# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Libraries that only some forms of output need: the extra ``cli`` of the package."""

from __future__ import annotations

from importlib import import_module

from ..core.errors import EncodeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def load(name: str, purpose: str) -> Any:
    """Import a module of a library of the extra.

    :param purpose: what needs it, to begin a message with.
    :raises EncodeError: it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if not name.startswith(error.name or " "):
            raise
        raise EncodeError(
            f"{purpose} needs the Python package {name.partition('.')[0]}; install it with: "
            "pip install 'kamailio-binrpc[cli]'"
        ) from None
