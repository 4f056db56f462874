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

FORMATS = ("text", "table", "json", "jsonl", "yaml")


class OutputError(Exception):
    """Standard output cannot be written, for the reason in ``__cause__``.

    Says nothing about the server: the call whose reply is lost may have changed something.
    """


def render(reply: Reply, form: str) -> str:
    """Return a reply in one of :data:`FORMATS`, ending in a newline unless empty."""
    if form == "text":
        from . import text

        return text.render(reply)
    if form == "table":
        from . import table

        return table.render(reply.to_json(), reply.method)
    return render_data(reply.to_json(), form)


def render_data(data: Any, form: str) -> str:
    """Return plain data as json, jsonl (one line for each item of a list) or yaml."""
    if form == "yaml":
        from . import yaml

        return yaml.dump(data)
    import json

    if form == "jsonl":
        items = data if isinstance(data, list) else [data]
        return "".join(json.dumps(item) + "\n" for item in items)
    return json.dumps(data) + "\n"


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
