# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The modules that every lab server has."""

from __future__ import annotations

from .cfg import Configuration
from .core import Core
from .corex import Corex
from .counters import Counters
from .ctl import Ctl
from .dbg import Debugger
from .dialog import Dialogs
from .dispatcher import Dispatcher
from .htable import HashTables
from .permissions import Permissions
from .pipelimit import PipeLimit
from .rtpengine import RtpEngine, RtpProxy
from .shv import SharedVariables
from .system import System
from .uac import Registrations
from .usrloc import UserLocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# One class per line, by name.
DEFAULTS = (
    Configuration,
    Core,
    Corex,
    Counters,
    Ctl,
    Debugger,
    Dialogs,
    Dispatcher,
    HashTables,
    Permissions,
    PipeLimit,
    Registrations,
    RtpEngine,
    RtpProxy,
    SharedVariables,
    System,
    UserLocation,
)


def default_modules() -> Dict[str, Any]:
    """A fresh instance of each by its name, with a few samples of what it is about."""
    return {kind.name: kind() for kind in DEFAULTS}
