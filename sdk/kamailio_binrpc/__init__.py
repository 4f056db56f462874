# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Call RPCs of a running Kamailio over its ctl module's binrpc protocol.

>>> from kamailio_binrpc import Client
>>> with Client("unix:/run/kamailio/kamailio_ctl") as kamailio:  # doctest: +SKIP
...     kamailio.call("core.version").value
'kamailio 5.6.3 (x86_64/linux) '

Names load when first used, so that importing one does not cost the others. Further names stand in
this package's modules ``changes``, ``desired``, ``dispatcher``, ``facts``, ``lab``, ``methods`` and
``params``; what is below ``core`` is not for users.
"""

from __future__ import annotations

from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .core.address import Address, parse_address, parse_listen
    from .core.async_client import AsyncClient
    from .core.async_fifo_client import AsyncFifoClient
    from .core.async_fleet import AsyncFleet
    from .core.batches import DeadlinePassed, Limit
    from .core.call_record import CallRecord
    from .core.client import Client
    from .core.config import Config, ConfigError, load_config
    from .core.decoding import decoder_implementation
    from .core.errors import (
        AddressError,
        BinrpcError,
        CallTimeout,
        ConnectError,
        ConnectionLost,
        DecodeError,
        DepthLimit,
        EncodeError,
        FramingLost,
        LengthLimit,
        NotBinrpcError,
        ProtocolError,
        RecordLimit,
        TransportError,
        TruncatedReply,
    )
    from .core.faults import (
        AlreadyExists,
        BadRequest,
        Busy,
        Fault,
        InvalidParams,
        MethodNotFound,
        NotFound,
        ReplyTooLarge,
        StructTooLarge,
        TooFast,
    )
    from .core.fifo import Damaged
    from .core.fifo_call import FifoReply
    from .core.fifo_client import FifoClient
    from .core.fleet import Fleet, Report, Result, Skipped
    from .core.framing import DatagramDecoder, StreamDecoder
    from .core.lab.server import LabServer
    from .core.lab.sockets import ListenError
    from .core.packet import Header, Message, decode, encode
    from .core.remote import Command, Ssh
    from .core.reply import Reply
    from .core.retry import (
        may_retry,
        with_retries,
        with_retries_async,
    )
    from .core.tunnel import TunnelError
    from .core.values import (
        Avp,
        Fixed,
        Struct,
        signed,
        unsigned,
    )
    from .core.views import (
        LossyView,
        to_dict,
        to_json,
        to_pairs,
    )
    from .observe import log_calls, measure_calls, trace_calls
    from .retry import RetryPolicy
    from .typed import AsyncKamailio, Kamailio, ReportedFailure, UnexpectedReply

# Which module of the core a name comes from.
_HOMES = {
    "Address": "address",
    "AddressError": "errors",
    "AlreadyExists": "faults",
    "AsyncClient": "async_client",
    "AsyncFifoClient": "async_fifo_client",
    "AsyncFleet": "async_fleet",
    "Avp": "values",
    "BadRequest": "faults",
    "BinrpcError": "errors",
    "Busy": "faults",
    "CallRecord": "call_record",
    "CallTimeout": "errors",
    "Client": "client",
    "Command": "remote",
    "Config": "config",
    "ConfigError": "config",
    "ConnectError": "errors",
    "ConnectionLost": "errors",
    "Damaged": "fifo",
    "DatagramDecoder": "framing",
    "DeadlinePassed": "batches",
    "DecodeError": "errors",
    "DepthLimit": "errors",
    "EncodeError": "errors",
    "Fault": "faults",
    "FifoClient": "fifo_client",
    "FifoReply": "fifo_call",
    "Fixed": "values",
    "Fleet": "fleet",
    "FramingLost": "errors",
    "Header": "packet",
    "InvalidParams": "faults",
    "LabServer": "lab.server",
    "LengthLimit": "errors",
    "Limit": "batches",
    "ListenError": "lab.sockets",
    "LossyView": "views",
    "Message": "packet",
    "MethodNotFound": "faults",
    "NotBinrpcError": "errors",
    "NotFound": "faults",
    "ProtocolError": "errors",
    "RecordLimit": "errors",
    "Reply": "reply",
    "ReplyTooLarge": "faults",
    "Report": "fleet",
    "Result": "fleet",
    "Skipped": "fleet",
    "StreamDecoder": "framing",
    "Ssh": "remote",
    "Struct": "values",
    "StructTooLarge": "faults",
    "TooFast": "faults",
    "TransportError": "errors",
    "TruncatedReply": "errors",
    "TunnelError": "tunnel",
    "decode": "packet",
    "decoder_implementation": "decoding",
    "encode": "packet",
    "load_config": "config",
    "may_retry": "retry",
    "parse_address": "address",
    "parse_listen": "address",
    "signed": "values",
    "to_dict": "views",
    "to_json": "views",
    "to_pairs": "views",
    "unsigned": "values",
    "with_retries": "retry",
    "with_retries_async": "retry",
}

# Those that are not in the core, with their modules.
_OUTER = {
    "AsyncKamailio": "typed",
    "Kamailio": "typed",
    "ReportedFailure": "typed",
    "RetryPolicy": "retry",
    "UnexpectedReply": "typed",
    "log_calls": "observe",
    "measure_calls": "observe",
    "trace_calls": "observe",
}

__all__ = [
    "Address",
    "AddressError",
    "AlreadyExists",
    "AsyncClient",
    "AsyncFifoClient",
    "AsyncFleet",
    "AsyncKamailio",
    "Avp",
    "BadRequest",
    "BinrpcError",
    "Busy",
    "CallRecord",
    "CallTimeout",
    "Client",
    "Command",
    "Config",
    "ConfigError",
    "ConnectError",
    "ConnectionLost",
    "Damaged",
    "DatagramDecoder",
    "DeadlinePassed",
    "DecodeError",
    "DepthLimit",
    "EncodeError",
    "Fault",
    "FifoClient",
    "FifoReply",
    "Fixed",
    "Fleet",
    "FramingLost",
    "Header",
    "InvalidParams",
    "Kamailio",
    "LabServer",
    "LengthLimit",
    "Limit",
    "ListenError",
    "LossyView",
    "Message",
    "MethodNotFound",
    "NotBinrpcError",
    "NotFound",
    "ProtocolError",
    "RecordLimit",
    "Reply",
    "ReplyTooLarge",
    "Report",
    "ReportedFailure",
    "Result",
    "RetryPolicy",
    "Skipped",
    "Ssh",
    "StreamDecoder",
    "Struct",
    "StructTooLarge",
    "TooFast",
    "TransportError",
    "TruncatedReply",
    "TunnelError",
    "UnexpectedReply",
    "__version__",
    "decode",
    "decoder_implementation",
    "encode",
    "load_config",
    "log_calls",
    "may_retry",
    "measure_calls",
    "parse_address",
    "parse_listen",
    "signed",
    "to_dict",
    "to_json",
    "to_pairs",
    "trace_calls",
    "unsigned",
    "with_retries",
    "with_retries_async",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES and name not in _OUTER:
        raise AttributeError("module %r has no attribute %r" % (__name__, name))  # noqa: UP031
    from importlib import import_module

    home = "." + _OUTER[name] if name in _OUTER else ".core." + _HOMES[name]
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    from ._hints import complete_for

    complete_for(value)
    return value


def __dir__() -> list[str]:
    return __all__
