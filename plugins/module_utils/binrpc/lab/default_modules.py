# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The modules that every lab server has."""

from __future__ import annotations

from .modules.cfg_rpc import Configuration
from .modules.cfgutils import CfgUtils
from .modules.cnxcc import Cnxcc
from .modules.core import Core
from .modules.corex import Corex
from .modules.counters import Counters
from .modules.ctl import Ctl
from .modules.debugger import Debugger
from .modules.dialog import Dialogs
from .modules.dialplan import DialPlan
from .modules.dispatcher import Dispatcher
from .modules.dmq import Dmq
from .modules.dns import DnsCache
from .modules.domain import Domains
from .modules.drouting import DynamicRouting
from .modules.dst_blocklist import Blocklist
from .modules.htable import HashTables
from .modules.ims_registrar_scscf import ScscfRegistrar
from .modules.ims_usrloc_pcscf import PcscfContacts
from .modules.ims_usrloc_scscf import ScscfIdentities
from .modules.keepalive import KeepAlive
from .modules.kex import Kex
from .modules.lab import Lab
from .modules.lcr import LeastCost
from .modules.modparam import ModuleParameters
from .modules.mqueue import Queues
from .modules.mtree import Trees
from .modules.nathelper import NatHelper
from .modules.pdb import Pdb
from .modules.pdt import PrefixDomains
from .modules.peerstate import PeerStates
from .modules.permissions import Permissions
from .modules.pike import Pike
from .modules.pipelimit import PipeLimit
from .modules.presence import Presence
from .modules.pv import SharedVariables
from .modules.ratelimit import RateLimit
from .modules.regex import Regex
from .modules.rtpengine import RtpEngine
from .modules.rtpproxy import RtpProxy
from .modules.secfilter import SecFilter
from .modules.sipdump import SipDump
from .modules.siptrace import SipTrace
from .modules.sl import Stateless
from .modules.system import System
from .modules.tls import Tls
from .modules.tm import Transactions
from .modules.uac import Registrations
from .modules.userblocklist import UserBlockList
from .modules.usrloc import UserLocation
from .modules.xhttp_prom import Prometheus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

# One class per line, by name.
DEFAULTS = (
    Blocklist,
    CfgUtils,
    Cnxcc,
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
    Kex,
    Lab,
    LeastCost,
    ModuleParameters,
    NatHelper,
    PcscfContacts,
    Pdb,
    PeerStates,
    Permissions,
    Pike,
    PipeLimit,
    PrefixDomains,
    Presence,
    Prometheus,
    Queues,
    RateLimit,
    Regex,
    Registrations,
    RtpEngine,
    RtpProxy,
    ScscfIdentities,
    ScscfRegistrar,
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
    modules["pv"] = SharedVariables({"maintenance": 0, "banner": "hello"})
    return modules
