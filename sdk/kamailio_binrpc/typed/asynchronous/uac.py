# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``uac.*``: registrations at other servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import reading
from ..models.uac import ActiveState, NewRegistration, Registration
from .namespace import Namespace

if TYPE_CHECKING:
    from typing import Literal

    Attribute = Literal["l_uuid", "l_username", "r_username", "auth_username"]


class Uac(Namespace):
    """``uac.*``: registrations at other servers. Changes are in memory only."""

    async def reg_dump(self) -> list[Registration]:
        """All registrations."""
        return reading.each(await self._call("uac.reg_dump"), Registration)

    async def reg_info(self, attr: Attribute, value: str) -> Registration:
        """The registration in which the attribute has that value.

        :raises NotFound: there is none.
        """
        return reading.one(await self._call("uac.reg_info", attr, value), Registration)

    async def reg_add(self, registration: NewRegistration) -> None:
        """Add a registration.

        :raises AlreadyExists: the uuid is taken.
        """
        await self._do("uac.reg_add", *_params(registration))

    async def reg_remove(self, uuid: str) -> None:
        """Remove a registration."""
        await self._do("uac.reg_remove", uuid)

    async def reg_enable(self, attr: Attribute, value: str) -> None:
        """Enable a registration, and register again."""
        await self._do("uac.reg_enable", attr, value)

    async def reg_disable(self, attr: Attribute, value: str) -> None:
        """Disable a registration."""
        await self._do("uac.reg_disable", attr, value)

    async def reg_register(self, attr: Attribute, value: str) -> None:
        """Register at once (6.0 and later)."""
        await self._do("uac.reg_register", attr, value)

    async def reg_unregister(self, attr: Attribute, value: str) -> None:
        """Take a registration back at the other server."""
        await self._do("uac.reg_unregister", attr, value)

    async def reg_refresh(self, uuid: str) -> None:
        """Read one registration from the database."""
        await self._do("uac.reg_refresh", uuid)

    async def reg_reload(self) -> None:
        """Read all registrations from the database."""
        await self._do("uac.reg_reload")

    async def reg_active(self, active: bool) -> ActiveState:
        """Switch registering as a whole."""
        return reading.one(await self._call("uac.reg_active", int(active)), ActiveState)


def _params(new: NewRegistration) -> list[str | int | None]:
    password = new.auth_password.get_secret_value() if new.auth_password else None
    ha1 = new.auth_ha1.get_secret_value() if new.auth_ha1 else None
    # None is sent as "." where the server wants a word for it.
    return [
        *(new.l_uuid, new.l_username, new.l_domain, new.r_username, new.r_domain, new.realm),
        *(new.auth_username, password, ha1, new.auth_proxy, new.expires, int(new.disabled)),
        *(new.reg_delay, new.socket, new.contact_addr, new.contact_user),
    ]
