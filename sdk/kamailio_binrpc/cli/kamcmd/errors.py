# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""How a command fails."""

from __future__ import annotations


class Failure(Exception):
    """A line for standard error; the command ends with status 255.

    :ivar advice: what to do about it, shown to people (on a terminal) and not to scripts.
    """

    def __init__(self, text: str, advice: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.advice = advice
