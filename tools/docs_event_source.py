# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Write the page of the event source, which antsibull-docs does not know: SOURCE PAGE.

Runs in the environment of the documentation, see docs.py.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Any

import yaml
from antsibull_docs_parser.parser import Context, parse
from antsibull_docs_parser.rst import to_rst_plain

NAME = "kamailio.ctl.kamailio"
TYPES = {"raw": "any type", "str": "text", "float": "number", "bool": "boolean"}


def texts(source: Path) -> dict[str, str]:
    """Return the strings that the plugin assigns to names in capitals."""
    body = ast.parse(source.read_text("utf-8")).body
    return {
        node.targets[0].id: node.value.value
        for node in body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def plain(text: str | list[str]) -> str:
    """Turn Ansible's markup into reStructuredText, a paragraph for each item."""
    paragraphs = parse([text] if isinstance(text, str) else text, Context())
    return to_rst_plain(paragraphs)


def indented(text: str, depth: int) -> list[str]:
    return [" " * depth + line if line else "" for line in text.splitlines()]


def options(described: dict[str, Any], depth: int = 0) -> list[str]:
    lines: list[str] = []
    for name, option in described.items():
        facts = [TYPES.get(option["type"], option["type"])]
        if "elements" in option:
            facts[0] += f" of {TYPES.get(option['elements'], option['elements'])}"
        if option.get("required"):
            facts.append("required")
        if "choices" in option:
            facts.append("one of " + ", ".join(map(str, option["choices"])))
        if "default" in option:
            facts.append(f"default: {yaml.safe_dump(option['default'], default_flow_style=True)}")
        facts[-1] = facts[-1].removesuffix("\n").removesuffix("\n...")
        lines += indented(f"**{name}** ({'; '.join(facts)})", depth)
        # Without a line between it is a definition, otherwise a quotation.
        lines += [*indented(plain(option["description"]), depth + 2), ""]
        lines += options(option.get("suboptions", {}), depth + 2)
    return lines


def page(source: Path) -> str:
    found = texts(source)
    doc = yaml.safe_load(found["DOCUMENTATION"])
    title = f"{NAME} event source -- {doc['short_description']}"
    lines = [title, "=" * len(title), ""]
    lines += ["An event source for Event-Driven Ansible, to be used in rulebooks.", ""]
    lines += [plain(doc["description"]), ""]
    for heading, content in (
        ("Options", options(doc["options"])),
        ("Notes", [plain(doc["notes"])]),
        ("Examples", [".. code-block:: yaml", "", *indented(found["EXAMPLES"].strip(), 4)]),
    ):
        lines += [heading, "-" * len(heading), "", *content, ""]
    return "\n".join(lines)


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(page(Path(sys.argv[1])), "utf-8")
