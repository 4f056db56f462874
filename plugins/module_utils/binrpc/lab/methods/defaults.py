# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
#
# Generated from sdk/kamailio_binrpc/core/lab/methods/defaults.py by tools/vendor.py. Do not edit: change the
# source and run "make vendor". Private to this collection.
"""The modules that every lab server has."""

from __future__ import annotations

from .cfg import Configuration
from .core import Core
from .ctl import Ctl
from .htable import HashTables
from .shv import SharedVariables
from .system import System

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# One class per line, by name.
DEFAULTS = (
    Configuration,
    Core,
    Ctl,
    HashTables,
    SharedVariables,
    System,
)


def default_modules() -> Dict[str, Any]:
    """A fresh instance of each by its name, with a few samples of what it is about."""
    return {kind.name: kind() for kind in DEFAULTS}
