# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The boot id: which run of the server it is. What RPCs have changed goes with the process."""

from __future__ import annotations

from ..desired.drive import ask
from ..desired.engine import readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Tuple

    from ..desired.drive import Talk

    Boot = Tuple[str, int]


def boot_id() -> Talk[Boot]:
    """Return when the server started, by its own clock, and the pid of its main process.

    :raises BinrpcError: it does not answer, or in a form that cannot be read.
    """
    uptime = yield from ask("core.uptime")
    processes = yield from ask("core.psx")
    with readable(("core.uptime", "core.psx")):
        return str(uptime[0]["up_since"]), int(processes[0]["PID"])
