# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The JSON-like view of replies beside the JSON that Kamailio's own jsonrpcs writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kamailio_binrpc import Client, Fault, LossyView, Struct, to_dict, to_pairs
from tests.real.calls import LATIN, Scene
from tests.support.kamailio import Pairs
from tests.support.releases import holds

pytestmark = pytest.mark.real

# Methods where jsonrpcs shows only the last of several values: it keeps one unless the method
# is marked as returning a list, which these are not.
LAST_VALUE_ONLY = {
    *("call_obj.stats", "cfg.diff", "cfg.help", "dbg.ls", "dns.debug", "dns.debug_all"),
    *("dns.mem_info", "dst_blocklist.debug", "dst_blocklist.mem_info"),
    *("dst_blocklist.view", "mtree.match", "rl.get_pipes", "rl.stats", "secfilter.stats"),
    "userblocklist.dump_blocklist",
}
if holds("cfg.help is a struct"):
    LAST_VALUE_ONLY -= {"cfg.help"}
if holds("secfilter structs"):
    LAST_VALUE_ONLY -= {"secfilter.stats"}

# Methods whose answer differs for another reason.
DIFFERENT = {
    "ctl.connections": "jsonrpcs: fault 606, only over binrpc",
    "ctl.listen": "jsonrpcs: nothing, only over binrpc",
    "ctl.who": "jsonrpcs: fault 606, only over binrpc",
    "imc.list_members": "ctl ignores what follows a list in the same struct_add",
    "mod.mem_stats": "the private memory of another process",
    "mod.mem_statsx": "the private memory of another process",
    "mod.stats": "the private memory of another process",
    "no.such.method": "the fault's text",
    "secfilter.print": "kills a 5.6.3 if called through jsonrpcs",
}


def is_repeated(pairs: Pairs) -> bool:
    names = [name for name, _other in pairs]
    return len(set(names)) < len(names)


def differences(ours: Any, theirs: Any, values: bool, path: str = "") -> list[str]:
    """Return what differs in structure, and in value if asked to look."""
    if isinstance(theirs, Pairs) and is_repeated(theirs):
        # The same key twice in one object: the view makes a list of one-member objects instead.
        theirs = [Pairs([pair]) for pair in theirs]
    if isinstance(theirs, Pairs):
        if not isinstance(ours, dict) or list(ours) != [name for name, _other in theirs]:
            return [f"{path}: {ours!r} for the object {theirs!r}"]
        inside = [(f"{path}.{name}", ours[name], value) for name, value in theirs]
    elif isinstance(theirs, list):
        if not isinstance(ours, list) or len(ours) != len(theirs):
            return [f"{path}: {ours!r} for the list {theirs!r}"]
        inside = [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip(ours, theirs, strict=True))]
    else:
        return [] if is_same_scalar(ours, theirs, values) else [f"{path}: {ours!r} for {theirs!r}"]
    return [text for where, *pair in inside for text in differences(*pair, values, where)]


def is_same_scalar(ours: Any, theirs: Any, values: bool) -> bool:
    if theirs is None:
        return bool(ours == "<null string>")  # all that ctl can say
    if isinstance(theirs, str) or isinstance(ours, str):
        if isinstance(ours, str):  # as the test server's helper reads bytes that are not UTF-8
            ours = ours.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        return ours.__class__ is theirs.__class__ and (not values or ours == theirs)
    if not values:
        return isinstance(ours, (int, float))
    # The wire does not tell -1 from 4294967295, and carries thousandths.
    return abs(ours - theirs) < 0.0011 or (ours - theirs) % 2**32 == 0


def outcome(client: Client, call: tuple[Any, ...]) -> tuple[Any, Fault | None]:
    try:
        return client.call(*call).to_json(), None
    except Fault as fault:
        return None, fault


def test_to_json_has_the_structure_of_jsonrpcs(scene: Scene, tell: Callable[[str], None]) -> None:
    found: dict[str, list[str]] = {}
    compared = same = 0
    with Client(scene.server.endpoints["unix"]) as client:
        for call in scene.calls:
            # JSON cannot carry bytes that are not UTF-8.
            if call[0] in DIFFERENT or LATIN in call or not is_comparable(call):
                continue
            # A figure may change and change back around jsonrpcs's answer: not five times over.
            for _attempt in range(5):
                wrong = compare_once(client, scene, call)
                if not wrong:
                    break
            compared += 1
            same += not wrong
            if wrong:
                found[repr(call)] = wrong
    tell(f"views: {same} of {compared} replies have the structure that jsonrpcs gives them")
    assert found == {}
    assert compared > 200


def compare_once(client: Client, scene: Scene, call: tuple[Any, ...]) -> list[str]:
    ours, fault = outcome(client, call)
    answer = scene.server.jsonrpc(call[0], list(call[1:]))
    again, _other = outcome(client, call)
    if fault is not None or "error" in answer:
        return compare_faults(fault, answer)
    # An answer takes shared memory itself, and jsonrpcs takes more of it than ctl does.
    memory = "all" in call or any("shm" in str(word) for word in call)
    return compare(call[0], ours, answer["result"], values=ours == again and not memory)


def compare(method: str, ours: list[Any], theirs: Any, values: bool) -> list[str]:
    if method in LAST_VALUE_ONLY:
        ours = ours[-1:]
    if not ours:
        # No value at all is an empty object there, or an empty list.
        return [] if theirs in ([], Pairs()) else [f"{theirs!r} for no value"]
    as_one = differences(ours[0], theirs, values) if len(ours) == 1 else None
    if as_one == []:
        return []
    # Methods marked as returning a list give one for a single value too.
    as_list = differences(ours, theirs, values) if isinstance(theirs, list) else None
    return as_one or [] if as_list is None else as_list


def compare_faults(ours: Fault | None, theirs: Any) -> list[str]:
    if ours is not None and "error" in theirs:
        error = theirs["error"]
        if (ours.code, ours.text) == (error["code"], error["message"]):
            return []
    return [f"{ours!r} for {theirs!r}"]


def is_comparable(call: tuple[Any, ...]) -> bool:
    """Whether ctl's own limits, and jsonrpcs's conversion of parameters, are out of the way."""
    if call[0] in {"core.echo", "core.prints", "core.printi"}:
        kind = int if call[0] == "core.printi" else str
        return all(isinstance(part, kind) for part in call[1:]) and len(str(call)) < 1000
    # A text too long for a fault of ctl.
    return not any(isinstance(part, str) and len(part) > 200 for part in call)


@pytest.mark.parametrize("method", sorted(LAST_VALUE_ONLY))
def test_jsonrpcs_still_drops_all_but_the_last_value(scene: Scene, method: str) -> None:
    """If this fails, the method can leave the list of exceptions."""
    calls = [call for call in scene.calls if call[0] == method]
    with Client(scene.server.endpoints["unix"]) as client:
        counts = [len(ours) for ours, fault in (outcome(client, call) for call in calls) if ours]
    if not counts:
        pytest.skip("NOT TESTED: it had nothing to tell")
    assert max(counts) > 1
    results = [scene.server.jsonrpc(call[0], list(call[1:])) for call in calls]
    assert not any(
        isinstance(result["result"], list) and not isinstance(result["result"], Pairs)
        for result in results
        if "result" in result
    )


def test_every_view_of_every_reply_can_be_made(scene: Scene) -> None:
    lossy = set()
    with Client(scene.server.endpoints["unix"]) as client:
        for call in scene.calls:
            try:
                reply = client.call(*call)
            except Fault:
                continue
            json.dumps(reply.to_json())
            for value in reply:
                # Pairs lose nothing.
                assert restored(to_pairs(value)) == value
                for choice in ("first", "last", "list"):
                    to_dict(value, choice)
                try:
                    assert_faithful(value, to_dict(value))
                except LossyView as error:
                    assert "items()" in str(error)
                    lossy.add(call[0])
    assert {"dispatcher.list", "ul.dump", "permissions.trustedDump", "pdt.list"} <= lossy
    assert lossy.isdisjoint({"core.psx", "htable.dump", "htable.get", "core.shmmem", "cfg.get"})


def restored(pairs: Any) -> Any:
    if isinstance(pairs, list):
        return Struct((name, restored(value)) for name, value in pairs)
    return pairs


def assert_faithful(value: Any, plain: Any) -> None:
    if not isinstance(value, Struct):
        assert plain == value
    elif isinstance(plain, list):
        assert value.keys() == [None] * len(plain)
        for member, item in zip(value.values(), plain, strict=True):
            assert_faithful(member, item)
    else:
        assert value.keys() == list(plain)
        for name, member in value.items():
            assert_faithful(member, plain[name])


def test_a_table_dump_as_json(scene: Scene) -> None:
    with Client(scene.server.endpoints["udp"]) as client:
        slots = client.call("htable.dump", "t").to_json()
    items = {item["name"]: item for slot in slots for item in slot["slot"]}
    assert items["number"] == {"name": "number", "value": 42, "type": "int"}
    assert items["numeric-text"] == {"name": "numeric-text", "value": "0042", "type": "str"}
    assert items["latin"]["value"] == LATIN
