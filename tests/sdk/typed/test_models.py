# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The models of captured replies of a real 5.6.3."""

from __future__ import annotations

import pickle
from datetime import datetime
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from kamailio_binrpc.core.reply import Reply
from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.typed import UnexpectedReply, reading
from kamailio_binrpc.typed.models import (
    core,
    corex,
    dialog,
    dispatcher,
    htable,
    pv,
    quick,
    rtpengine,
    uac,
    usrloc,
)
from kamailio_binrpc.typed.models.base import Base, Model, Repeated, Row
from tests.sdk.typed.comparing import compare
from tests.sdk.typed.operations import AROUND, READING
from tests.sdk.typed.support import FLAVOURS, captured, extras, leaves, models_in, replaying

REPLIES = captured()


def models_of(call: tuple[Any, ...], flavour: str = "blocking") -> list[Base]:
    with replaying(flavour, REPLIES) as client:
        result = client.do(READING[call])
        assert client.kamailio.client.calls == [call]
    return list(models_in(result))


def wires_of(models: list[Base]) -> list[Any]:
    return [model.to_wire() for model in models]  # type: ignore[attr-defined]


def rebuilt(value: Any) -> Any:
    """The same model made of the values of its fields, knowing nothing of the wire."""
    if isinstance(value, Base):
        values = {name: rebuilt(getattr(value, name)) for name in value.model_fields_set}
        return type(value)(**values)
    if isinstance(value, (tuple, list)):
        return type(value)(rebuilt(each) for each in value)
    return value


by_call = pytest.mark.parametrize("call", READING, ids=lambda call: " ".join(map(str, call)))


@pytest.mark.parametrize("flavour", FLAVOURS)
@by_call
def test_the_models_hold_all_that_was_sent(call, flavour):
    models = models_of(call, flavour)
    assert models or call == ("pike.list",)
    lost = leaves(REPLIES[call])
    lost.subtract(leaves(wires_of(models)))
    around = AROUND.get(call[0], set())
    assert {name for (name, _value), count in lost.items() if count} - around == set()


@by_call
def test_no_field_is_unknown(call):
    assert list(extras(models_of(call))) == []


@by_call
def test_a_model_made_of_the_values_alone_gives_the_same_wire(call):
    for model in models_of(call):
        again = rebuilt(model)
        assert again == model
        sent, made = model.to_wire(), again.to_wire()
        if isinstance(model, Model):
            assert_alike(made, sent)
        elif isinstance(model, Row):
            assert made == sent
        else:
            assert made.strip() == sent.strip()


def assert_alike(made, sent):
    """Equal but for the order of members, and the word that stands for nothing."""
    if isinstance(sent, Struct):
        assert sorted(map(str, made.keys())) == sorted(map(str, sent.keys()))
        if len(set(sent.keys())) == len(sent):
            for name, value in sent.items():
                assert_alike(made[name], value)
        else:
            for one, other in zip(made.items(), sent.items(), strict=True):
                assert one[0] == other[0]
                assert_alike(one[1], other[1])
    elif made != sent:
        nothing = {"<null string>", "[not set]", "none", "", "*", "NULL", "-"}
        assert made in nothing and sent in nothing


@by_call
def test_a_model_can_be_pickled_and_keeps_its_wire(call):
    models = models_of(call)
    copies = pickle.loads(pickle.dumps(models))
    assert copies == models
    assert wires_of(copies) == wires_of(models)


@by_call
def test_dumps_are_plain_and_read_again(call):
    for model in models_of(call):
        for by_alias in (True, False):
            data = model.model_dump(by_alias=by_alias)
            assert type(model).model_validate(data) == model


# --- what single fields say


def one(kind, *members, **named):
    return kind.model_validate(Struct(*members, **named))


def test_texts_for_nothing_are_none_and_come_back():
    (first, *_rest) = models_of(("uac.reg_dump",))
    assert isinstance(first, uac.Registration)
    assert first.auth_ha1 is None and first.socket is None
    assert first.to_wire()["auth_ha1"] == "none"
    assert first.to_wire()["socket"] == "<null string>"
    (location,) = models_of(("ul.dump",))
    assert isinstance(location, usrloc.Location)
    contact = location.aors[0].contacts[0]
    assert contact.received is None and contact.q is None
    assert contact.to_wire()["Received"] == "[not set]" and contact.to_wire()["Q"] == -1.0


def test_passwords_do_not_show():
    (first, *_rest) = models_of(("uac.reg_dump",))
    assert isinstance(first, uac.Registration)
    assert first.auth_password == SecretStr("not-secret-2")
    for text in (repr(first), str(first), first.model_dump_json(), repr(first.model_dump())):
        assert "not-secret" not in text
    assert first.to_wire()["auth_password"] == "not-secret-2"


def test_errors_do_not_show_passwords_either():
    reply = Reply([Struct(auth_password="not-secret")], "uac.reg_info")
    with pytest.raises(UnexpectedReply) as caught:
        reading.one(reply, uac.Registration)
    assert "l_uuid" in str(caught.value)
    assert "not-secret" not in str(caught.value)
    assert caught.value.executed is True
    assert caught.value.values == list(reply)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    "sent, expires, seconds, permanent",
    [
        (600, 600, 600, False),
        ("permanent", "permanent", None, True),
        ("deleted", "deleted", None, False),
        ("expired", "expired", None, False),
    ],
)
def test_expiry_of_a_contact(sent, expires, seconds, permanent):
    contact = one(usrloc.Contact, Address="sip:a@b", Expires=sent)
    assert contact.expires == expires
    assert contact.expires_seconds == seconds
    assert contact.permanent is permanent
    assert contact.to_wire() == Struct(Address="sip:a@b", Expires=sent)


def test_expiry_of_an_item():
    (never,) = models_of(("htable.get", "t", "number"))
    (soon,) = models_of(("htable.get", "exp", "soon"))
    assert isinstance(never, htable.Item) and isinstance(soon, htable.Item)
    assert never.expire is None
    assert isinstance(soon.expire, datetime)
    changed = never.model_copy(update={"expire": datetime.fromisoformat("2030-01-02 03:04:05")})
    assert changed.to_wire()["expire"] == "2030-01-02 03:04:05"


def test_a_number_is_read_whether_int_or_double():
    ints = one(core.SharedMemory, total=1, free=1, used=1, real_used=1, max_used=1, fragments=1)
    doubles = one(
        *(core.SharedMemory,),
        **dict.fromkeys(("total", "free", "used", "real_used", "max_used", "fragments"), 1.0),
    )
    assert ints == doubles
    assert doubles.total.__class__ is int
    assert [type(value) for value in doubles.to_wire().values()] == [float] * 6


def test_memory_beyond_two_gib_comes_out_negative_up_to_5_6():
    names = ("total", "free", "used", "real_used", "max_used", "fragments")
    memory = one(core.SharedMemory, **dict.fromkeys(names, -(2**31)))
    assert memory.total == 2**31
    assert memory.to_wire()["total"] == -(2**31)
    assert core.SharedMemory(**dict.fromkeys(names, 2**31)).to_wire()["total"] == -(2**31)
    assert core.SharedMemory(**dict.fromkeys(names, 2**33)).to_wire()["total"] == float(2**33)


def test_a_node_disabled_by_command():
    node = one(
        *(rtpengine.RtpengineNode,),
        url="udp:a",
        disabled="1(permanent)",
        recheck_ticks="N/A",
    )
    assert node.disabled is True and node.recheck_ticks is None and node.active is None
    assert node.to_wire()["disabled"] == "1(permanent)"
    newer = one(rtpengine.RtpengineNode, url="udp:a", disabled=0, active=1, recheck_ticks=-1)
    assert newer.disabled is False and newer.active is True and newer.recheck_ticks == -1


def test_states_of_a_destination():
    found = [one(dispatcher.Destination, URI="sip:a", FLAGS=flags) for flags in ("AP", "IX", "D")]
    assert [(each.state, each.probing) for each in found] == [
        ("active", True),
        ("inactive", False),
        ("disabled", False),
    ]
    assert one(dispatcher.Destination, URI="sip:a", FLAGS="?").state == ""


def test_profiles_and_variables_of_a_dialog():
    (found,) = models_of(("dlg.list",))
    assert isinstance(found, dialog.Dialog)
    assert found.profiles == (("inbound", None), ("caller", "lab"))
    assert found.variables == {"size": "7", "color": "blue"}
    changed = found.model_copy(update={"variables": {"size": "8"}})
    assert changed.to_wire()["variables"] == Struct.of(Struct(size="8"))
    assert changed.to_wire()["profiles"] == found.to_wire()["profiles"]


def test_times_of_the_server():
    (uptime,) = models_of(("core.uptime",))
    assert isinstance(uptime, core.Uptime)
    assert uptime.now is not None and uptime.up_since is not None
    assert 0 <= (uptime.now - uptime.up_since).total_seconds() - uptime.uptime <= 1
    assert one(core.Uptime, now="?", up_since="Mon Foo  3 01:02:03 2026", uptime=3) == core.Uptime(
        now=None, up_since=None, uptime=3
    )


@pytest.mark.parametrize(
    "line, release, platform",
    [
        ("kamailio 5.6.3 (x86_64/linux) ", (5, 6, 3), "x86_64/linux"),
        ("kamailio 6.2.0-dev1 (aarch64/linux) abc123", (6, 2, 0), "aarch64/linux"),
        ("kamailio 5.8.2", (5, 8, 2), None),
    ],
)
def test_versions(line, release, platform):
    version = core.Version.model_validate(line)
    assert (version.release, version.platform) == (release, platform)
    assert version.to_wire() == line


def test_sockets_of_several_addresses():
    sent = Struct([("proto", "sctp"), ("address", "192.0.2.1"), ("address", "192.0.2.2")])
    socket = core.Socket.model_validate(sent)
    assert socket.address == "192.0.2.1"
    assert socket.addresses == ["192.0.2.1", "192.0.2.2"]
    assert socket.to_wire() == sent
    assert core.Socket(proto="udp", address="192.0.2.3").addresses == ["192.0.2.3"]


def test_names_in_lower_case_from_5_8():
    sent = Struct(
        [("proto", "udp"), ("addrlist", Struct(addr="192.0.2.1")), ("mcast", "yes"), ("new", 1)]
    )
    socket = corex.CorexSocket.model_validate(sent)
    assert socket.addresses == ("192.0.2.1",) and socket.multicast is True
    assert socket.model_extra == {"new": 1}
    assert socket.to_wire() == sent
    assert socket.model_copy(update={"multicast": False}).to_wire()["mcast"] == "no"


# --- what is not known, and what changes


def test_what_a_later_release_adds_is_kept():
    sent = Struct(
        [
            ("URI", "sip:a"),
            ("LATER", 5),
            ("NEW", Struct([("x", 1), ("x", 2)])),
            (None, "bare"),
            ("FLAGS", "AX"),
        ]
    )
    found = dispatcher.Destination.model_validate(sent)
    assert found.model_extra == {"LATER": 5, "NEW": [{"x": 1}, {"x": 2}]}
    assert found.to_wire() == sent
    assert "LATER" in found.model_dump_json()
    changed = found.model_copy(update={"flags": "IX"})
    assert changed.to_wire().items()[:-1] == sent.items()[:-1]
    assert changed.to_wire()["FLAGS"] == "IX"


def test_a_changed_copy_shows_in_the_structs_around_it():
    (group, *_rest) = models_of(("dispatcher.list",))
    assert isinstance(group, dispatcher.DispatcherSet)
    first = group.destinations[0].model_copy(update={"priority": 99})
    changed = group.model_copy(update={"destinations": (first, *group.destinations[1:])})
    before, after = leaves(group.to_wire()), leaves(changed.to_wire())
    assert after - before == {("PRIORITY", 99): 1}
    assert before - after == {("PRIORITY", 10): 1}
    shorter = group.model_copy(update={"destinations": group.destinations[:1]})
    assert shorter.to_wire()["TARGETS"].keys() == ["DEST"]


def test_a_field_that_the_server_did_not_send_can_be_added():
    found = one(dispatcher.Destination, URI="sip:a").model_copy(update={"priority": 5})
    assert found.to_wire() == Struct(URI="sip:a", PRIORITY=5)
    again = found.model_copy(update={"flags": "AX"})
    assert again.to_wire() == Struct(URI="sip:a", FLAGS="AX", PRIORITY=5)


def test_a_model_is_not_changed_in_place():
    found = one(dispatcher.Destination, URI="sip:a")
    with pytest.raises(ValidationError):
        found.priority = 5


def test_models_compare_by_what_they_say():
    sent = one(dispatcher.Destination, URI="sip:a", FLAGS="AX")
    assert sent == dispatcher.Destination(uri="sip:a", flags="AX")
    assert sent != dispatcher.Destination(uri="sip:a", flags="IX")
    assert sent != one(dispatcher.Destination, URI="sip:a", FLAGS="AX", NEW=1)
    assert sent != dispatcher.Attributes()


def test_bytes_that_are_not_utf_8_survive():
    text = b"caf\xe9".decode("utf-8", "surrogateescape")
    item = one(htable.SlotItem, name=text, value=text, type="str")
    assert item.value == text
    assert item.to_wire() == Struct(name=text, value=text, type="str")


def test_members_between_repeated_ones_keep_their_place():
    sent = Struct([("x", 1), ("other", "!"), ("x", 2)])
    form = Repeated("x")
    assert form.read(sent) == [1, 2]
    assert form.write((3, 4, 5), sent) == Struct([("x", 3), ("other", "!"), ("x", 4), ("x", 5)])
    assert form.write((3,), sent) == Struct([("x", 3), ("other", "!")])


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["text"],
        [Struct(name="a"), Struct(name="b")],
        [Struct(name="a", type="int")],
        [Struct(name="a", type="int", value=Struct())],
        [5],
    ],
)
def test_an_answer_of_another_shape_is_an_error_that_has_it(values):
    call = ("pv.shvGet", "a")
    with replaying("blocking", {call: values}) as client:
        if values == [Struct(name="a", type="int")]:
            assert client.kamailio.pv.shv_get("a") == pv.SharedVariable(name="a", type="int")
            return
        with pytest.raises(UnexpectedReply) as caught:
            client.kamailio.pv.shv_get("a")
    assert caught.value.method == "pv.shvGet"
    assert caught.value.values == values


@pytest.mark.parametrize(
    "operation, call, values",
    [
        (lambda k: k.ctl.listen(), ("ctl.listen",), ["binrpc", "udp", "host"]),
        (lambda k: k.ctl.connections(), ("ctl.connections",), ["2"]),
        (lambda k: k.ctl.connections(), ("ctl.connections",), [1.5]),
        (lambda k: k.core.pwd(), ("core.pwd",), [5]),
        (lambda k: k.core.version(), ("core.version",), [""]),
        (lambda k: k.core.modules(), ("core.modules",), ["a", 5]),
        (lambda k: k.dispatcher.list(), ("dispatcher.list",), ["text"]),
        (lambda k: k.dispatcher.list(), ("dispatcher.list",), [Struct(RECORDS=5)]),
        (lambda k: k.htable.get("t", "k"), ("htable.get", "t", "k"), [Struct(other=1)]),
        (lambda k: k.sl.stats(), ("sl.stats",), [Struct(a="x")]),
        (lambda k: k.corex.debug(), ("corex.debug",), [Struct(other=1)]),
        (lambda k: k.sipdump.enabled(), ("sipdump.enable",), [Struct(other=1)]),
    ],
)
def test_so_are_answers_that_are_no_models(operation, call, values):
    with replaying("blocking", {call: values}) as client, pytest.raises(UnexpectedReply):
        client.do(operation)


# --- in one step, or through pydantic


@by_call
def test_models_in_one_step_are_those_of_pydantic(call: tuple[Any, ...]) -> None:
    for model in models_of(call):
        if isinstance(model, Model) and isinstance(model.to_wire(), Struct):
            assert compare(quick.read, type(model), model.to_wire()), "pydantic had to"
