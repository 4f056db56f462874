# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Mistakes that a type checker must find: one in each line that says so, and no other.

Not run, but checked by test_typing.py.
"""

from __future__ import annotations

from kamailio_binrpc import AsyncClient, AsyncKamailio, Kamailio


def mistakes(kamailio: Kamailio) -> None:
    kamailio.dispatcher.list("long")  # mistake: no such mode
    kamailio.dispatcher.set_state("sleeping", 1, "all")  # mistake: no such state
    kamailio.dispatcher.set_state("active", "1", "all")  # mistake: the set is a number
    kamailio.dispatcher.set_state("active", 1)  # mistake: the URI is missing
    kamailio.htable.set("t", "k", None)  # mistake: no value
    kamailio.htable.set("t", "k", "v", 60)  # mistake: expire is given by name
    kamailio.cfg.set("core", "debug", 1.5)  # mistake: no float
    kamailio.ul.lookup("location")  # mistake: whose contacts?
    kamailio.pl.set_pipe("p1", "FASTER", 10)  # mistake: no such algorithm
    kamailio.uac.reg_add("trunk")  # mistake: a registration is wanted
    kamailio.nosuch.list()  # mistake: no such module
    kamailio.core.nosuch()  # mistake: no such method
    print(kamailio.core.uptime().seconds)  # mistake: no such field
    print(kamailio.core.version() + "!")  # mistake: no text
    number: int = kamailio.cfg.get("core", "debug")  # mistake: may be a text or None
    print(number, kamailio.dispatcher.list().id)  # mistake: a list
    Kamailio(client=AsyncClient())  # mistake: the client of the other flavour
    Kamailio(timout=5)  # mistake: misspelt


async def more(kamailio: AsyncKamailio) -> None:
    print(kamailio.core.version().number)  # mistake: not awaited
    await kamailio.htable.delete("t", 5)  # mistake: keys are texts
    await kamailio.cfg.get(5, "debug")  # mistake: groups are named by texts
