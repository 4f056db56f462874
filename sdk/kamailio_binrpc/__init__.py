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
        BinrpcError as BinrpcError,
        CallTimeout as CallTimeout,
        ConnectError as ConnectError,
        ConnectionLost as ConnectionLost,
        DecodeError as DecodeError,
        DepthLimit as DepthLimit,
        EncodeError as EncodeError,
        FramingLost as FramingLost,
        LengthLimit as LengthLimit,
        NotBinrpcError as NotBinrpcError,
        ProtocolError as ProtocolError,
        RecordLimit as RecordLimit,
        TransportError as TransportError,
        TruncatedReply as TruncatedReply,
    )
    from .core.faults import (
        AlreadyExists as AlreadyExists,
        Busy as Busy,
        Fault as Fault,
        InvalidParams as InvalidParams,
        MethodNotFound as MethodNotFound,
        NotFound as NotFound,
        ReplyTooLarge as ReplyTooLarge,
        TooFast as TooFast,
    )
    from .core.packet import Message as Message, decode as decode, encode as encode
    from .core.reply import Reply as Reply
    from .core.values import (
        Avp as Avp,
        Fixed as Fixed,
        Struct as Struct,
        signed as signed,
        unsigned as unsigned,
    )

_HOMES = {
    "address": ("Address", "parse_address", "parse_listen"),
    "client": ("Client",),
    "errors": (
        "AddressError",
        "BinrpcError",
        "CallTimeout",
        "ConnectError",
        "ConnectionLost",
        "DecodeError",
        "DepthLimit",
        "EncodeError",
        "FramingLost",
        "LengthLimit",
        "NotBinrpcError",
        "ProtocolError",
        "RecordLimit",
        "TransportError",
        "TruncatedReply",
    ),
    "faults": (
        "AlreadyExists",
        "Busy",
        "Fault",
        "InvalidParams",
        "MethodNotFound",
        "NotFound",
        "ReplyTooLarge",
        "TooFast",
    ),
    "packet": ("Message", "decode", "encode"),
    "reply": ("Reply",),
    "values": ("Avp", "Fixed", "Struct", "signed", "unsigned"),
}

__all__ = ["__version__"] + sorted(name for names in _HOMES.values() for name in names)


def __getattr__(name: str) -> object:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module("." + home, __name__ + ".core"), name)
            globals()[name] = value
            return value
    raise AttributeError("module %r has no attribute %r" % (__name__, name))


def __dir__() -> list[str]:
    return __all__
