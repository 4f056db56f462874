# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Text on the terminal that is also kept in a file."""

from __future__ import annotations

import gc
import os
import platform
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Report:
    """Prints line by line, and remembers."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def line(self, text: str = "") -> None:
        print(text, flush=True)
        self._lines.append(text)

    def heading(self, text: str) -> None:
        self.line()
        self.line(text)

    def goal(self, reached: bool, text: str) -> None:
        self.line(f"  goal {'reached' if reached else 'MISSED'}: {text}")

    def save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(self._lines) + "\n")


def machine() -> str:
    """Describe what the figures depend on."""
    collector = "on" if gc.isenabled() else "off"
    return (
        f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs, "
        f"load {os.getloadavg()[0]:.1f}, cyclic GC {collector}"
    )


def duration(seconds: float) -> str:
    """A time with a fitting unit."""
    if seconds < 1e-3:
        return f"{seconds * 1e6:.2f} us"
    return f"{seconds * 1e3:.1f} ms"
