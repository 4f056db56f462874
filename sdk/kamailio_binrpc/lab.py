# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The lab server, and the Kamailio modules that it plays.

>>> from kamailio_binrpc.lab import HashTables, LabServer
>>> lab = LabServer("udp:127.0.0.1:0", modules=[HashTables({"blocked": {}})], version="5.8")

Names load when first used. Each class of a module has the arguments that a configuration file
gives it; ``LabServer.modules`` has its instance under the name of the Kamailio module.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .core.lab.caller import Call, Caller, CallLog
    from .core.lab.failures import Failure, Failures
    from .core.lab.modules.cfg_rpc import Configuration
    from .core.lab.modules.cfgutils import CfgUtils
    from .core.lab.modules.cnxcc import Cnxcc
    from .core.lab.modules.core import Core
    from .core.lab.modules.corex import Corex
    from .core.lab.modules.counters import Counters
    from .core.lab.modules.ctl import Ctl
    from .core.lab.modules.debugger import Debugger
    from .core.lab.modules.dialog import Dialogs
    from .core.lab.modules.dialplan import DialPlan
    from .core.lab.modules.dispatcher import Dispatcher
    from .core.lab.modules.dmq import Dmq
    from .core.lab.modules.dns import DnsCache
    from .core.lab.modules.domain import Domains
    from .core.lab.modules.drouting import DynamicRouting
    from .core.lab.modules.dst_blocklist import Blocklist
    from .core.lab.modules.htable import HashTables
    from .core.lab.modules.ims_registrar_scscf import ScscfRegistrar
    from .core.lab.modules.ims_usrloc_pcscf import PcscfContacts
    from .core.lab.modules.ims_usrloc_scscf import ScscfIdentities
    from .core.lab.modules.keepalive import KeepAlive
    from .core.lab.modules.kex import Kex
    from .core.lab.modules.lab import Lab
    from .core.lab.modules.lcr import LeastCost
    from .core.lab.modules.modparam import ModuleParameters
    from .core.lab.modules.mqueue import Queues
    from .core.lab.modules.mtree import Trees
    from .core.lab.modules.nathelper import NatHelper
    from .core.lab.modules.pdb import Pdb
    from .core.lab.modules.pdt import PrefixDomains
    from .core.lab.modules.peerstate import PeerStates
    from .core.lab.modules.permissions import Permissions
    from .core.lab.modules.pike import Pike
    from .core.lab.modules.pipelimit import PipeLimit
    from .core.lab.modules.presence import Presence
    from .core.lab.modules.pv import SharedVariables
    from .core.lab.modules.ratelimit import RateLimit
    from .core.lab.modules.regex import Regex
    from .core.lab.modules.rtpengine import RtpEngine
    from .core.lab.modules.rtpproxy import RtpProxy
    from .core.lab.modules.secfilter import SecFilter
    from .core.lab.modules.sipdump import SipDump
    from .core.lab.modules.siptrace import SipTrace
    from .core.lab.modules.sl import Stateless
    from .core.lab.modules.system import System
    from .core.lab.modules.tls import Tls
    from .core.lab.modules.tm import Transactions
    from .core.lab.modules.uac import Registrations
    from .core.lab.modules.userblocklist import UserBlockList
    from .core.lab.modules.usrloc import UserLocation
    from .core.lab.modules.xhttp_prom import Prometheus
    from .core.lab.observer import LogObserver, Observer, Observers, TraceObserver
    from .core.lab.recorder import record_server
    from .core.lab.recording import Recording, RecordingError, read_recording
    from .core.lab.registry import Module, Registry, method
    from .core.lab.server import LabServer
    from .core.lab.settings import SettingsError, load_settings
    from .core.lab.sockets import ListenError
    from .core.lab.state import LabState, Process

# Which module of the lab a name comes from.
_HOMES = {
    "Blocklist": "modules.dst_blocklist",
    "Call": "caller",
    "CallLog": "caller",
    "Caller": "caller",
    "CfgUtils": "modules.cfgutils",
    "Cnxcc": "modules.cnxcc",
    "Configuration": "modules.cfg_rpc",
    "Core": "modules.core",
    "Corex": "modules.corex",
    "Counters": "modules.counters",
    "Ctl": "modules.ctl",
    "Debugger": "modules.debugger",
    "DialPlan": "modules.dialplan",
    "Dialogs": "modules.dialog",
    "Dispatcher": "modules.dispatcher",
    "Dmq": "modules.dmq",
    "DnsCache": "modules.dns",
    "Domains": "modules.domain",
    "DynamicRouting": "modules.drouting",
    "Failure": "failures",
    "Failures": "failures",
    "HashTables": "modules.htable",
    "KeepAlive": "modules.keepalive",
    "Kex": "modules.kex",
    "Lab": "modules.lab",
    "LabServer": "server",
    "LabState": "state",
    "LeastCost": "modules.lcr",
    "ListenError": "sockets",
    "LogObserver": "observer",
    "Module": "registry",
    "ModuleParameters": "modules.modparam",
    "NatHelper": "modules.nathelper",
    "Observer": "observer",
    "Observers": "observer",
    "PcscfContacts": "modules.ims_usrloc_pcscf",
    "Pdb": "modules.pdb",
    "PeerStates": "modules.peerstate",
    "Permissions": "modules.permissions",
    "Pike": "modules.pike",
    "PipeLimit": "modules.pipelimit",
    "PrefixDomains": "modules.pdt",
    "Presence": "modules.presence",
    "Process": "state",
    "Prometheus": "modules.xhttp_prom",
    "Queues": "modules.mqueue",
    "RateLimit": "modules.ratelimit",
    "Recording": "recording",
    "RecordingError": "recording",
    "Regex": "modules.regex",
    "Registrations": "modules.uac",
    "Registry": "registry",
    "RtpEngine": "modules.rtpengine",
    "RtpProxy": "modules.rtpproxy",
    "ScscfIdentities": "modules.ims_usrloc_scscf",
    "ScscfRegistrar": "modules.ims_registrar_scscf",
    "SecFilter": "modules.secfilter",
    "SettingsError": "settings",
    "SharedVariables": "modules.pv",
    "SipDump": "modules.sipdump",
    "SipTrace": "modules.siptrace",
    "Stateless": "modules.sl",
    "System": "modules.system",
    "Tls": "modules.tls",
    "TraceObserver": "observer",
    "Transactions": "modules.tm",
    "Trees": "modules.mtree",
    "UserBlockList": "modules.userblocklist",
    "UserLocation": "modules.usrloc",
    "load_settings": "settings",
    "method": "registry",
    "read_recording": "recording",
    "record_server": "recorder",
}

__all__ = [
    "Blocklist",
    "Call",
    "CallLog",
    "Caller",
    "CfgUtils",
    "Cnxcc",
    "Configuration",
    "Core",
    "Corex",
    "Counters",
    "Ctl",
    "Debugger",
    "DialPlan",
    "Dialogs",
    "Dispatcher",
    "Dmq",
    "DnsCache",
    "Domains",
    "DynamicRouting",
    "Failure",
    "Failures",
    "HashTables",
    "KeepAlive",
    "Kex",
    "Lab",
    "LabServer",
    "LabState",
    "LeastCost",
    "ListenError",
    "LogObserver",
    "Module",
    "ModuleParameters",
    "NatHelper",
    "Observer",
    "Observers",
    "PcscfContacts",
    "Pdb",
    "PeerStates",
    "Permissions",
    "Pike",
    "PipeLimit",
    "PrefixDomains",
    "Presence",
    "Process",
    "Prometheus",
    "Queues",
    "RateLimit",
    "Recording",
    "RecordingError",
    "Regex",
    "Registrations",
    "Registry",
    "RtpEngine",
    "RtpProxy",
    "ScscfIdentities",
    "ScscfRegistrar",
    "SecFilter",
    "SettingsError",
    "SharedVariables",
    "SipDump",
    "SipTrace",
    "Stateless",
    "System",
    "Tls",
    "TraceObserver",
    "Transactions",
    "Trees",
    "UserBlockList",
    "UserLocation",
    "load_settings",
    "method",
    "read_recording",
    "record_server",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(".core.lab." + _HOMES[name], __package__), name)
    globals()[name] = value
    from ._hints import complete_for

    complete_for(value)
    return value


def __dir__() -> list[str]:
    return __all__
