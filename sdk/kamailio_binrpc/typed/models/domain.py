# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``domain.*``: domains that are served here."""

from typing import Annotated

from .base import Items, Model, Text, wire


class Domain(Model):
    """One domain.

    :ivar did: name of the group of domains with the same attributes.
    """

    domain: str
    did: Text = None


class DomainAttributes(Model):
    """:ivar names: of the attributes."""

    did: str
    names: Annotated[tuple[str, ...], Items(), wire("attrs")] = ()


class Domains(Model):
    """``domain.dump``."""

    domains: Annotated[tuple[Domain, ...], Items()] = ()
    attributes: Annotated[tuple[DomainAttributes, ...], Items()] = ()
