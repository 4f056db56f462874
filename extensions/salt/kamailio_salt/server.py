# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which server is meant."""

from __future__ import annotations

from typing import Any

from kamailio_binrpc import Client

DEFAULT = "unix:/run/kamailio/kamailio_ctl"


def connect(salt: Any, endpoint: str | None = None, timeout: float | None = None) -> Client:
    """Return the client of a function's options and of Salt's configuration.

    :param salt: Salt's ``__salt__``.
    :raises BinrpcError, ValueError: it cannot be one.
    """
    config = salt["config.get"]("kamailio", {})
    return Client(
        endpoint or config.get("endpoint", DEFAULT), float(timeout or config.get("timeout", 5))
    )
