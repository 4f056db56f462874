# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Findings of a comparison of the catalogue with a source tree."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from kamailio_binrpc.core.catalogue.lookup import find, in_release, methods

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from catalogue_check import EXCUSED, compare, main  # noqa: E402
from kamailio_source import Exported  # noqa: E402

LETTERS = {"str": "s", "int": "d", "float": "f", "any": "s"}


def exported(name, *scans):
    return Exported(name, "m", scans, False, "modules/m/m.c:handler")


def scan_of(method):
    optional = False
    letters = []
    for param in method.params:
        if param.optional and not optional:
            letters.append("*")
            optional = True
        letters.append(LETTERS[param.type])
    return "".join(letters)


def differences(tree, known, release="6.0"):
    return list(compare(SimpleNamespace(methods=tree), release, known))


def test_a_tree_that_agrees_has_no_differences():
    known = {method.name: method for method in methods() if in_release(method, "6.0")}
    tree = {name: exported(name, scan_of(method)) for name, method in known.items()}
    found = differences(tree, known)
    # Optional parameters before others are left out as the empty text, so they are scanned too.
    assert all("is not optional" in line for line in found)
    assert len(found) < 5


@pytest.mark.parametrize(
    "scans, text",
    [
        (("SS",), "the parameters are SS"),
        (("SSSS",), "the parameters are SSSS"),
        (("SSd",), "the parameters are SSd"),
        ((), "the parameters are none"),
        (("SSS",), None),
        (("SS", "S"), None),
        (("S*SS",), None),
    ],
)
def test_parameters(scans, text):
    name = "htable.sets"
    found = differences({name: exported(name, *scans)}, {name: find(name)})
    assert len(found) == (text is not None)
    if text:
        assert text in found[0]
        assert "modules/m/m.c:handler" in found[0]
        assert "htable.sets table key value" in found[0]


def test_an_optional_parameter_that_the_server_wants():
    name = "dispatcher.list"
    assert find(name).params[0].optional
    assert differences({name: exported(name, "*s")}, {name: find(name)}) == []
    name = "tm.reply"
    found = differences({name: exported(name, "dSSSSS")}, {name: find(name)})
    assert "headers is not optional" in found[0]


def test_methods_that_one_of_both_lacks():
    found = differences({"no.such": exported("no.such", "S")}, {})
    assert found == ["no.such: not in the catalogue; modules/m/m.c:handler scans S"]
    found = differences({}, {"core.echo": find("core.echo")})
    assert "not in the tree" in found[0]


FORMATS = {"str": "S", "int": "d", "float": "f", "any": "S"}


def c_sources(folder, known):
    """Write a source tree whose module m exports the methods of a catalogue."""
    handlers, entries = [], []
    for index, method in enumerate(known.values()):
        star, scan = "", ""
        for param in method.params:
            star = "*" if param.optional else ""
            scan += star * ("*" not in scan) + FORMATS[param.type]
        body = f'rpc->scan(c, "{scan}");' if scan else ""
        handlers.append(f"static void h{index}(rpc_t *rpc, void *c)\n{{\n\t{body}\n}}\n")
        entries.append(f'\t{{"{method.name}", h{index}, doc, 0}},\n')
    path = folder / "src" / "modules" / "m" / "m.c"
    path.parent.mkdir(parents=True)
    (folder / "src" / "core").mkdir()
    table = "rpc_export_t m_rpc[] = {\n%s\t{NULL, NULL, NULL, 0}\n};\n" % "".join(entries)
    path.write_text("\n".join([*handlers, table]))


@pytest.mark.parametrize("lacks", ["neither", "the catalogue", "the tree"])
def test_a_method_that_was_removed_on_purpose_is_found(tmp_path, monkeypatch, capsys, lacks):
    name = "dispatcher.set_state"
    known = {method.name: method for method in methods() if in_release(method, "6.0")}
    fewer = {other: method for other, method in known.items() if other != name}
    c_sources(tmp_path, fewer if lacks == "the tree" else known)
    in_catalogue = fewer if lacks == "the catalogue" else known
    monkeypatch.setattr("kamailio_binrpc.core.catalogue.lookup.methods", in_catalogue.values)
    monkeypatch.setattr(sys, "argv", ["catalogue_check.py", str(tmp_path), "6.0"])
    status = main()
    *told, summary = capsys.readouterr().out.splitlines()
    told = [line for line in told if "is not optional" not in line]
    if lacks == "neither":
        assert told == [] and f"{len(known)} of {len(known)} methods known" in summary
        return
    assert status == 1
    (line,) = told
    if lacks == "the catalogue":
        assert (
            line
            == f"{name}: not in the catalogue; modules/m/m.c:{handler_of(name, known)} scans SdS"
        )
        assert f"{len(known) - 1} of {len(known)} methods known" in summary
    else:
        assert line.startswith(f"{name}: not in the tree")


def handler_of(name, known):
    return f"h{list(known).index(name)}"


def test_excuses_are_of_methods_that_exist():
    assert all(find(name) is not None for name in EXCUSED)


def test_the_tool_reports_and_fails(tmp_path, monkeypatch, capsys):
    path = tmp_path / "src" / "core" / "cmd.c"
    path.parent.mkdir(parents=True)
    path.write_text('rpc_export_t rpcs[] = {{"core.nosuch", handler, doc, 0}};\n')
    monkeypatch.setattr(sys, "argv", ["catalogue_check.py", str(tmp_path), "6.0"])
    assert main() == 1
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("core.nosuch: not in the catalogue")
    assert out[-1].startswith("Kamailio 6.0: 0 of 1 methods known")
    monkeypatch.setattr(sys, "argv", ["catalogue_check.py", str(tmp_path)])
    with pytest.raises(SystemExit):
        main()
