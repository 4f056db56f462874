# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Call RPCs of a running Kamailio over its ctl module's binrpc protocol.

>>> from kamailio_binrpc import Client
>>> with Client("unix:/run/kamailio/kamailio_ctl") as kamailio:  # doctest: +SKIP
...     kamailio.call("core.version").value
'kamailio 5.6.3 (x86_64/linux) '

Names load when first used, so that importing one does not cost the others.
"""

from __future__ import annotations

from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .core.address import Address as Address
    from .core.address import parse_address as parse_address
    from .core.address import parse_listen as parse_listen
    from .core.client import Client as Client
    from .core.errors import (
        AddressError as AddressError,
    )
    from .core.errors import (
        BinrpcError as BinrpcError,
    )
    from .core.errors import (
        CallTimeout as CallTimeout,
    )
    from .core.errors import (
        ConnectError as ConnectError,
    )
    from .core.errors import (
        ConnectionLost as ConnectionLost,
    )
    from .core.errors import (
        DecodeError as DecodeError,
    )
    from .core.errors import (
        DepthLimit as DepthLimit,
    )
    from .core.errors import (
        EncodeError as EncodeError,
    )
    from .core.errors import (
        FramingLost as FramingLost,
    )
    from .core.errors import (
        LengthLimit as LengthLimit,
    )
    from .core.errors import (
        NotBinrpcError as NotBinrpcError,
    )
    from .core.errors import (
        ProtocolError as ProtocolError,
    )
    from .core.errors import (
        RecordLimit as RecordLimit,
    )
    from .core.errors import (
        TransportError as TransportError,
    )
    from .core.errors import (
        TruncatedReply as TruncatedReply,
    )
    from .core.faults import (
        AlreadyExists as AlreadyExists,
    )
    from .core.faults import (
        Busy as Busy,
    )
    from .core.faults import (
        Fault as Fault,
    )
    from .core.faults import (
        InvalidParams as InvalidParams,
    )
    from .core.faults import (
        MethodNotFound as MethodNotFound,
    )
    from .core.faults import (
        NotFound as NotFound,
    )
    from .core.faults import (
        ReplyTooLarge as ReplyTooLarge,
    )
    from .core.faults import (
        TooFast as TooFast,
    )
    from .core.packet import Message as Message
    from .core.packet import decode as decode
    from .core.packet import encode as encode
    from .core.reply import Reply as Reply
    from .core.retry import (
        MissingLibrary as MissingLibrary,
    )
    from .core.retry import (
        RetryPolicy as RetryPolicy,
    )
    from .core.retry import (
        may_retry as may_retry,
    )
    from .core.retry import (
        with_retries as with_retries,
    )
    from .core.values import (
        Avp as Avp,
    )
    from .core.values import (
        Fixed as Fixed,
    )
    from .core.values import (
        Struct as Struct,
    )
    from .core.values import (
        signed as signed,
    )
    from .core.values import (
        unsigned as unsigned,
    )
    from .core.views import (
        LossyView as LossyView,
    )
    from .core.views import (
        to_dict as to_dict,
    )
    from .core.views import (
        to_json as to_json,
    )
    from .core.views import (
        to_pairs as to_pairs,
    )

# Which module of the core a name comes from.
_HOMES = {
    "Address": "address",
    "AddressError": "errors",
    "AlreadyExists": "faults",
    "Avp": "values",
    "BinrpcError": "errors",
    "Busy": "faults",
    "CallTimeout": "errors",
    "Client": "client",
    "ConnectError": "errors",
    "ConnectionLost": "errors",
    "DecodeError": "errors",
    "DepthLimit": "errors",
    "EncodeError": "errors",
    "Fault": "faults",
    "Fixed": "values",
    "FramingLost": "errors",
    "InvalidParams": "faults",
    "LengthLimit": "errors",
    "LossyView": "views",
    "Message": "packet",
    "MethodNotFound": "faults",
    "MissingLibrary": "retry",
    "NotBinrpcError": "errors",
    "NotFound": "faults",
    "ProtocolError": "errors",
    "RecordLimit": "errors",
    "Reply": "reply",
    "ReplyTooLarge": "faults",
    "RetryPolicy": "retry",
    "Struct": "values",
    "TooFast": "faults",
    "TransportError": "errors",
    "TruncatedReply": "errors",
    "decode": "packet",
    "encode": "packet",
    "may_retry": "retry",
    "parse_address": "address",
    "parse_listen": "address",
    "signed": "values",
    "to_dict": "views",
    "to_json": "views",
    "to_pairs": "views",
    "unsigned": "values",
    "with_retries": "retry",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604 - the keys are strings


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError("module %r has no attribute %r" % (__name__, name))  # noqa: UP031
    from importlib import import_module

    value = getattr(import_module(".core." + _HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
