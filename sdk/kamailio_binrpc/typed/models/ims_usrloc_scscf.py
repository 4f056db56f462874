# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``ulscscf.*``: public identities at an S-CSCF."""

from typing import Annotated

from .base import Count, Model, Named, Text, wire


class RecordStats(Model):
    """How full a table is.

    :ivar max_slots: records in its fullest slot.
    """

    records: Annotated[Count, wire("Records")] = 0
    max_slots: Annotated[Count, wire("Max-Slots")] = 0


class ScscfDomain(Model):
    """``ulscscf.status``: one table of public identities."""

    domain: Annotated[str, wire("Domain")]
    size: Annotated[Count, wire("Size")]
    stats: Annotated[RecordStats | None, wire("Stats")] = None


class ServiceProfile(Model):
    """The public identities of one service profile, by their number."""

    impus: Annotated[dict[str, str], Named()]


class Subscription(Model):
    """To whom a public identity belongs.

    :ivar impi: the private identity.
    """

    impi: Text = None
    service_profiles: Annotated[dict[str, ServiceProfile], Named(), wire("service profiles")]


class ImpuContact(Model):
    """One contact of a public identity.

    :ivar expires: seconds; below 0 since it has expired.
    :ivar client: its user agent.
    """

    expires: Count = 0
    client: Text = None


class Impu(Model):
    """``ulscscf.showimpu``: a public identity.

    :ivar contacts: by their URI.
    """

    impu: str
    state: Text = None
    barring: Count = 0
    ccf1: Text = None
    ccf2: Text = None
    ecf1: Text = None
    ecf2: Text = None
    subscription: Subscription | None = None
    contacts: Annotated[dict[str, ImpuContact], Named()]
