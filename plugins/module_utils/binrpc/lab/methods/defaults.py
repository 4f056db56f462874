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
from .dns import Blocklist, DnsCache
from .htable import HashTables
from .kex import Memory
from .lab import Lab
from .modparam import ModuleParameters
from .permissions import Permissions
from .pipelimit import PipeLimit
from .ratelimit import RateLimit
from .routing import (
    DialPlan,
    Domains,
    DynamicRouting,
    LeastCost,
    PrefixDomains,
    Trees,
    UserBlockList,
)
from .rtpengine import RtpEngine, RtpProxy
from .secfilter import SecFilter
from .shv import SharedVariables
from .system import System
from .tls import Tls
from .tm import Stateless, Transactions
from .toggles import CfgUtils, Dmq, KeepAlive, NatHelper, Pike, Queues, Regex, SipDump, SipTrace
from .uac import Registrations
from .usrloc import UserLocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# One class per line, by name.
DEFAULTS = (
    Blocklist,
    CfgUtils,
    Configuration,
    Core,
    Corex,
    Counters,
    Ctl,
    Debugger,
    DialPlan,
    Dialogs,
    Dispatcher,
    Dmq,
    DnsCache,
    Domains,
    DynamicRouting,
    HashTables,
    KeepAlive,
    Lab,
    LeastCost,
    Memory,
    ModuleParameters,
    NatHelper,
    Permissions,
    Pike,
    PipeLimit,
    PrefixDomains,
    Queues,
    RateLimit,
    Regex,
    Registrations,
    RtpEngine,
    RtpProxy,
    SecFilter,
    SharedVariables,
    SipDump,
    SipTrace,
    Stateless,
    System,
    Tls,
    Transactions,
    Trees,
    UserBlockList,
    UserLocation,
)


def default_modules() -> Dict[str, Any]:
    """A fresh instance of each by its name, with a few samples of what it is about."""
    modules: Dict[str, Any] = {kind.name: kind() for kind in DEFAULTS}
    modules["shv"] = SharedVariables({"maintenance": 0, "banner": "hello"})
    return modules
