# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies to measure with: one text, one process list, and one of several megabytes."""

from __future__ import annotations

from typing import Any

from kamailio_binrpc import Struct

DIALOGS = 10_000


def version() -> list[Any]:
    """The reply of core.version."""
    return ["kamailio 5.6.3 (x86_64/linux) "]


def processes() -> list[Any]:
    """The reply of core.ps of a server with 40 processes: numbers and texts in turn."""
    names = ["main process - attendant", "slow timer", "timer", "secondary timer", "ctl handler"]
    names += [f"udp receiver child={n % 8} sock=192.0.2.{n // 8 + 1}:5060" for n in range(16)]
    names += [f"tcp receiver (generic) child={n}" for n in range(16)]
    names += ["tcp main process", "Dialog Clean Timer", "JSONRPCS DATAGRAM"]
    return [part for number, name in enumerate(names) for part in (20480 + number, name)]


def dialogs(count: int = DIALOGS) -> list[Any]:
    """The reply of dlg.list, member by member as Kamailio writes it."""
    return [_dialog(number) for number in range(count)]


def _dialog(number: int) -> Struct:
    start = 1_795_400_000 + number // 20
    host = f"192.0.2.{number % 200 + 1}"
    return Struct(
        {
            "h_entry": number * 7 % 4096,
            "h_id": number * 37 % 12000,
            "ref": 2,
            "call-id": f"{number * 2654435761 % 2**32:08x}-{number:06d}@{host}",
            "from_uri": f"sip:+4930{number:07d}@{host}",
            "to_uri": f"sip:+4989{number * 3 % 10**7:07d}@lab.example.com",
            "state": 4,
            "start_ts": start,
            "init_ts": start - 7,
            "end_ts": 0,
            "duration": number % 3600,
            "timeout": start + 43200,
            "lifetime": 43200,
            "dflags": 643,
            "sflags": 0,
            "iflags": 0,
            "caller": _leg(number, host),
            "callee": _leg(number * 5, "198.51.100.7"),
            "profiles": Struct.of("inbound", Struct(caller=f"trunk-{number % 50}")),
            "variables": Struct.of(Struct(color="blue"), Struct(account=f"{number % 900 + 100}")),
        }
    )


def _leg(number: int, host: str) -> Struct:
    return Struct(
        {
            "tag": f"{number * 40503 % 2**32:08x}",
            "contact": f"sip:{number % 10**6}@{host}:{5060 + number % 20};transport=udp",
            "cseq": str(number % 300 + 1),
            "route_set": f"<sip:{host};lr=on;ftag={number % 10**8:08d}>" if number % 3 else "",
            "socket": "udp:192.0.2.1:5060",
        }
    )


def table(text: str, count: int = 3000) -> list[Any]:
    """The reply of htable.dump: one slot for each value."""
    return [
        Struct(entry=n, size=1, slot=Struct.of(Struct(name=f"key{n}", value=f"{text} {n}")))
        for n in range(count)
    ]


def wide(count: int = 16_000) -> list[Any]:
    """One struct with many names, as a list of counters has them."""
    return [Struct((f"core.counter_{n}", n * 7) for n in range(count))]


SHAPES = {
    "htable.dump, ASCII": ("htable.dump", lambda: table("Gateway in Malaga, line")),
    "htable.dump, Spanish": ("htable.dump", lambda: table("¡Está en Málaga, línea")),
    "htable.dump, Russian": ("htable.dump", lambda: table("Шлюз в Москве, линия")),
    "htable.dump, Chinese": ("htable.dump", lambda: table("位于上海的网关线路")),
    "one struct, 16000 names": ("stats.fetchn", wide),
    "core.version, one text": ("core.version", version),
    "core.ps, 40 processes": ("core.ps", processes),
    "dlg.list, 10000 dialogs": ("dlg.list", dialogs),
}


def count_values(value: Any) -> int:
    """Values in a tree: texts, numbers and structs; a name counts with its value."""
    if isinstance(value, Struct):
        return 1 + sum(map(count_values, value.values()))
    if isinstance(value, list):
        return sum(map(count_values, value))
    return 1
