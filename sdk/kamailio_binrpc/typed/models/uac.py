# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``uac.*``: registrations at other servers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, SecretStr

from .base import Count, Model, Secret, Text, Unset, wire

DISABLED, ONGOING, ONLINE, AUTH_SENT, INIT = 1, 2, 4, 8, 16


class Registration(Model):
    """``uac.reg_dump``: one registration. Password and HA1 come in clear and are hidden here.

    :ivar expires: seconds asked for.
    :ivar flags: sum of DISABLED, ONGOING, ONLINE, AUTH_SENT and INIT.
    :ivar diff_expires: seconds until the registration ends.
    :ivar timer_expires: when the next try is due, seconds since 1970.
    :ivar reg_init: when it was set up, seconds since 1970.
    :ivar reg_delay: seconds before the first try.
    """

    l_uuid: str
    l_username: Text = None
    l_domain: Text = None
    r_username: Text = None
    r_domain: Text = None
    realm: Text = None
    auth_username: Text = None
    auth_password: Secret = None
    auth_ha1: Secret = None
    auth_proxy: Annotated[str | None, Unset("none")] = None
    expires: Count = 0
    flags: Count = 0
    diff_expires: Count = 0
    timer_expires: Count = 0
    reg_init: Count = 0
    reg_delay: Count = 0
    contact_addr: Text = None
    socket: Annotated[str | None, Unset("", ".")] = None
    contact_user: Text = None

    @property
    def disabled(self) -> bool:
        """Was it switched off?"""
        return bool(self.flags & DISABLED)

    @property
    def online(self) -> bool:
        """Does the other server know it?"""
        return bool(self.flags & ONLINE)


class NewRegistration(BaseModel):
    """The parameters of ``uac.reg_add``. One of ``auth_password`` and ``auth_ha1`` is needed.

    :ivar expires: seconds.
    :ivar reg_delay: seconds before the first try.
    :ivar contact_user: read by the release after 6.1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    l_uuid: str
    l_username: str
    l_domain: str
    r_username: str
    r_domain: str
    realm: str | None = None
    auth_username: str
    auth_password: SecretStr | None = None
    auth_ha1: SecretStr | None = None
    auth_proxy: str
    expires: int
    disabled: bool = False
    reg_delay: int = 0
    socket: str | None = None
    contact_addr: str | None = None
    contact_user: str | None = None


class ActiveState(Model):
    """``uac.reg_active``: whether registering as a whole was on, and is."""

    old: Annotated[Count, wire("omode")]
    new: Annotated[Count, wire("nmode")]
