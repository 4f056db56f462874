# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The JSON Schema of a document and a page about its keys, both made of the table of sections."""

from __future__ import annotations

from .shapes import Anything, Either, Flag, Items, Map, Number, Record, Scalar
from .wish import DOCUMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, Tuple

    from .shapes import Shape

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> Dict[str, Any]:
    """Return the JSON Schema of a document; the first one of a file has a version as well.

    It accepts all that the loader accepts. The loader knows more: that a name is a URI without
    blanks, that two keys contradict each other, and what YAML makes of a text without quotes.
    """
    return {
        "$schema": DIALECT,
        "title": "What a Kamailio server should be",
        **DOCUMENT.schema(),
    }


def keys(shape: Shape = DOCUMENT, path: str = "") -> Iterator[Tuple[str, str, str]]:
    """Yield path, type and text of each key; ``NAME`` stands for a name that users choose."""
    if isinstance(shape, Either):
        yield from keys(shape.record, path)
    elif isinstance(shape, Items):
        yield from keys(shape.member, path + "[]")
    elif isinstance(shape, Map):
        inner = path + ".NAME"
        yield inner, type_of(shape.member), shape.member.text
        yield from keys(shape.member, inner)
    elif isinstance(shape, Record):
        for name, member in shape.fields.items():
            inner = "%s.%s" % (path, name) if path else name
            yield inner, type_of(member) + _required(shape, name), member.text
            yield from keys(member, inner)
    elif hasattr(shape, "record"):
        yield from keys(shape.record, path)


def type_of(shape: Shape) -> str:
    """Return the type of a shape in words."""
    if isinstance(shape, Either):
        return "%s, or mapping" % type_of(shape.plain)
    if isinstance(shape, Items):
        return "list"
    if isinstance(shape, (Map, Record)) or hasattr(shape, "record"):
        return "mapping"
    if isinstance(shape, Scalar):
        return "whole number or text"
    if isinstance(shape, Flag):
        return "true" if shape.only else "true or false"
    if isinstance(shape, Anything):
        return "any"
    schema = shape.schema()
    if schema["type"] == "string":
        return ", ".join(schema["enum"]) if "enum" in schema else "text"
    return _range("whole number" if schema["type"] == "integer" else "number", schema)


def _range(what: str, schema: Dict[str, Any]) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and low == high:
        return str(low)
    full = Number().schema()
    if high in (None, full["maximum"]):
        return what if low in (None, full["minimum"]) else "%s from %s" % (what, low)
    return "%s from %s to %s" % (what, low, high)


def _required(shape: Record, name: str) -> str:
    return ", required" if name in shape.required else ""
