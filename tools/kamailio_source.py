# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Read from a Kamailio source tree which RPCs it exports, and what each scans and does.

Not a C compiler: tables ``rpc_export_t NAME[]`` are found by their shape, and the body of a handler
by its name, in the files of the same module. What a handler hands to another function, with ``rpc``
among the arguments, is followed into that function.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMENT = re.compile(r'/\*.*?\*/|//[^\n]*|("(?:\\.|[^"\\\n])*")', re.DOTALL)
_TABLE = re.compile(r"\brpc_export_t\s+\w+\s*\[\s*\]\s*=\s*\{")
_ENTRY = re.compile(r'\{\s*((?:"[^"]*"\s*|[A-Z_]+\s*)+),\s*(?:\([^()]*\)\s*)?&?(\w+)\s*,([^{}]*)\}')
_DEFINE = re.compile(r'^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+"([^"]*)"', re.MULTILINE)
_SCAN = re.compile(r'->\s*scan\s*\(\s*\w+\s*,\s*((?:"[^"]*"\s*)+)')
_FUNCTION = re.compile(r"^[A-Za-z_][\w \t*]*?\b(\w+)\s*\(([^;{}]*)\)\s*\{", re.MULTILINE)
_CALL = re.compile(r"\b(\w+)\s*\(\s*rpc\s*,")
_TEXT = re.compile(r'"((?:\\.|[^"\\])*)"')


@dataclass(frozen=True)
class Exported:
    """One method of a source tree.

    :ivar module: the Kamailio module, ``core`` for the core's own.
    :ivar scans: the formats that the handler scans, in the order of the text; several may be
        alternatives.
    :ivar array: the table says that the reply has several values (``RET_ARRAY``).
    :ivar place: file and handler, for messages.
    """

    name: str
    module: str
    scans: tuple[str, ...]
    array: bool
    place: str


class SourceTree:
    """A folder with the sources of a Kamailio.

    :raises FileNotFoundError: it does not hold ``src/core``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "src" if (folder / "src").is_dir() else folder
        if not (self.folder / "core").is_dir():
            raise FileNotFoundError(f"{folder} holds no sources of Kamailio: there is no src/core")

    @cached_property
    def methods(self) -> dict[str, Exported]:
        """Every method that is exported, by name."""
        found: dict[str, Exported] = {}
        for unit in (self.folder / "core", *sorted((self.folder / "modules").glob("*"))):
            if unit.is_dir():
                for each in _Unit(unit, self.folder).exported():
                    found.setdefault(each.name, each)
        return found

    @property
    def release(self) -> str:
        """The version that the Makefiles or CMake files state, or ""."""
        for path in (self.folder / "Makefile.defs", self.folder.parent / "CMakeLists.txt"):
            if path.exists():
                text = path.read_text(errors="replace")
                numbers = [
                    re.search(rf"{name}\s*=?\s*\"?(\d+)", text)
                    for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL")
                ]
                if all(numbers):
                    return ".".join(each.group(1) for each in numbers if each)
                one = re.search(r"VERSION\s+\"?(\d+\.\d+\.\d+)", text)
                if one:
                    return one.group(1)
        return ""


class _Unit:
    """The files of one module, or of the core."""

    def __init__(self, folder: Path, top: Path) -> None:
        self._module = folder.name
        self._texts = {
            str(path.relative_to(top)): _COMMENT.sub(
                lambda match: match.group(1) or " ", path.read_text(errors="replace")
            )
            for path in sorted(folder.rglob("*.[ch]"))
        }
        self._defines = {
            name: value for text in self._texts.values() for name, value in _DEFINE.findall(text)
        }

    @cached_property
    def _bodies(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for text in self._texts.values():
            for match in _FUNCTION.finditer(text):
                if match.group(1) not in ("if", "for", "while", "switch"):
                    found.setdefault(match.group(1), _block(text, match.end() - 1))
        return found

    def exported(self) -> Iterator[Exported]:
        for path, text in self._texts.items():
            for table in _TABLE.finditer(text):
                for name, handler, rest in _ENTRY.findall(_block(text, table.end() - 1)[1:-1]):
                    if name.strip() == "NULL":  # the end of a table
                        continue
                    yield Exported(
                        self._name(name),
                        self._module,
                        tuple(self._scans(handler, set())),
                        "RET_ARRAY" in rest,
                        f"{path}:{handler}",
                    )

    def _name(self, pieces: str) -> str:
        return "".join(
            piece[1:-1] if piece.startswith('"') else self._defines.get(piece, piece)
            for piece in re.findall(r'"[^"]*"|\w+', pieces)
        )

    def _scans(self, function: str, seen: set[str]) -> Iterator[str]:
        """Yield what a function scans, and what those scan that it hands ``rpc`` to."""
        if function in seen or function not in self._bodies:
            return
        seen.add(function)
        body = self._bodies[function]
        found = [(each.start(), each) for each in _SCAN.finditer(body)]
        found += [(each.start(), each) for each in _CALL.finditer(body)]
        for _start, each in sorted(found, key=lambda pair: pair[0]):
            if each.re is _SCAN:
                yield "".join(_TEXT.findall(each.group(1)))
            else:
                yield from self._scans(each.group(1), seen)


def _block(text: str, start: int) -> str:
    """Return what stands between a brace and the one that closes it, with both."""
    depth = 0
    for match in re.compile(r'[{}]|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'').finditer(text, start):
        if match.group() == "{":
            depth += 1
        elif match.group() == "}":
            depth -= 1
            if not depth:
                return text[start : match.end()]
    return text[start:]
