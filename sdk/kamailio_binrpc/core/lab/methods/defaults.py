# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The modules that every lab server has."""

from __future__ import annotations

from .core import Core
from .ctl import Ctl
from .shv import SharedVariables
from .system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# One class per line, by name.
DEFAULTS = (
    Core,
    Ctl,
    SharedVariables,
    System,
)


def default_modules() -> Dict[str, Any]:
    """A fresh, empty instance of each by its name."""
    return {kind.name: kind() for kind in DEFAULTS}
