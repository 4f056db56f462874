# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies as tables, and what of them is shown."""

from __future__ import annotations

import io
import json
import os

import pytest

from kamailio_binrpc.cli import table
from kamailio_binrpc.cli.presets import PRESETS, duration, moment, size
from kamailio_binrpc.cli.rows import rows_of
from kamailio_binrpc.cli.terminal import for_terminal
from kamailio_binrpc.cli.view import View
from kamailio_binrpc.core.errors import EncodeError

pytest.importorskip("rich")
pytestmark = pytest.mark.usefixtures("surroundings")

PEOPLE = [{"name": "b", "load": 9}, {"name": "a", "load": 10}, {"name": "c", "state": "AP"}]


class Screen(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def screen(monkeypatch):
    """A terminal; call it with its width."""

    def start(columns):
        monkeypatch.setattr("sys.stdout", Screen())
        monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return start


def test_structs():
    rows = [{"ID": 1, "NAME": "a"}, {"ID": 20, "NAME": "b", "MORE": {"X": 1.5}}]
    assert table.render(rows, "") == "ID  NAME  MORE.X\n 1  a\n20  b        1.5\n"


@pytest.mark.parametrize("method", ["core.info", "none.such"])
def test_one_thing_goes_downwards(method):
    assert table.render([{"a": 1, "b": "x"}], method) == "NAME  VALUE\na     1\nb     x\n"


@pytest.mark.parametrize("method", ["core.psx", "htable.listTables", "dlg.list"])
def test_a_list_has_one_layout_however_many_rows(method):
    row = {"h_entry": 1, "h_id": 2, "name": "x"}
    for count in (1, 2):
        shown = table.render([row] * count, method, View("all")).splitlines()
        assert shown == ["H_ENTRY  H_ID  NAME"] + ["      1     2  x"] * count


def test_the_only_list_is_gone_down_into():
    nested = [
        {"N": 2, "RECORDS": [{"SET": {"ID": 1, "T": [{"D": {"U": "a"}}, {"D": {"U": "b"}}]}}]}
    ]
    assert table.render(nested, "") == "N  ID  U\n2   1  a\n2   1  b\n"


def test_flat_replies_are_folded_as_the_catalogue_says():
    assert table.render([1, "main", 22, "timer"], "core.ps") == " 1  main\n22  timer\n"
    assert table.render(["a", "b"], "core.modules") == "a\nb\n"


def test_nothing_is_lost():
    assert table.render(["a\nb\x1b[1m"], "") == "a\\nb\\x1b[1m\n"
    assert table.render([{"a": [1, {"b": 2}], "c": 1}], "").splitlines()[1] == 'a     [1, {"b": 2}]'
    assert table.render([], "") == ""
    assert table.render([[]], "") == ""
    wide = table.render([{"a": "\u65e5\u672c", "b": "x"}, {"a": "ab", "b": "y"}], "")
    assert wide.splitlines()[1:] == ["\u65e5\u672c  x", "ab    y"]
    long = "x" * 5000
    assert long in table.render([{"a": long, "b": long}] * 2, "")


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_terminal_wraps_and_does_not_cut(columns, screen):
    screen(columns)
    lines = table.render([{"uri": "u" * 300, "n": 7}] * 2, "").splitlines()
    assert max(map(len, lines)) <= columns + len(lines[0]) * 2  # the marks of styles take no room
    assert sum(line.count("u") for line in lines) == 600


def test_texts_of_servers_style_nothing(screen):
    screen(100)
    text = for_terminal(table.render([{"a": "[red]x[/]\x1b[31m", "b": ":bomb:"}] * 2, ""))
    assert "[red]x[/]\\x1b[31m" in text
    assert ":bomb:" in text
    assert "\x1b[31m" not in text


def test_no_color(screen, monkeypatch):
    screen(100)
    assert "\x1b" in for_terminal(table.render([{"a": 1}] * 2, ""))
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in for_terminal(table.render([{"a": 1}] * 2, ""))


@pytest.mark.parametrize(
    "options, shown",
    [
        ({"columns": "load,name"}, ["load name", "9 b", "10 a", "c"]),
        ({"columns": "all"}, ["name load state", "b 9", "a 10", "c AP"]),
        ({"columns": "NAME", "sort": "name"}, ["name", "a", "b", "c"]),
        ({"columns": "name", "sort": "-name"}, ["name", "c", "b", "a"]),
        ({"columns": "name", "sort": "load"}, ["name", "b", "a", "c"]),
        ({"columns": "name", "sort": "-load"}, ["name", "a", "b", "c"]),
        ({"columns": "name", "where": ["load>=10"]}, ["name", "a"]),
        ({"columns": "name", "where": ["load<10"]}, ["name", "b"]),
        ({"columns": "name", "where": ["load = 9.0", "name=b"]}, ["name", "b"]),
        ({"columns": "name", "where": ["state~ap"]}, ["name", "c"]),
        ({"columns": "name", "where": ["name!=a", "name!~C"]}, ["name", "b"]),
        ({"columns": "name", "where": ["load!=x"]}, ["name", "b", "a"]),
        ({"where": ["load=x"]}, []),
    ],
    ids=str,
)
def test_what_is_picked(options, shown):
    found = [line.split() for line in table.render(PEOPLE, "", View(**options)).splitlines()]
    assert (
        found == [[*(shown[0].upper().split())], *map(str.split, shown[1:])] if shown else not found
    )
    rows = View(**options).data(rows_of(PEOPLE, ""))
    assert len(rows) == max(0, len(shown) - 1)


def test_names_are_found_by_their_end_and_by_their_title():
    rows = [{"ATTRS.WEIGHT": 5, "h_entry": 1, "LATENCY.MAX": 3, "ATTRS.MAX": 4}]
    assert View("weight").data(rows) == [{"ATTRS.WEIGHT": 5}]
    assert View("entry").data(rows) == [{"h_entry": 1}]
    with pytest.raises(EncodeError, match=r"LATENCY\.MAX or ATTRS\.MAX"):
        View("max").data(rows)
    with pytest.raises(EncodeError, match=r"no column weihgt; .*ATTRS\.WEIGHT"):
        View(sort="weihgt").rows(rows)


@pytest.mark.parametrize("text", ["", "load", "=5", "~"])
def test_what_is_no_condition(text):
    with pytest.raises(EncodeError, match="not a condition"):
        View(where=[text])


@pytest.mark.parametrize(
    "function, value, shown",
    [
        (duration, 0, "0s"),
        (duration, 59, "59s"),
        (duration, 200, "3m20s"),
        (duration, 7500, "2h05m"),
        (duration, 273_600, "3d04h"),
        (duration, "permanent", "permanent"),
        (duration, -3, -3),
        (size, 512, "512 B"),
        (size, 1536, "1.5 KiB"),
        (size, 3 << 40, "3072.0 GiB"),
        (size, "x", "x"),
        (moment, 0, "-"),
        (moment, "x", "x"),
        (moment, 1 << 40, 1 << 40),
    ],
)
def test_units(function, value, shown):
    assert function(value) == shown


@pytest.mark.parametrize("method", sorted(PRESETS))
def test_presets_name_members_of_the_reply(method):
    from kamailio_binrpc.core.catalogue.lookup import find

    reply = find(method).reply
    for column in PRESETS[method]:
        for part in column.name.split("."):
            assert f"{part}:" in reply, column


@pytest.mark.parametrize(
    "call",
    [
        ["dispatcher.list"],
        ["dlg.list"],
        ["ul.dump"],
        ["core.psx"],
        ["uac.reg_dump"],
        ["pkg.stats"],
    ],
    ids=" ".join,
)
def test_large_replies_fit_a_hundred_columns(call, kamrpc):
    status, out, _err = kamrpc("call", "-o", "table", *call)
    assert status == 0
    assert max(map(len, out.splitlines())) <= 100


def test_call(kamrpc):
    status, out, _err = kamrpc("call", "core.psx", "--columns", "pid", "--sort=-pid")
    shown = out.split()
    assert (status, shown[0]) == (0, "PID")
    assert shown[1:] == sorted(shown[1:], key=int, reverse=True)
    status, out, _err = kamrpc("call", "--json", "core.psx", "--where", "dsc~timer")
    assert {row["DSC"] for row in json.loads(out)} == {"slow timer", "timer"}
    status, out, err = kamrpc("call", "-o", "text", "core.psx", "--sort", "pid")
    assert (status, out) == (2, "")
    assert "no effect on text" in err


def test_fleet(kamrpc, config):
    status, out, _err = kamrpc("fleet", "-g", "both", "core.psx", "--where", "dsc=timer")
    lines = [line.split() for line in out.splitlines()]
    assert status == 0
    assert lines[0] == ["ENDPOINT", "IDX", "PID", "DSC"]
    assert {line[3] for line in lines[1:]} == {"timer"}
    status, out, err = kamrpc("fleet", "-g", "both", "--diff", "--sort", "pid", "core.psx")
    assert (status, out) == (2, "")
    assert "--diff compares whole replies" in err
    status, out, _err = kamrpc("fleet", "-g", "both", "--diff", "-o", "table", "test.where")
    rows = [line.split() for line in out.splitlines()]
    assert status == 0
    assert rows[0] == ["ENDPOINTS", "CHANGE", "ROW", "MEMBER", "A", "B"]
    assert [row[1] for row in rows[1:]] == ["agree", "changed"]


def test_watch(kamrpc):
    status, out, _err = kamrpc("watch", "--count", "1", "core.psx", "--columns", "dsc")
    assert (status, out.splitlines()[0]) == (0, "DSC")
    status, out, _err = kamrpc("watch", "--count", "1", "-o", "yaml", "core.version")
    assert out.startswith("---\ntime: ")
