# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Operations of both flavours at the lab server."""

from __future__ import annotations

import contextlib
import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc import (
    AlreadyExists,
    AsyncKamailio,
    Busy,
    EncodeError,
    Fault,
    Kamailio,
    MethodNotFound,
    NotFound,
    RetryPolicy,
    Struct,
)
from kamailio_binrpc.core.catalogue.lookup import find
from kamailio_binrpc.lab import (
    Configuration,
    Dispatcher,
    HashTables,
    LabServer,
    PipeLimit,
    Registrations,
    SharedVariables,
    UserLocation,
)
from kamailio_binrpc.typed import ReportedFailure
from kamailio_binrpc.typed.asynchronous.namespace import Namespace
from kamailio_binrpc.typed.models.uac import NewRegistration
from tests.sdk.typed.operations import ELSEWHERE, PLAIN, READING, WRITING
from tests.sdk.typed.support import FLAVOURS, Flavour, extras, replaying

Serve = Callable[..., Flavour]
SOURCES = Path(inspect.getfile(AsyncKamailio)).parent


@pytest.fixture(params=FLAVOURS)
def serve(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serve]:
    """Start a lab server with these modules, and a client of either flavour for it."""
    with contextlib.ExitStack() as stack:

        def start(*modules: Any, version: str = "5.6.3", **options: Any) -> Flavour:
            server = LabServer(f"unix:{tmp_path}/ctl", modules=modules, version=version)
            lab = stack.enter_context(server.running_in_thread())
            client = Flavour(request.param, address=lab.addresses[0], **options)
            client.lab = lab  # type: ignore[attr-defined]
            return stack.enter_context(client)

        yield start


# --- htable


@pytest.mark.parametrize("version", ["5.6.3", "5.7.3", "5.7.4", "5.7.7", "5.8.0", "6.0", "master"])
def test_numbers_and_texts_go_into_a_table_of_any_release(serve, version):
    client = serve(HashTables({"t": {}}), version=version)
    for value, stored in [(5, 5), (-7, -7), (6.0, 6), ("5", "5"), ("", "")]:
        client.do(lambda k, value=value: k.htable.set("t", "k", value))
        assert client.do(lambda k: k.htable.get("t", "k")).value == stored
        assert client.do(lambda k: k.htable.items("t")) == {"k": stored}


@pytest.mark.parametrize("version", ["5.6.3", "5.7.3"])
def test_a_number_beyond_32_bits_is_refused_where_it_would_be_garbled(serve, version):
    client = serve(HashTables({"t": {}}), version=version)
    with pytest.raises(EncodeError, match="32 bits"):
        client.do(lambda k: k.htable.set("t", "k", 2**31))
    assert client.do(lambda k: k.htable.items("t")) == {}


def test_and_sent_where_the_table_holds_it(serve):
    client = serve(HashTables({"t": {}}), version="5.8")
    client.do(lambda k: k.htable.set("t", "k", 2**31 + 5))
    assert list(client.lab.calls)[-1].params == ["t", "k", float(2**31 + 5)]
    with pytest.raises(EncodeError):
        client.do(lambda k: k.htable.set("t", "k", 2**31, expire=5))


@pytest.mark.parametrize("value", [1.5, float("inf"), float("nan")])
def test_a_fraction_does_not_fit_into_a_table(serve, value):
    client = serve(HashTables({"t": {}}))
    with pytest.raises(EncodeError, match="whole number"):
        client.do(lambda k: k.htable.set("t", "k", value))
    assert not client.lab.calls


def test_items_come_and_go(serve):
    client = serve(HashTables({"t": {"a": 1}}, {"t": {"autoexpire": 3600}}))
    client.do(lambda k: k.htable.set("t", "b", "text", expire=60))
    client.do(lambda k: k.htable.set("t", "c", 3, expire=60))
    soon = client.do(lambda k: k.htable.get("t", "b")).expire
    client.do(lambda k: k.htable.set_expire("t", "b", 1000))
    later = client.do(lambda k: k.htable.get("t", "b")).expire
    assert 900 < (later - soon).total_seconds() <= 941
    client.do(lambda k: k.htable.delete("t", "a"))
    assert client.do(lambda k: k.htable.items("t")) == {"b": "text", "c": 3}
    for operation in (
        lambda k: k.htable.delete("t", "a"),
        lambda k: k.htable.get("t", "a"),
        lambda k: k.htable.set("absent", "a", 1, expire=5),
        lambda k: k.htable.set("absent", "a", 1),
    ):
        with pytest.raises(NotFound):
            client.do(operation)
    (table,) = client.do(lambda k: k.htable.stats())
    assert (table.name, table.items) == ("t", 2)
    client.do(lambda k: k.htable.flush("t"))
    assert client.do(lambda k: k.htable.dump("t")) == []


# --- dispatcher


def test_nothing_to_list_is_an_empty_list(serve):
    client = serve(Dispatcher({}), HashTables({}))
    with pytest.raises(Fault):
        client.do(lambda k: k.call("dispatcher.list"))
    assert client.do(lambda k: k.dispatcher.list()) == []
    assert client.do(lambda k: k.htable.list_tables()) == []


def test_but_a_missing_module_is_an_error(serve):
    client = serve(Dispatcher({}))
    with pytest.raises(MethodNotFound):
        client.do(lambda k: k.call("nosuch.method"))
    with pytest.raises(MethodNotFound):
        client.do(lambda k: k.uac.reg_register("l_uuid", "trunk-1"))


def test_destinations(serve):
    client = serve(Dispatcher({1: ["sip:192.0.2.1:5060", "sip:192.0.2.2:5060"]}, reload_delta=0))

    def flags():
        (group,) = client.do(lambda k: k.dispatcher.list())
        return {each.uri: (each.state, each.probing) for each in group.destinations}

    client.do(lambda k: k.dispatcher.set_state("inactive", 1, "sip:192.0.2.1:5060", probing=True))
    client.do(lambda k: k.dispatcher.set_state("disabled", 1, "SIP:192.0.2.2:5060"))
    assert flags() == {
        "sip:192.0.2.1:5060": ("inactive", True),
        "sip:192.0.2.2:5060": ("disabled", False),
    }
    client.do(lambda k: k.dispatcher.set_state("active", 1, "all"))
    assert set(flags().values()) == {("active", False)}
    client.do(lambda k: k.dispatcher.set_state("trying", 1, "all"))
    assert set(flags().values()) == {("trying", False)}
    client.do(lambda k: k.dispatcher.add(1, "sip:192.0.2.3", 8, 5, "duid=new"))
    client.do(lambda k: k.dispatcher.set_duid_state("inactive", 1, "new"))
    assert flags()["sip:192.0.2.3"] == ("inactive", False)
    client.do(lambda k: k.dispatcher.remove(1, "sip:192.0.2.3"))
    assert "sip:192.0.2.3" not in flags()
    with pytest.raises(NotFound):
        client.do(lambda k: k.dispatcher.set_state("active", 2, "sip:192.0.2.1"))
    client.do(lambda k: k.dispatcher.reload())
    assert set(flags().values()) == {("active", False)}
    assert client.do(lambda k: k.dispatcher.set_ping_active(True)).old in {0, 1}
    assert client.do(lambda k: k.dispatcher.ping_active()).old == 1
    assert client.do(lambda k: k.dispatcher.hash(4, "a", "b")).slot == 3


def test_a_change_too_soon_is_busy_and_a_policy_waits(serve):
    client = serve(Dispatcher({1: ["sip:192.0.2.1"]}, reload_delta=5))
    client.do(lambda k: k.dispatcher.reload())
    with pytest.raises(Busy):
        client.do(lambda k: k.dispatcher.reload())


def test_retries_reach_the_client(serve):
    waits = []
    client = serve(
        Dispatcher({1: ["sip:192.0.2.1"]}, reload_delta=5),
        retry=RetryPolicy(retries=2, busy_wait=0.01),
        on_retry=lambda error, attempts: waits.append((type(error), attempts)),
    )
    client.do(lambda k: k.dispatcher.reload())
    with pytest.raises(Busy):
        client.do(lambda k: k.dispatcher.reload())
    assert waits == [(Busy, 1), (Busy, 2)]


# --- the others


def test_settings_and_their_transaction(serve):
    client = serve(Configuration({"lab": {"label": "box", "calls": 10}}))
    client.do(lambda k: k.cfg.set("lab", "calls", 11))
    client.do(lambda k: k.cfg.set("lab", "label", "5"))
    assert client.do(lambda k: k.cfg.get_all("lab")) == {"label": "5", "calls": 11}
    client.do(lambda k: k.cfg.set_delayed("lab", "calls", 12))
    client.do(lambda k: k.cfg.set_delayed("lab", "label", "other"))
    changes = client.do(lambda k: k.cfg.diff())
    assert [(each.variable, each.old, each.new) for each in changes] == [
        ("calls", 11, 12),
        ("label", "5", "other"),
    ]
    client.do(lambda k: k.cfg.rollback())
    assert client.do(lambda k: k.cfg.diff()) == []
    client.do(lambda k: k.cfg.set_delayed("lab", "calls", 13))
    client.do(lambda k: k.cfg.commit())
    assert client.do(lambda k: k.cfg.get("lab", "calls")) == 13
    client.do(lambda k: k.cfg.add_group_inst("lab[1]"))
    client.do(lambda k: k.cfg.set("lab[1]", "calls", 14))
    assert client.do(lambda k: k.cfg.get("lab[1]", "calls")) == 14
    client.do(lambda k: k.cfg.delete("lab[1]", "calls"))
    assert client.do(lambda k: k.cfg.get("lab[1]", "calls")) == 13
    client.do(lambda k: k.cfg.del_group_inst("lab[1]"))
    names = client.do(lambda k: k.cfg.list("lab"))
    assert [(each.group, each.name) for each in names] == [("lab", "label"), ("lab", "calls")]


@pytest.mark.parametrize("version", ["5.6.3", "6.1"])
def test_help_of_a_setting_in_both_its_shapes(serve, version):
    client = serve(Configuration({"lab": {"calls": 10}}), version=version)
    found = client.do(lambda k: k.cfg.help("core", "debug"))
    assert (found.description, found.type) == ("debug level", "integer")


def test_shared_variables(serve):
    client = serve(SharedVariables({"number": 1, "text": "a"}))
    client.do(lambda k: k.pv.shv_set("number", 5))
    client.do(lambda k: k.pv.shv_set("text", "5"))
    found = {each.name: each.value for each in client.do(lambda k: k.pv.shv_list())}
    assert found == {"number": 5, "text": "5"}
    assert client.do(lambda k: k.pv.shv_get("number")).type == "int"
    with pytest.raises(NotFound):
        client.do(lambda k: k.pv.shv_get("absent"))


def test_registrations(serve):
    client = serve(Registrations([]))
    new = NewRegistration(
        l_uuid="one",
        l_username="alice",
        l_domain="example.com",
        r_username="1001",
        r_domain="example.net",
        auth_username="1001",
        auth_password="not-secret",
        auth_proxy="sip:192.0.2.1",
        expires=300,
        disabled=True,
    )
    assert "not-secret" not in repr(new)
    assert client.do(lambda k: k.uac.reg_dump()) == []
    client.do(lambda k: k.uac.reg_add(new))
    with pytest.raises(AlreadyExists):
        client.do(lambda k: k.uac.reg_add(new))
    found = client.do(lambda k: k.uac.reg_info("l_uuid", "one"))
    assert found.disabled and not found.online
    assert found.auth_password is not None
    assert found.auth_password.get_secret_value() == "not-secret"
    assert found.auth_ha1 is None and found.expires == 300
    client.do(lambda k: k.uac.reg_enable("l_uuid", "one"))
    assert not client.do(lambda k: k.uac.reg_info("l_uuid", "one")).disabled
    client.do(lambda k: k.uac.reg_disable("r_username", "1001"))
    assert client.do(lambda k: k.uac.reg_info("l_uuid", "one")).disabled
    client.do(lambda k: k.uac.reg_remove("one"))
    with pytest.raises(NotFound):
        client.do(lambda k: k.uac.reg_info("l_uuid", "one"))
    assert client.do(lambda k: k.uac.reg_active(False)).new == 0


def test_contacts(serve):
    client = serve(UserLocation({"location": {}}))
    client.do(lambda k: k.ul.add("location", "alice", "sip:alice@192.0.2.1"))
    client.do(
        lambda k: k.ul.add("location", "alice", "sip:alice@192.0.2.2", expires=60, q=0.5, path="p")
    )
    found = {
        each.address: each
        for each in client.do(lambda k: k.ul.lookup("location", "alice")).contacts
    }
    first, second = found["sip:alice@192.0.2.1"], found["sip:alice@192.0.2.2"]
    assert first.permanent and first.q is None and first.path is None
    assert 55 <= second.expires_seconds <= 60 and second.q == 0.5 and second.path == "p"
    (brief,) = client.do(lambda k: k.ul.dump_brief())
    assert brief.aors == ("alice",)
    client.do(lambda k: k.ul.rm_contact("location", "alice", "sip:alice@192.0.2.1"))
    with pytest.raises(NotFound):
        client.do(lambda k: k.ul.rm_contact("location", "alice", "sip:alice@192.0.2.1"))
    client.do(lambda k: k.ul.rm("location", "alice"))
    (location,) = client.do(lambda k: k.ul.dump())
    assert location.aors == ()


def test_dialogs(serve):
    client = serve()
    found = client.do(lambda k: k.dlg.list())
    first, second = sorted(found, key=lambda dialog: dialog.call_id)
    assert client.do(lambda k: k.dlg.stats_active()).all == 2
    assert client.do(lambda k: k.dlg.is_alive(first.call_id, "a1", "b1")) is True
    assert client.do(lambda k: k.dlg.is_alive("absent", "a1", "b1")) is False
    client.do(lambda k: k.dlg.end_dlg(first.h_entry, first.h_id))
    assert client.do(lambda k: k.dlg.list()) == [second]
    with pytest.raises(NotFound):
        client.do(lambda k: k.dlg.end_dlg(first.h_entry, first.h_id))
    assert client.do(lambda k: k.dlg.dlg_list("absent")) == []
    assert client.do(lambda k: k.dlg.list_match("callid", "eq", "absent")) == []
    with pytest.raises(Fault):
        client.do(lambda k: k.dlg.list_match("callid", "xx", "absent"))


def test_limits_levels_and_nodes(serve):
    client = serve(PipeLimit({"p1": {"algorithm": "TAILDROP", "limit": 10}}), version="5.8")
    client.do(lambda k: k.pl.set_pipe("p1", "RED", 5))
    pipe = client.do(lambda k: k.pl.get("p1"))
    assert (pipe.algorithm, pipe.limit) == ("RED", 5)
    client.do(lambda k: k.pl.reset_pipe("p1"))
    client.do(lambda k: k.pl.rm_pipe("p1"))
    with pytest.raises(NotFound):
        client.do(lambda k: k.pl.get("p1"))
    change = client.do(lambda k: k.corex.set_debug(3))
    assert change.new == 3
    assert client.do(lambda k: k.corex.debug()) == 3
    client.do(lambda k: k.corex.set_debug(change.old))
    client.do(lambda k: k.dbg.set_mod_level("core", 3))
    nodes = client.do(lambda k: k.rtpengine.show())
    (answer,) = client.do(lambda k: k.rtpengine.enable(nodes[0].url, False))
    assert answer.ok and answer.status == "disable"
    assert client.do(lambda k: k.rtpengine.show(nodes[0].url))[0].disabled
    with pytest.raises(NotFound):
        client.do(lambda k: k.rtpproxy.enable("udp:absent", True))


def test_a_failure_that_is_a_normal_text(serve):
    client = serve()
    client.lab.registry.method("drouting.reload", "")(lambda: "failed to load routing data")
    with pytest.raises(ReportedFailure, match="failed to load routing data") as caught:
        client.do(lambda k: k.drouting.reload())
    assert caught.value.executed is True
    client.lab.registry.method("drouting.reload", "")(lambda: "reload ok")
    client.do(lambda k: k.drouting.reload())


@pytest.mark.parametrize("version", ["5.6.3", "5.7", "5.8", "6.0", "6.1", "master"])
def test_the_answers_of_every_release_are_read(serve, version):
    client = serve(version=version)
    methods = set(client.do(lambda k: k.system.list_methods()))
    refused, read = [], 0
    for call, operation in READING.items():
        if call[0] in methods:
            try:
                assert set(extras(client.do(operation))) == set(), call
                read += 1
            except NotFound:
                refused.append(call[0])
    assert read > 35
    # The lab's own tables have other names.
    assert set(refused) <= {"htable.get", "htable.dump", "pv.shvGet", "ul.lookup", "cfg.list"} | {
        *("mtree.match", "dialplan.dump", "dialplan.translate", "uac.reg_info", "pl.list"),
    }
    (first, *_rest) = client.do(lambda k: k.corex.list_sockets())
    assert first.proto == "udp" and first.port
    release = client.do(lambda k: k.release())
    assert release[:2] >= (5, 6)


def test_the_release_is_asked_for_once(serve):
    client = serve()
    assert client.do(lambda k: k.release()) == (5, 6, 3)
    assert client.do(lambda k: k.release()) == (5, 6, 3)
    assert [call.method for call in client.lab.calls] == ["core.version"]


def test_any_method_can_be_called_with_names(serve):
    client = serve(HashTables({"t": {"k": 1}}))
    reply = client.do(lambda k: k.call("htable.get", table="t", key="k"))
    assert reply.value["item"]["value"] == 1
    assert reply.method == "htable.get"
    with pytest.raises(EncodeError, match="no parameter kye"):
        client.do(lambda k: k.call("htable.get", table="t", kye="k"))


# --- all operations


def namespaces(kind: type) -> dict[str, type]:
    """Attribute -> class, of every namespace of a client."""
    return {
        name: type(getattr(kind(client=object()), name))
        for name, value in vars(kind).items()
        if type(value).__name__ == "cached_property"
    }


def operations(kind: type) -> dict[str, Any]:
    return {
        f"{name}.{operation}": function
        for name, space in namespaces(kind).items()
        for operation, function in vars(space).items()
        if not operation.startswith("_")
    }


def methods_of(operation: Any) -> set[str]:
    return set(re.findall(r'"([a-z_0-9]+\.[A-Za-z_0-9{}]+)"', inspect.getsource(operation)))


# Operations that are not named after the one RPC that they call.
OTHER_NAMES = {
    *("htable.set", "htable.items", "htable.set_expire", "cfg.set", "cfg.set_delayed"),
    *("cfg.get_all", "cfg.delete", "cfg.delete_delayed", "pv.shv_list", "corex.set_debug"),
    *("dispatcher.set_ping_active", "pl.get", "ul.dump_brief", "siptrace.set_status"),
    *("sipdump.enabled", "pdb.set_timeout"),
}


def test_both_flavours_have_the_same_operations():
    blocking, asynchronous = operations(Kamailio), operations(AsyncKamailio)
    assert list(blocking) == list(asynchronous)
    assert len(blocking) > 130
    for name, operation in asynchronous.items():
        assert inspect.iscoroutinefunction(operation), name
        assert not inspect.iscoroutinefunction(blocking[name]), name
        assert inspect.signature(operation) == inspect.signature(blocking[name])
        assert operation.__doc__ and operation.__doc__ == blocking[name].__doc__
    assert all(issubclass(space, Namespace) for space in namespaces(AsyncKamailio).values())


def test_operations_are_named_after_the_methods_that_they_call():
    odd = set()
    for name, operation in operations(AsyncKamailio).items():
        module, _other, own = name.partition(".")
        called = {
            re.sub(r"(?<=[a-z])([A-Z])", r"_\1", method).lower() for method in methods_of(operation)
        }
        if called != {f"{module}.{own}"}:
            odd.add(name)
    assert odd == OTHER_NAMES


def test_every_method_called_is_in_the_catalogue():
    called = set().union(*(methods_of(each) for each in operations(AsyncKamailio).values()))
    called |= {"cfg.set_delayed_int", "cfg.set_delayed_string"}
    called.discard("cfg.set_delayed_{kind}")
    assert len(called) > 120
    assert {method for method in called if find(method) is None} == set()
    for method in ("core.kill", "keepalive.get", "keepalive.add", "keepalive.del"):
        assert method not in called


def test_every_reading_operation_is_tested():
    """By a table that the tests of a real server use as well."""
    reads = {
        name
        for name, operation in operations(AsyncKamailio).items()
        if inspect.signature(operation).return_annotation != "None"
    }
    tested = {name.partition(" ")[0] for name in PLAIN}
    for operation in READING.values():
        tested |= set(re.findall(r"k\.(\w+\.\w+)\(", inspect.getsource(operation)))
    where = "in tests/sdk/typed/operations.py"
    assert reads - tested - ELSEWHERE == set(), f"add to READING, PLAIN or ELSEWHERE {where}"
    assert ELSEWHERE - reads == ELSEWHERE & tested == set(), f"delete from ELSEWHERE {where}"


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("call", WRITING, ids=lambda call: " ".join(map(str, call)))
def test_what_a_writing_operation_sends(flavour, call):
    with replaying(flavour, {call: []}) as client:
        assert client.do(WRITING[call]) is None


def test_every_writing_operation_is_tested():
    tested = set(re.findall(r"k\.(\w+\.\w+)\(", Path(__file__).read_text(encoding="utf-8")))
    for operation in WRITING.values():
        tested |= set(re.findall(r"k\.(\w+\.\w+)\(", inspect.getsource(operation)))
    writes = {
        name
        for name, operation in operations(AsyncKamailio).items()
        if inspect.signature(operation).return_annotation == "None"
    }
    assert len(writes) > 50
    assert writes - tested == set(), "add to WRITING in tests/sdk/typed/operations.py"


def test_what_tls_answers():
    info = {"max_connections": 5, "opened_connections": 1, "clear_text_write_queued_bytes": 0}
    connection = {
        "id": 1,
        "timeout": 60,
        "src_ip": "192.0.2.1",
        "src_port": 5061,
        "dst_ip": "192.0.2.2",
        "dst_port": 5061,
        "cipher": "X",
        "ct_wq_size": 0,
        "enc_rd_buf": 0,
        "flags": 0,
        "state": "established",
        "sni": "example.com",
        "dom": "later",
    }
    replies = {("tls.info",): [Struct(info)], ("tls.list",): [Struct(connection)]}
    for flavour in FLAVOURS:
        with replaying(flavour, replies) as client:
            assert client.do(lambda k: k.tls.info()).to_wire() == Struct(info)
            (found,) = client.do(lambda k: k.tls.list())
            assert found.to_wire() == Struct(connection)
            assert found.model_extra == {"dom": "later"}


PRESENTITY = {"user": "alice", "domain": "example.com", "event": "presence", "etag": "a.1"}
PRESENTITY |= {"sender": "", "expires": 1_800_000_000}
DOCUMENT = {
    "received_time": 1_790_000_000,
    "priority": 5,
    "ruid": "u",
    "body": "<p/>",
    "hashid": 77,
}
WATCHER = {"pres_uri": "sip:alice@example.com", "to_user": "alice", "to_domain": "example.com"}
WATCHER |= {"from_user": "bob", "from_domain": "example.com", "watcher_user": "bob"}
WATCHER |= {"watcher_domain": "example.com", "contact": "sip:bob@192.0.2.9", "event_id": ""}
WATCHER |= {"callid": "c", "user_agent": "x", "expires": 1_800_000_000, "status": 1, "version": 2}
WATCHER |= {"flags": 0}
DETAILS = {"reason": "", "to_tag": "t", "from_tag": "f", "socket": "udp:192.0.2.1:5060"}
DETAILS |= {"local_contact": "sip:192.0.2.1", "record_route": "", "auth_rules": ""}
DETAILS |= {"remote_cseq": 5, "local_cseq": 6, "recv_event": 1, "updated": -1, "updated_winfo": -1}
PEER = {"name": "alice@h", "state": "INUSE", "call_count": 1, "registered": "yes"}
CONTACTS = [
    *[("AoR", "sip:a@192.0.2.1"), ("State", "registered"), ("Expires", 300), ("Path", "")],
    *[("AoR", "sip:b@192.0.2.2"), ("State", "registered"), ("Expires", "permanent"), ("Path", "")],
]
USE = {"Records": 2, "Max-Slots": 1}
IMPU = {"impu": "sip:a@ims", "state": "registered", "barring": 0}
IMPU |= {"ccf1": "", "ccf2": "", "ecf1": "", "ecf2": ""}
INFO = ("OPTIONS", "sip:a@b", ".", ".", "To: x\r\n")

# As the handlers of Kamailio 6.1 make them.
ANSWERS: list[tuple[tuple[Any, ...], Callable[[Any], Any], list[Any]]] = [
    (
        ("presence.presentity_list", "full"),
        lambda k: k.presence.presentity_list("full"),
        [Struct(PRESENTITY | DOCUMENT)],
    ),
    (("presence.presentity_list",), lambda k: k.presence.presentity_list(), [Struct(PRESENTITY)]),
    (
        ("presence.presentity_show", "basic", "alice", "*"),
        lambda k: k.presence.presentity_show("basic", "alice", "*"),
        [Struct(PRESENTITY)] * 2,
    ),
    (
        ("presence.watcher_list", "full", "sip:alice@example.com"),
        lambda k: k.presence.watcher_list("full", "sip:alice@example.com"),
        [Struct(WATCHER | DETAILS)],
    ),
    (
        ("presence.watcher_list", "basic", "sip:alice@example.com"),
        lambda k: k.presence.watcher_list("basic", "sip:alice@example.com"),
        [Struct(WATCHER)],
    ),
    (
        ("peerstate.get_peer", "alice@h"),
        lambda k: k.peerstate.get_peer("alice@h"),
        [Struct({"peer": "alice@h", "state": "INUSE", "call_count": 1, "registered": "no"})],
    ),
    (
        ("peerstate.stats",),
        lambda k: k.peerstate.stats(),
        [Struct(total_peers=3, incall_peers=1, registered_peers=2)],
    ),
    (("pdb.status",), lambda k: k.pdb.status(), [Struct(active=1, status="active")]),
    (
        ("pdb.timeout", 50),
        lambda k: k.pdb.set_timeout(50),
        [Struct(old_timeout=10, new_timeout=50)],
    ),
    (
        ("cnxcc.stats",),
        lambda k: k.cnxcc.stats(),
        [Struct(info="CNX Credit Control", active=1, dropped=2, total=-1)],
    ),
    (
        ("ulpcscf.status",),
        lambda k: k.ulpcscf.status(),
        [Struct(Domain="location", Size=512, AoRs=Struct([*CONTACTS, ("Stats", Struct(USE))]))],
    ),
    (
        ("ulscscf.status",),
        lambda k: k.ulscscf.status(),
        [Struct(Domain="location", Size=512, Stats=Struct(USE))],
    ),
    (
        ("ulscscf.showimpu", "sip:a@ims"),
        lambda k: k.ulscscf.showimpu("sip:a@ims"),
        [
            Struct(
                [
                    *IMPU.items(),
                    (
                        "subscription",
                        Struct(
                            [
                                ("impi", "a@ims"),
                                (
                                    "service profiles",
                                    Struct([("1", Struct(impus=Struct([("1", "sip:a@ims")])))]),
                                ),
                            ]
                        ),
                    ),
                    ("contacts", Struct([("sip:a@192.0.2.1", Struct(expires=60, client="x"))])),
                ]
            )
        ],
    ),
    (
        ("tm.t_uac_wait_block", *INFO),
        lambda k: k.tm.t_uac_wait_block("OPTIONS", "sip:a@b", None, None, "To: x\r\n"),
        [Struct(code=200, text="OK")],
    ),
    (
        ("tm.t_uac_wait_block_noack", *INFO),
        lambda k: k.tm.t_uac_wait_block_noack("OPTIONS", "sip:a@b", None, None, "To: x\r\n"),
        [Struct(code=200, text="OK")],
    ),
    (
        ("tm.t_uac_wait_block_hex", *INFO, "68"),
        lambda k: k.tm.t_uac_wait_block_hex("OPTIONS", "sip:a@b", None, None, "To: x\r\n", "68"),
        [Struct(code=408, text="Request Timeout")],
    ),
    (
        ("tm.t_uac_wait_block_noack_hex", *INFO, "68"),
        lambda k: k.tm.t_uac_wait_block_noack_hex(
            "OPTIONS", "sip:a@b", None, None, "To: x\r\n", "68"
        ),
        [Struct(code=200, text="OK")],
    ),
]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("call, operation, reply", ANSWERS, ids=[each[0][0] for each in ANSWERS])
def test_answers_of_modules_that_the_real_server_of_the_tests_lacks(
    flavour, call, operation, reply
):
    with replaying(flavour, {call: reply}) as client:
        found = client.do(operation)
    models = found if isinstance(found, list) else [found]
    assert [model.to_wire() for model in models] == reply
    assert list(extras(models)) == []


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_what_is_in_such_answers(flavour):
    peers = Struct(
        Peers=Struct([("count", 1), ("state", "INUSE"), ("Peer", Struct.of(Struct(PEER)))])
    )
    dump = Struct(Peers=Struct([("count", 0), ("Peer", Struct())]))
    replies = {
        **{call: reply for call, _operation, reply in ANSWERS},
        ("peerstate.list", "INUSE"): [peers],
        ("peerstate.dump",): [dump],
        ("pdb.timeout",): [Struct(timeout=10)],
        ("xhttp_prom.metric_list_print",): ["a 1\n"],
        ("cnxcc.active_clients",): [""],
        ("cnxcc.check_client", "bob"): ["calls"],
        ("ulscscf.showimpu", "sip:no@ims"): [],
        ("tm.cancel", "c", "1 INVITE"): [2, "branches remaining (waiting for timeout)"],
    }
    with replaying(flavour, replies) as client:
        do = client.do
        (peer,) = do(lambda k: k.peerstate.list("INUSE")).peers
        assert (peer.name, peer.registered, peer.call_count) == ("alice@h", True, 1)
        assert do(lambda k: k.peerstate.dump()).peers == ()
        assert do(lambda k: k.pdb.timeout()) == 10
        assert do(lambda k: k.pdb.status()).active is True
        assert do(lambda k: k.xhttp_prom.metric_list_print()) == "a 1\n"
        assert do(lambda k: k.cnxcc.active_clients()) == ""
        assert do(lambda k: k.cnxcc.check_client("bob")) == "calls"
        assert do(lambda k: k.cnxcc.stats()).total == 2**32 - 1
        assert do(lambda k: k.ulscscf.showimpu("sip:no@ims")) is None
        impu = do(lambda k: k.ulscscf.showimpu("sip:a@ims"))
        assert impu.subscription.service_profiles["1"].impus == {"1": "sip:a@ims"}
        assert impu.contacts["sip:a@192.0.2.1"].expires == 60
        (domain,) = do(lambda k: k.ulpcscf.status())
        assert [(each.aor, each.expires) for each in domain.contacts] == [
            *[("sip:a@192.0.2.1", 300), ("sip:b@192.0.2.2", None)]
        ]
        assert do(lambda k: k.tm.cancel("c", "1 INVITE")) == 2
        (watcher,) = do(lambda k: k.presence.watcher_list("full", "sip:alice@example.com"))
        assert (watcher.updated, watcher.remote_cseq) == (-1, 5)
