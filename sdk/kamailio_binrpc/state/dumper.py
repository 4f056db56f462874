# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Documents as YAML that :mod:`.loader` and every other reader of YAML reads as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from .loader import FileError, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def dump(documents: Iterable[Mapping[str, Any]]) -> str:
    """Return documents as YAML: text is quoted unless it is a word.

    :raises FileError: PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        remedy = "pip install 'kamailio-binrpc[cli]', or use JSON"
        raise FileError("<yaml>", None, (), "writing YAML needs PyYAML", remedy) from error

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

        def text(self, value: str) -> Any:
            style = None if _WORD.fullmatch(value) and is_plain(value) else '"'
            return self.represent_scalar("tag:yaml.org,2002:str", value, style)

    Dumper.add_representer(str, Dumper.text)
    return str(
        yaml.dump_all(
            [dict(each) for each in documents],
            Dumper=Dumper,
            allow_unicode=True,
            default_flow_style=False,
            sort_keys=False,
            width=float("inf"),
        )
    )
