# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The columns of large replies that people look at, with units and times for people."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# dlg_state of Kamailio's module dialog.
_DIALOG_STATES = {1: "new", 2: "early", 3: "answered", 4: "ongoing", 5: "ended"}
_STATE_STYLES = {"A": "green", "T": "yellow", "I": "red", "D": "dim"}


class Column(NamedTuple):
    """A column of a table.

    :ivar name: of the member in a row.
    :ivar shown: its title, if not its name.
    :ivar text: makes a value readable; a value that it does not know stays as it is.
    :ivar style: names a style of rich for a value.
    """

    name: str
    shown: str = ""
    text: Callable[[Any], Any] | None = None
    style: Callable[[Any], str] | None = None

    @property
    def title(self) -> str:
        """The heading of the column."""
        return self.shown or self.name.upper()


def duration(value: Any) -> Any:
    """Return a number of seconds as ``45s``, ``3m20s``, ``2h05m`` or ``3d04h``."""
    if not isinstance(value, (int, float)) or value < 0:
        return value
    seconds = int(value)
    for size, unit, smaller, name in ((86400, "d", 3600, "h"), (3600, "h", 60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}{seconds % size // smaller:02}{name}"
    return f"{seconds // 60}m{seconds % 60:02}s" if seconds >= 60 else f"{seconds}s"


def size(value: Any) -> Any:
    """Return a number of bytes as ``512 B``, ``1.5 KiB`` or ``3.2 MiB``."""
    if not isinstance(value, (int, float)) or value < 0:
        return value
    units = ["B", "KiB", "MiB", "GiB"]
    number = float(value)
    while number >= 1024 and len(units) > 1:
        number /= 1024
        units.pop(0)
    return f"{number:.0f} B" if units[0] == "B" else f"{number:.1f} {units[0]}"


def moment(value: Any) -> Any:
    """Return seconds since 1970 as a local time; 0, for never, as ``-``."""
    if not isinstance(value, int) or not 0 <= value < 1 << 33:
        return value
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(value)) if value else "-"


def _dialog_state(value: Any) -> Any:
    return _DIALOG_STATES.get(value, value) if isinstance(value, int) else value


def _milliseconds(value: Any) -> Any:
    return f"{value:.1f}" if isinstance(value, float) else value


def _destination_style(value: Any) -> str:
    return _STATE_STYLES.get(str(value)[:1], "")


PRESETS: dict[str, tuple[Column, ...]] = {
    "core.tcp_list": (
        Column("id"),
        Column("type"),
        Column("state"),
        Column("src_ip", "FROM"),
        Column("src_port", "PORT"),
        Column("dst_ip", "TO"),
        Column("dst_port", "PORT"),
        Column("timeout", "CLOSES IN", duration),
    ),
    "dispatcher.list": (
        Column("ID", "SET"),
        Column("URI"),
        Column("FLAGS", "STATE", None, _destination_style),
        Column("PRIORITY", "PRIO"),
        Column("ATTRS.WEIGHT", "WEIGHT"),
        Column("ATTRS.DUID", "DUID"),
        Column("RUNTIME.DLGLOAD", "CALLS"),
        Column("LATENCY.AVG", "LATENCY ms", _milliseconds),
    ),
    "dlg.list": (
        Column("h_entry", "ENTRY"),
        Column("h_id", "ID"),
        Column("from_uri", "FROM"),
        Column("to_uri", "TO"),
        Column("state", "STATE", _dialog_state),
        Column("init_ts", "BEGUN", moment),
    ),
    "htable.dump": (Column("name"), Column("value"), Column("type")),
    "pkg.stats": (
        Column("entry"),
        Column("pid"),
        Column("desc", "PROCESS"),
        Column("used", "USED", size),
        Column("free", "FREE", size),
        Column("total_size", "TOTAL", size),
        Column("total_frags", "FRAGMENTS"),
    ),
    "uac.reg_dump": (
        Column("l_uuid", "UUID"),
        Column("r_username", "USER"),
        Column("r_domain", "DOMAIN"),
        Column("auth_proxy", "PROXY"),
        Column("flags"),
        Column("expires", "EXPIRES", duration),
        Column("diff_expires", "LEFT", duration),
    ),
    "ul.dump": (
        Column("AoR"),
        Column("Address", "CONTACT"),
        Column("Expires", "EXPIRES", duration),
        Column("User-Agent", "USER AGENT"),
        Column("Received"),
    ),
}
"""By method: what a table shows unless ``--columns`` says otherwise."""
PRESETS["dlg.list_ctx"] = PRESETS["dlg.list"]
