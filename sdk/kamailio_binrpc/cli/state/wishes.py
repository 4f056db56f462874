# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The wanted state of each server: one wish for all, or one for each where overlays differ."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.errors import EncodeError
from ...core.foreign import parse_json
from ...core.state.plan import Plan
from ...core.state.seals import seal_of
from ...core.state.wish import parse
from ...state.loader import STANDARD_INPUT, load
from . import options as shared

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ...core.desired.leaf import Seal
    from ...core.state.journal import Journals
    from ...core.state.wish import Wish

_KIND = "kamrpc plan"
_START = f'{{"kind": "{_KIND}"'
FORMAT = 1
"""Version of the format of saved plans."""


class Wishes:
    """The wishes of ``FILE...`` and ``--overlay``.

    :ivar name: who wants it, as the files say.
    :ivar saved: the plan, if the only file is a saved one.
    :raises EncodeError: a saved plan cannot be used.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self._files: list[str] = options.file
        self._overlays: list[str] = options.overlay
        self._found: dict[tuple[str, ...], Wish] = {}
        self.name = ""
        self.saved: Plan | None = None
        if any(is_saved(each) for each in self._files):
            if len(self._files) > 1 or self._overlays:
                raise EncodeError("a saved plan stands alone: it has the files that it was made of")
            self.saved, wish = read_plan(self._files[0], shared.journals(options))
            self._found[()] = wish
            self.name = wish.name

    def of(self, server: str) -> Wish:
        """Return what is wanted of a server.

        :raises WishError: a file is wrong.
        """
        named = [each.replace("{name}", server) for each in self._overlays]
        key = tuple(each for each in named if Path(each).exists())
        if key not in self._found:
            if self._found and STANDARD_INPUT in self._files:
                raise EncodeError(
                    "standard input can be read for one overlay only; keep it in a file"
                )
            self._found[key] = load(self._files, key)
            self.name = self._found[key].name
        return self._found[key]


def is_saved(file: str) -> bool:
    """Is a file a plan that was saved?"""
    if file == STANDARD_INPUT:
        return False
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as opened:
            return opened.read(len(_START)) == _START
    except OSError:
        return False  # reading it as a wish says why


def save_plan(path: str, plan: Plan, documents: Sequence[Any], seal: Seal) -> None:
    """Write a plan to a file that only its owner can read: as a whole, or not at all.

    :param seal: makes seals of secrets.
    :raises EncodeError: it cannot be written.
    """
    import json

    data = {"kind": _KIND, "format": FORMAT, "documents": list(documents)}
    data["plan"] = plan.dump(seal)
    part = f"{path}.{os.getpid()}"
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "w", encoding="ascii") as opened:  # noqa: PTH123 - a descriptor
            opened.write(json.dumps(data) + "\n")
        Path(part).replace(path)
    except OSError as error:
        raise EncodeError(f"{path}: {error.strerror or error}") from None


def read_plan(path: str, journals: Journals) -> tuple[Plan, Wish]:
    """Read a saved plan, and what it was made of. Secrets are resolved again.

    :param journals: have the key by which secrets are recognised.
    :raises EncodeError: it cannot be used.
    """
    try:
        data = parse_json(Path(path).read_bytes())
        if data["format"] != FORMAT:
            raise EncodeError(f"{path} has format {data['format']}, not {FORMAT}. Plan again")
        return Plan.load(data["plan"], seal=seal_of(journals.folder)), parse(data["documents"])
    except OSError as error:
        raise EncodeError(f"{path}: {error.strerror or error}") from None
    except (LookupError, TypeError, ValueError) as error:
        raise EncodeError(f"{path} is not a plan that can be used: {error}. Plan again") from None
