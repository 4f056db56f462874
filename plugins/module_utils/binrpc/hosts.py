# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Host names from a server, checked before anything connects to them or hands them on.

A server's text is hostile: ``-oProxyCommand=...`` is a host to a URI parser and an option to ssh.
"""

from __future__ import annotations

import re

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(r"(?:%s\.)*(?P<last>%s)\.?\Z" % (_LABEL, _LABEL), re.ASCII | re.IGNORECASE)
_MAX_NAME = 253  # RFC 1035 section 2.3.4, without the root's dot


def is_host(text: object) -> bool:
    """Is it an IP literal (IPv6 without brackets and without a zone) or a host name?

    A host name has labels of letters, digits, hyphens and underscores (RFC 1123 section 2.1; many
    networks use the underscore). No label begins or ends with a hyphen, and the last one is not
    a number, because resolvers read ``1.2`` as an IPv4 address.

    >>> is_host("gw.example.com"), is_host("::1"), is_host("-oProxyCommand=x"), is_host("1.2")
    (True, True, False, False)
    """
    if not isinstance(text, str) or len(text) > _MAX_NAME + 1:
        return False
    found = _NAME.match(text)
    if found is not None and not _is_number(found.group("last")):
        return len(text.rstrip(".")) <= _MAX_NAME
    import socket

    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return True
    return False


def _is_number(label: str) -> bool:
    return label.isdigit() or label[:2].lower() == "0x"
