# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Errors as members of a result."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict

    from ..faults import Fault

EXECUTED = {True: "yes", False: "no", None: "unknown"}
"""Words for an error's ``executed``."""


def message(error: Exception) -> str:
    """Say what went wrong, and whether the server may have acted."""
    text = str(error)
    if getattr(error, "executed", False) is None:
        text += ". Whether the server has run the method is unknown"
    return text


def fault_kind(fault: Fault) -> str:
    """Name the meaning of a fault: its class in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(fault).__name__).lower()


def fault_data(fault: Fault) -> Dict[str, Any]:
    """Return a fault as a member of a result."""
    return {
        "code": fault.code,
        "text": fault.text,
        "kind": fault_kind(fault),
        "remedy": fault.remedy,
    }
