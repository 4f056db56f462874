# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``pdb.*``: requests to the number database."""

from typing import Annotated

from .base import Count, Model, OnOff, Text, wire


class PdbStatus(Model):
    """``pdb.status``."""

    active: OnOff
    status: Text = None


class PdbTimeout(Model):
    """``pdb.timeout`` that sets it, in milliseconds."""

    old: Annotated[Count, wire("old_timeout")]
    new: Annotated[Count, wire("new_timeout")]
