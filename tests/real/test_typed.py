# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Every reading operation of the typed clients against a real server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kamailio_binrpc import AsyncClient, Client, NotFound
from kamailio_binrpc.core.reply import Reply
from tests.real.calls import Scene
from tests.sdk.typed.operations import AROUND, PLAIN, READING
from tests.sdk.typed.support import FLAVOURS, Flavour, extras, leaves, models_in
from tests.support.releases import holds

pytestmark = pytest.mark.real

# There is little traffic; a transaction and an idle connection end by themselves after a while.
MAY_BE_EMPTY = {"pike.list", "tm.list", "core.tcp_list"}


class Keeping(Client):
    """Keeps the last reply as it came."""

    def call(self, *args: Any, **options: Any) -> Reply:
        reply = super().call(*args, **options)
        self.last = list(reply)
        return reply


class AsyncKeeping(AsyncClient):
    async def call(self, *args: Any, **options: Any) -> Reply:
        reply = await super().call(*args, **options)
        self.last = list(reply)
        return reply


def client_for(flavour: str, endpoint: str) -> Flavour:
    kind = {"blocking": Keeping, "asynchronous": AsyncKeeping}[flavour]
    return Flavour(flavour, client=kind(endpoint))


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("via", ["unix", "udp"])
def test_every_reply_becomes_models_and_back(
    scene: Scene, via: str, flavour: str, tell: Callable[[str], None]
) -> None:
    empty, count = set(), 0
    with client_for(flavour, scene.server.endpoints[via]) as client:
        listed = scene.methods
        for call, operation in READING.items():
            assert call[0] in listed
            models = list(models_in(client.do(operation)))
            sent = client.kamailio.client.last
            lost = leaves(sent)
            lost.subtract(leaves([model.to_wire() for model in models]))  # type: ignore[attr-defined]
            names = {name for (name, _value), number in lost.items() if number}
            assert names - AROUND.get(call[0], set()) == set(), call
            assert set(extras(models)) == set(), call
            if not models:
                empty.add(call[0])
            count += len(models)
    tell(f"typed, {flavour} over {via}: {len(READING)} operations gave {count} models, equal again")
    assert empty <= MAY_BE_EMPTY


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_model(scene: Scene, flavour: str, name: str) -> None:
    operation, holds = PLAIN[name]
    with client_for(flavour, scene.server.endpoints["unix"]) as client:
        if name == "dlg.dlg_list":
            (dialog,) = client.do(lambda k: k.dlg.list())
            found = client.do(lambda k: k.dlg.dlg_list(dialog.call_id))
        else:
            found = client.do(operation)
        assert holds(found), found


def test_a_dialog_that_is_up(scene: Scene) -> None:
    with client_for("blocking", scene.server.endpoints["unix"]) as client:
        (dialog,) = client.kamailio.dlg.list()
        tags = dialog.caller.tag, dialog.callee.tag
        assert client.kamailio.dlg.is_alive(dialog.call_id, *tags) is True
        assert client.kamailio.dlg.is_alive(dialog.call_id, "other", "tags") is False


def test_what_writes(make_kamailio: Callable[..., Any]) -> None:
    with client_for("blocking", make_kamailio().endpoints["unix"]) as client:
        kamailio = client.kamailio
        for value in (5, -5, 6.0, "5", ""):
            kamailio.htable.set("t", "k", value)
            assert kamailio.htable.get("t", "k").value == value
        kamailio.htable.set("exp", "k", "v", expire=60)
        assert kamailio.htable.get("exp", "k").expire is not None
        kamailio.htable.delete("t", "k")
        with pytest.raises(NotFound):
            kamailio.htable.get("t", "k")
        kamailio.cfg.set("lab", "max_calls", 5)
        kamailio.cfg.set_delayed("lab", "label", "7")
        (change,) = kamailio.cfg.diff()
        assert (change.old, change.new) == ("box", "7")
        kamailio.cfg.commit()
        assert kamailio.cfg.get_all("lab")["label"] == "7"
        kamailio.pv.shv_set("maintenance", 1)
        assert kamailio.pv.shv_get("maintenance").value == 1
        kamailio.dispatcher.set_state("inactive", 1, "all", probing=True)
        states = {
            (each.state, each.probing)
            for group in kamailio.dispatcher.list()
            for each in group.destinations
            if group.id == 1
        }
        assert states == {("inactive", True)}
        kamailio.ul.add("location", "new", "sip:new@192.0.2.1", q=0.5)
        (contact,) = kamailio.ul.lookup("location", "new").contacts
        assert contact.permanent and contact.q == 0.5
        kamailio.ul.rm_contact("location", "new", "sip:new@192.0.2.1")
        kamailio.pl.set_pipe("p1", "RED", 7)
        assert kamailio.pl.get("p1").limit == 7
        assert kamailio.corex.set_debug(3).new == 3
        assert kamailio.corex.debug() == 3
        kamailio.dbg.set_mod_level("core", 1)
        assert kamailio.dbg.get_mod_level("core") == 1
        (answer,) = kamailio.rtpengine.enable("all", False)
        assert answer.ok
        assert all(node.disabled for node in kamailio.rtpengine.show())
        assert kamailio.uac.reg_active(False).new == 0
        kamailio.uac.reg_remove("trunk-1")
        assert [each.l_uuid for each in kamailio.uac.reg_dump()] == ["trunk-2"]
        kamailio.siptrace.set_status(True)
        assert kamailio.siptrace.status() is True
        kamailio.sipdump.enable(True)
        assert kamailio.sipdump.enabled() is True
        kamailio.mtree.reload()
        kamailio.domain.reload()
        kamailio.drouting.reload()


METRICS = """
modparam("xhttp_prom", "prom_counter", "name=calls; label=way;")
modparam("xhttp_prom", "prom_gauge", "name=load;")
modparam("xhttp_prom", "prom_histogram", "name=delay;")
"""


def test_modules_that_the_others_do_not_read(make_kamailio: Callable[..., Any]) -> None:
    config = METRICS + ('loadmodule "peerstate.so"\n' if holds("peerstate") else "")
    with client_for("blocking", make_kamailio(extra_config=config).endpoints["unix"]) as client:
        kamailio = client.kamailio
        assert kamailio.pdb.status().active is True
        kamailio.pdb.deactivate()
        assert (kamailio.pdb.status().active, kamailio.pdb.status().status) == (False, "inactive")
        kamailio.pdb.activate()
        kamailio.xhttp_prom.counter_inc("calls", 2, "in")
        kamailio.xhttp_prom.gauge_set("load", 0.5)
        kamailio.xhttp_prom.histogram_observe("delay", 3)
        if holds("peerstate"):
            assert kamailio.pdb.timeout() == kamailio.pdb.set_timeout(70).old
            kamailio.xhttp_prom.gauge_inc("load", 2)
            assert "load 2.500000" in kamailio.xhttp_prom.metric_list_print()
            models = [kamailio.peerstate.stats(), kamailio.peerstate.dump()]
            models.append(kamailio.peerstate.list("INUSE"))
            assert (models[0].total_peers, models[1].peers, models[2].state) == (0, (), "INUSE")
            assert list(extras(models)) == []
            with pytest.raises(NotFound):
                kamailio.peerstate.get_peer("alice@example.com")
        assert 'calls{way="in"} 2' in kamailio.xhttp_prom.metric_list_print()
        kamailio.xhttp_prom.counter_reset("calls", "in")
        kamailio.xhttp_prom.gauge_reset("load")
        assert 'calls{way="in"} 0' in kamailio.xhttp_prom.metric_list_print()
        assert kamailio.tm.clean() is None
        with pytest.raises(NotFound):
            kamailio.tm.cancel("no-such-call", "1 INVITE")
