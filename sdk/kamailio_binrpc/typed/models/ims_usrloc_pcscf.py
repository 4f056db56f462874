# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ulpcscf.*``: contacts registered through a P-CSCF."""

from typing import Annotated

from pydantic import ConfigDict

from .base import Count, Groups, Model, NumberOr, Text, wire


class PcscfContact(Model):
    """One contact.

    :ivar expires: seconds; None for one that is permanent, deleted or expired.
    """

    model_config = ConfigDict(alias_generator=str.title)

    aor: Annotated[str, wire("AoR")]
    state: Text = None
    expires: Annotated[int | None, NumberOr("permanent")] = None
    path: Text = None


class PcscfDomain(Model):
    """``ulpcscf.status``: one table of contacts.

    :ivar size: of its hash table.
    """

    domain: Annotated[str, wire("Domain")]
    size: Annotated[Count, wire("Size")]
    contacts: Annotated[tuple[PcscfContact, ...], Groups("AoR"), wire("AoRs")] = ()
