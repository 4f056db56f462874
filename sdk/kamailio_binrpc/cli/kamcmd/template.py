# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
r"""``-f``: a template into which the records of a reply go one after the other.

``%v`` is the next record, ``%%`` a percent sign, and ``\n`` ``\r`` ``\t`` ``\\`` are resolved.
The template repeats until the records run out. All records count: also the marks of structs.
"""

from __future__ import annotations

import os

from .errors import Failure
from .records import BadRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .records import Record

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


class Template:
    """A parsed template.

    :ivar parts: literal texts; between each two of them goes a record.
    :raises Failure: ``%`` before anything but ``v`` and ``%``, at which kamcmd spins forever.
    """

    def __init__(self, text: str) -> None:
        parts = [""]
        chars = iter(text)
        for char in chars:
            if char == "\\":
                escaped = next(chars, "")
                parts[-1] += _ESCAPES.get(escaped, char + escaped) if escaped else char
            elif char == "%":
                wanted = next(chars, "")
                if wanted == "v":
                    parts.append("")
                elif wanted == "%":
                    parts[-1] += "%"
                else:
                    raise Failure(
                        f"ERROR: bad format {text}: %{wanted} is neither %v nor %%",
                        "write %v where a value goes, and %% for a percent sign",
                    )
            else:
                parts[-1] += char
        self.parts = [os.fsencode(part) for part in parts]

    def fill(self, records: Iterable[Record]) -> Iterator[bytes]:
        """Yield the pieces of the output.

        What is left of the template when the records end is printed without values.

        :raises BadRecord: the records do.
        """
        parts = self.parts
        slots = len(parts) - 1
        filled = 0
        yield parts[0]
        try:
            for _depth, name, text in records:
                # A template without %v goes before each record.
                if filled == max(slots, 1):
                    yield parts[0]
                    filled = 0
                yield name + text
                filled += 1
                yield from parts[filled : filled + 1]
        except BadRecord:
            if filled == max(slots, 1):
                yield parts[0]
            raise
        yield from parts[filled + 1 :]
