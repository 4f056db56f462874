# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The forms of output: text, table, json, jsonl and yaml."""

from __future__ import annotations

import sys

from .terminal import for_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..core.faults import Fault
    from ..core.reply import Reply
    from .view import View

FORMATS = ("text", "table", "json", "jsonl", "yaml")
WHOLE = ("json", "yaml")
"""Forms that are one document, which can be written only when all is known."""


def forms(first: str) -> tuple[str, ...]:
    """Return all forms, beginning with the one that a command uses unless -o says otherwise."""
    return (first, *(form for form in FORMATS if form != first))


class OutputError(Exception):
    """Standard output cannot be written, for the reason in ``__cause__``.

    Says nothing about the server: the call whose reply is lost may have changed something.
    """


def render(reply: Reply, form: str, view: View | None = None) -> str:
    """Return a reply in one of :data:`FORMATS`, ending in a newline unless empty.

    :param view: what of it to show, not for ``text``.
    :raises EncodeError: a library that the form needs is not installed, or there is no such column.
    """
    if form == "text":
        from . import text

        return text.render(reply)
    if form == "table":
        from . import table

        return table.render(reply.to_json(), reply.method, view)
    data = reply.to_json()
    if view is not None and view.given:
        from .rows import rows_of

        data = view.data(rows_of(data, reply.method), reply.method)
    return render_data(data, form)


def render_data(data: Any, form: str, title: str = "") -> str:
    """Return plain data as text (in lines of ``name: value``), a table, json, jsonl (one line for
    each item of a list) or yaml.

    JSON is on one line, but on a terminal indented.

    :param title: of the column of a table of values that have no names.
    :raises EncodeError: a library that the form needs is not installed.
    """
    if form == "text":
        from . import text

        return text.render_data(data)
    if form == "table":
        from . import table

        return table.render_data(data, title)
    if form == "yaml":
        from . import yaml

        return yaml.dump(data)
    import json

    if form == "jsonl":
        items = data if isinstance(data, list) else [data]
        return "".join(json.dumps(item) + "\n" for item in items)
    return json.dumps(data, indent=2 if sys.stdout.isatty() else None) + "\n"


def write(text: str) -> None:
    """Write to standard output. A terminal gets printable text; all else gets the bytes as they
    came in, those that are not UTF-8 included.

    :raises OutputError: it cannot be written.
    """
    try:
        if sys.stdout.isatty():
            text = for_terminal(text)
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.buffer.flush()
    except OSError as error:
        raise OutputError(f"standard output: {error.strerror or error}") from error


def tell(text: str) -> None:
    """Write printable text to standard error."""
    sys.stderr.write(for_terminal(text))


def fault_data(fault: Fault) -> dict[str, Any]:
    """Return what a fault says as plain data."""
    return {"code": fault.code, "text": fault.text, "method": fault.method}
