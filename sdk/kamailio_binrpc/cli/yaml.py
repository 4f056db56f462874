# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""YAML out of plain data: dicts, lists, texts, numbers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from . import extras

# Words that every reader of YAML takes for texts. 1.1 reads "no", "y" and "12:30" otherwise, and
# 1.2 "1e5".
_WORD = re.compile(r"(?![yYnN]\Z|[eE][0-9]+\Z)[A-Za-z_][A-Za-z0-9_.-]*\Z")


def dump(data: Any) -> str:
    """Return a document, without its start mark. Texts that are not UTF-8 become ``!!binary``.

    :raises EncodeError: PyYAML is not installed.
    """
    yaml = extras.load("yaml", "-o yaml")
    options = {"allow_unicode": True, "sort_keys": False, "width": float("inf")}
    text: str = yaml.dump(data, Dumper=_dumper(), default_flow_style=False, **options)
    return text.removesuffix("...\n")


@lru_cache(maxsize=1)
def _dumper() -> Any:
    yaml = extras.load("yaml", "-o yaml")

    class Dumper(yaml.SafeDumper):  # type: ignore[name-defined, misc]
        def ignore_aliases(self, _data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

        def text(self, value: str) -> Any:
            if any(0xDC80 <= ord(char) <= 0xDCFF for char in value):
                return self.represent_binary(value.encode("utf-8", "surrogateescape"))
            style = None if _WORD.match(value) else '"'
            return self.represent_scalar("tag:yaml.org,2002:str", value, style)

    Dumper.add_representer(str, Dumper.text)
    return Dumper
