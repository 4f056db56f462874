# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The right word for a mistyped one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable


def suggestion(word: str, names: Iterable[str]) -> str:
    """Return ``"did you mean X?"`` for names close to a word, "" if there are none.

    Names that differ only in case, punctuation or leading zeros come first, such as ``edge07`` for
    ``edge7``, and then those that a person may have meant by their letters.
    """
    from difflib import get_close_matches  # only on the way to an error

    known = sorted(set(names))
    bare = _bare(word)
    found = [name for name in known if _bare(name) == bare] or get_close_matches(word, known, 3)
    if not found:
        return ""
    return "did you mean " + ", ".join(found[:-1]) + (" or " if found[1:] else "") + found[-1] + "?"


def _bare(word: str) -> str:
    import re

    return re.sub(r"[^a-z0-9]|(?<![0-9])0+(?=[0-9])", "", word.lower())
