# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pv.*``: shared variables."""

from typing import Annotated

from .base import Model, Unset


class SharedVariable(Model):
    """``pv.shvGet``: one variable, ``$shv(name)``.

    :ivar type: int or string.
    """

    name: str
    type: str
    value: Annotated[int | str | None, Unset()] = None
