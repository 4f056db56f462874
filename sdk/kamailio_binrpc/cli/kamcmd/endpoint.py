# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The address of ``-s``, by kamcmd's rules and with what they forgot."""

from __future__ import annotations

from ...core.address import PROTOCOLS, Address, parse_address
from ...core.errors import AddressError
from .errors import Failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .options import Options

_CTL = "/run/kamailio/kamailio_ctl"
_JSONRPC = "/run/kamailio/kamailio_rpc.sock"


def find(options: Options) -> Address:
    """Return the address to call.

    Without a protocol a name with a port is udp and any other name a unix socket: a stream
    one, or a datagram one for JSON-RPC. With ``-U`` a name without a slash is a udp host.

    :raises Failure: it is not an address of a client.
    """
    text = options.address
    if not text:
        return Address("unixd", _JSONRPC) if options.jsonrpc else Address("unixs", _CTL)
    word, colon, name = text.partition(":")
    protocol = PROTOCOLS.get(word.lower(), "") if colon else ""
    wanted = text
    if protocol in ("unixs", "unixd") or (not protocol and text.startswith("/")):
        # A path may start with several slashes; the SDK takes two for a URL.
        path = name if protocol else text
        slashes = len(path) - len(path.lstrip("/"))
        path = path[max(slashes - 1, 0) :]
        wanted = f"{protocol or _unix(options)}:{path}"
    elif not protocol and ":" not in text and "/" not in text:
        wanted = f"udp:{text}" if options.udp else f"{_unix(options)}:{text}"
    try:
        address = parse_address(wanted)
    except AddressError as error:
        raise Failure(f"ERROR: error parsing server socket address {text}", str(error)) from None
    if address.protocol == "fifo":
        raise Failure(
            f"ERROR: error parsing server socket address {text}",
            "a fifo speaks ctl's text protocol; name an address of modparam binrpc",
        )
    if options.jsonrpc and not address.is_datagram:
        raise Failure(
            f"ERROR: error parsing server socket address {text}",
            "JSON-RPC (-j) goes over unixd: and udp: only",
        )
    return address


def _unix(options: Options) -> str:
    return "unixd" if options.jsonrpc else "unixs"
