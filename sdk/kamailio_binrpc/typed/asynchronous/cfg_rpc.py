# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cfg.*``: settings that can be changed at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.values import Struct
from .. import reading
from ..models.cfg_rpc import Change, Help, Value, Variable
from .namespace import Namespace

if TYPE_CHECKING:
    import builtins


class Cfg(Namespace):
    """``cfg.*``: settings that can be changed at run time.

    ``group`` is the name of a group of settings, or ``group[id]`` for one instance of it.
    ``cfg.reset`` is left out: a 5.6 dies of it when the group comes from its configuration.
    """

    async def get(self, group: str, var: str) -> Value:
        """Value of a setting; None where a text is not set."""
        reply = await self._call("cfg.get", group, var)
        return reading.setting(reply, reading.only(reply))

    async def get_all(self, group: str) -> dict[str, Value]:
        """Values of all settings of a group that can be read (``cfg.get``)."""
        return reading.settings(await self._call("cfg.get", group))

    async def list(self, group: str | None = None) -> builtins.list[Variable]:
        """Names of the settings."""
        return reading.each(await self._call("cfg.list", group), Variable)

    async def help(self, group: str, var: str) -> Help:
        """Description and type of a setting."""
        reply = await self._call("cfg.help", group, var)
        if len(reply) == 2:  # up to 6.0 two texts, the second "(parameter type is integer)"
            description, kind = reading.texts(reply)
            words = kind.strip("()").split()
            reply[:] = [Struct(desc=description, type=words[-1] if words else "")]
        return reading.one(reply, Help)

    async def diff(self) -> builtins.list[Change]:
        """Values that wait for :meth:`commit`."""
        return reading.each(await self._call("cfg.diff"), Change)

    async def set(self, group: str, var: str, value: int | str) -> None:
        """Set a setting at once (``cfg.seti``, ``cfg.sets``)."""
        await self._do("cfg.sets" if isinstance(value, str) else "cfg.seti", group, var, value)

    async def set_delayed(self, group: str, var: str, value: int | str) -> None:
        """Note a new value for :meth:`commit`."""
        kind = "string" if isinstance(value, str) else "int"
        await self._do(f"cfg.set_delayed_{kind}", group, var, value)

    async def commit(self) -> None:
        """Put the noted values in force."""
        await self._do("cfg.commit")

    async def rollback(self) -> None:
        """Forget the noted values."""
        await self._do("cfg.rollback")

    async def delete(self, group: str, var: str) -> None:
        """Remove the value that one instance of a group has of its own (``cfg.del``)."""
        await self._do("cfg.del", group, var)

    async def delete_delayed(self, group: str, var: str) -> None:
        """Note that removal for :meth:`commit` (``cfg.del_delayed``)."""
        await self._do("cfg.del_delayed", group, var)

    async def add_group_inst(self, group: str) -> None:
        """Add an instance to a group of settings."""
        await self._do("cfg.add_group_inst", group)

    async def del_group_inst(self, group: str) -> None:
        """Remove an instance from a group of settings."""
        await self._do("cfg.del_group_inst", group)
