# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The notation of the entries, and what is said of an entry that is not in it."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.notation import ALWAYS, arrays_in, build, faults_of, parse

ENTRIES = """
*table: name of the table

door.*
 %refused=locked
door.open name [seconds:.int=5] key^ [more:any*] -> {a:{b:[c:{d:[str*]}*],pin:str^}}* reads @5.7-6.0
 Opens a door
 key: what it is opened with
 +5.8: more
 !lets people in
 ?no door
 %absent=no such door|invalid= which
 %busy=in use
door.enter = door.open repeatable @6.1
 Enters
 %= door.shut
door.shut kind{int|str} value:kind -> (str,{(x:int,y:[int*])*},...)* reads() repeatable @-5.4
 Shuts a door
 %= door.open
 %exists=already shut
door.look mode{once|...} -> [{...}^*] reads(once)
 Looks at a door
door.knock table -> -
 Knocks at a door
"""


def made(name, text=ENTRIES):
    return build(name, parse(text), "data_doors.py")


def problem(name, text):
    try:
        made(name, text)
    except ValueError as error:
        return str(error)
    return ""


def test_an_entry_with_everything():
    method = made("door.open")
    assert method.signature == "door.open name [seconds] key [more ...]"
    assert [param.type for param in method.params] == ["str", "int", "str", "any"]
    assert [param.secret for param in method.params] == [False, False, True, False]
    seconds = method.params[1]
    assert (seconds.converted, seconds.optional, seconds.fill) == (True, True, 5)
    assert method.params[2].meaning == "what it is opened with"
    assert method.reply == "{a:{b:[c:{d:[str*]}*],pin:str}}*"
    assert method.secrets == {"pin"}
    assert (method.reads, method.again) == (ALWAYS, False)
    assert (method.since, method.until) == ("5.7", "6.0")
    assert method.text == "Opens a door"
    assert method.changes == ("5.8: more",)
    assert method.hazards == ("lets people in",)
    assert method.failures == ("no door",)
    assert method.shape == "list"


def test_the_same_under_another_name():
    method, original = made("door.enter"), made("door.open")
    assert [param.name for param in method.params] == [param.name for param in original.params]
    assert (method.reply, method.reads, method.secrets) == (original.reply, ALWAYS, {"pin"})
    assert (method.text, method.again) == ("Enters", True)
    assert (method.since, method.until) == ("6.1", "")


def test_when_it_reads():
    assert made("door.shut").reads == ""
    assert made("door.shut").reads_without_params
    assert made("door.look").reads == "once"
    assert made("door.knock").reads is None
    assert [made(f"door.{name}").access for name in ("open", "shut")] == ["read", "write"]


def test_words_types_and_the_glossary():
    kind, value = made("door.shut").params
    assert (kind.words, kind.closed, value.typed_by) == (("int", "str"), True, "kind")
    assert made("door.look").params[0].closed is False
    assert made("door.look").secrets == {"."}
    assert made("door.knock").params[0].meaning == "name of the table"


def test_faults():
    entries = parse(ENTRIES)
    own = [("absent", "no such door"), ("invalid", " which"), ("busy", "in use")]
    assert faults_of("door.open", entries) == own
    assert faults_of("door.shut", entries) == [*own, ("exists", "already shut")]
    assert faults_of("door.enter", entries) == [*own, *own, ("exists", "already shut")]
    assert faults_of("door.*", entries) == [("refused", "locked")]
    assert faults_of("door.knock", entries) == []


@pytest.mark.parametrize(
    "reply, paths",
    [
        ("-", []),
        ("int", []),
        ("{a:int,...}*", []),
        ("[...]", ["."]),
        ("[socket:{a:[int*]}*]", [".", "socket.a"]),
        ("{a:{b:[c:{d:[str*]}*]}}", ["a.b", "a.b.c.d"]),
        # An item without a name has the path of the array around it.
        ("{rule:[{gw:[{...}*]}*],len:[int*]}", ["len", "rule", "rule.gw"]),
        ("{(table:int,item:{a:str})*}", []),
        ("(str,{group name:str,6xx:[int]})*", ["6xx"]),
    ],
)
def test_arrays_come_from_the_reply(reply, paths):
    assert sorted(arrays_in(reply)) == paths


@pytest.mark.parametrize(
    "old, new, parts",
    [
        ("name [sec", "name:text [sec", ["'name:text'", "str, int, float, any"]),
        ("value:kind", "value:kin", ["door.shut", "'value:kin'"]),
        ("kind{int|str}", "kind{int|str", ["door.shut", "kind{int|str"]),
        ("-> [{...}^*]", "> [{...}^*]", ["door.look", "notation"]),
        ("[{...}^*]", "[{...}^*", ["door.look", "''"]),
        ("{a:{b", "{a:{b:text,b", ["door.open", "'text,b"]),
        (" Looks at a door\n", "", ["door.look", "line of help"]),
        (" Opens a door\n", "", ["door.open", "line of help"]),  # a parameter's line is none
        (" key: what", " kee: what", ["door.open", "'kee: what it is opened with'"]),
        ("=5]", "=five]", ["door.open", "five"]),
        (
            "door.look mode{once|...} -> [{...}^*] reads(once)",
            "door.look = gate.look",
            ["gate.look"],
        ),
    ],
)
def test_a_bad_entry_is_named_with_its_file(old, new, parts):
    assert old in ENTRIES
    text = ENTRIES.replace(old, new)
    said = " ".join(filter(None, [problem(f"door.{n}", text) for n in ("open", "shut", "look")]))
    for part in ["data_doors.py: door.", *parts]:
        assert part in said


@pytest.mark.parametrize("bad", [" %gone=locked", " %refused", " %refused=", " %refused=Locked"])
def test_a_bad_fault_is_named(bad):
    with pytest.raises(ValueError, match=r"door\.\*"):
        faults_of("door.*", parse(ENTRIES.replace(" %refused=locked", bad)))


def test_faults_of_an_entry_that_is_not_there():
    with pytest.raises(ValueError, match=r"no entry gate\.shut"):
        faults_of("door.enter", parse(ENTRIES.replace("%= door.shut", "%= gate.shut")))


def test_two_entries_of_one_name():
    with pytest.raises(ValueError, match=r"door\.open has two"):
        parse(ENTRIES + "door.open -> -\n Again\n")


def test_what_a_secret_depends_on():
    method = made(
        "door.set", "door.set name value^(name)=x -> {a b:str,c:any^(a b),d:str^()}*\n Help"
    )
    assert [(each.secret, each.secret_if, each.fill) for each in method.params] == [
        (False, "", None),
        (False, "name", "x"),
    ]
    assert method.secrets == {"c?a b", "d?"}
    assert "^" not in method.reply
    assert method.reply == "{a b:str,c:any,d:str}*"
