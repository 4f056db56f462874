# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A user's program: what editors and type checkers have to know of each answer.

Not run, but checked by test_typing.py.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr
from typing_extensions import assert_type

from kamailio_binrpc import AsyncClient, AsyncKamailio, Client, Kamailio, Reply, RetryPolicy
from kamailio_binrpc.desired import HashTableItem, Outcome, ensure, ensure_async
from kamailio_binrpc.typed.models.core import SharedMemory, Version
from kamailio_binrpc.typed.models.dispatcher import Attributes, Destination, DispatcherSet
from kamailio_binrpc.typed.models.htable import Item
from kamailio_binrpc.typed.models.uac import NewRegistration, Registration


def reading(kamailio: Kamailio) -> None:
    assert_type(kamailio.core.version(), Version)
    assert_type(kamailio.core.version().release, tuple[int, ...])
    assert_type(kamailio.core.shmmem("k"), SharedMemory)
    assert_type(kamailio.core.shmmem().free, int)
    assert_type(kamailio.core.uptime().now, datetime | None)
    assert_type(kamailio.ctl.connections(), int)
    assert_type(kamailio.ctl.listen()[0].port, int | None)
    assert_type(kamailio.dispatcher.list(), list[DispatcherSet])
    for group in kamailio.dispatcher.list("full"):
        assert_type(group.id, int)
        for destination in group.destinations:
            assert_type(destination, Destination)
            assert_type(destination.attributes, Attributes | None)
            assert_type(destination.probing, bool)
    assert_type(kamailio.htable.get("t", "k"), Item)
    assert_type(kamailio.htable.get("t", "k").value, int | str)
    assert_type(kamailio.htable.items("t"), dict[str, int | str])
    assert_type(kamailio.cfg.get("core", "debug"), int | str | None)
    assert_type(kamailio.stats.fetch("core:", "tmx:"), dict[str, int])
    assert_type(kamailio.uac.reg_dump(), list[Registration])
    assert_type(kamailio.uac.reg_dump()[0].auth_password, SecretStr | None)
    assert_type(kamailio.ul.dump()[0].aors[0].contacts[0].q, float | None)
    assert_type(kamailio.dlg.list()[0].variables, dict[str, str])
    assert_type(kamailio.permissions.test_uri("permissions", "sip:a@b", "sip:a@c"), bool)
    assert_type(kamailio.call("core.version"), Reply)


def writing(kamailio: Kamailio) -> None:
    kamailio.dispatcher.set_state("inactive", 1, "all", probing=True)
    kamailio.htable.set("t", "k", 5)
    kamailio.htable.set("t", "k", 5.0)
    kamailio.htable.set("t", "k", "five", expire=60)
    kamailio.cfg.set("core", "debug", 3)
    kamailio.uac.reg_add(
        NewRegistration(
            l_uuid="trunk",
            l_username="alice",
            l_domain="example.com",
            r_username="1001",
            r_domain="example.net",
            auth_username="1001",
            auth_password=SecretStr("secret"),
            auth_proxy="sip:192.0.2.1",
            expires=300,
        )
    )


def making() -> Destination:
    found = Destination(uri="sip:192.0.2.1", flags="AP", attributes=Attributes(weight=50))
    return found.model_copy(update={"priority": 5})


def opening() -> None:
    with Kamailio("unix:/run/kamailio/kamailio_ctl", retry=RetryPolicy()) as one:
        assert_type(one, Kamailio)
    with Kamailio(client=Client("udp:127.0.0.1")) as other:
        other.core.version()


async def waiting() -> None:
    async with AsyncKamailio("udp:127.0.0.1", timeout=2) as kamailio:
        assert_type(kamailio, AsyncKamailio)
        assert_type(await kamailio.core.version(), Version)
        assert_type(await kamailio.dispatcher.list(), list[DispatcherSet])
        assert_type(await kamailio.htable.items("t"), dict[str, int | str])
        assert_type(await kamailio.call("core.version"), Reply)
        await kamailio.htable.set("t", "k", 5)


def wanted(client: Client) -> None:
    assert_type(ensure(client, HashTableItem("t", "k", 1), check=True), Outcome)
    assert_type(ensure(client, HashTableItem("t", "k", present=False)).changed, bool)


async def wanted_async(client: AsyncClient) -> None:
    assert_type(await ensure_async(client, HashTableItem("t", "k", 1)), Outcome)
