# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The lab server's methods read the parameters of the catalogue, and come and go with the same
release. Where a method scans for itself, a call shows what it scans."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.core.catalogue.lookup import FILES, find
from kamailio_binrpc.core.catalogue.notation import Method, Param
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.core.lab import modules
from kamailio_binrpc.core.lab.context import BinrpcContext
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.core.lab.registry import UNDOCUMENTED, Declaration, Module
from kamailio_binrpc.core.lab.state import RELEASES, LabState

OLDEST = (5, 6)
MASTER = (6, 2)
SERIES = [*(tuple(map(int, name.split("."))) for name in RELEASES), MASTER]
LETTERS = {"s": "str", "S": "str", "d": "int", "u": "int", "b": "int", "t": "int", "f": "float"}

# Read only where something is there that a lab server does not have at once, or not at all; with
# the reason.
UNSEEN = {
    "dbg.bp": "reads the value behind the number of a process",
    "dlg.bridge_dlg": "proxy and body change nothing in a lab",
    "dlg.end_dlg": "the headers change nothing in a lab",
    "dst_blocklist.add": "the blocklist is off, and that is said first",
    "pv.shvSet": "reads the value by its type, as the catalogue has it",
    "cfg.set": "tries the value as a number, then as a text",
    "cfg.set_delayed": "tries the value as a number, then as a text",
    "uac.reg_add": "contact_user came after 6.1",
    "rtpengine.reload": "the parameter ping came with 5.8 and changes nothing in a lab",
    "tm.t_uac_wait": "refused before anything is read",
    "ul.db_contacts": "refused before anything is read",
    "ul.db_expired_contacts": "refused before anything is read",
    "ul.db_users": "refused before anything is read",
}

# Not to be called: they never answer, or end the server.
SILENT = {"core.kill", "keepalive.add", "keepalive.del", "keepalive.flush", "keepalive.get"}


class Declared:
    """A method as a module of the lab declares it."""

    def __init__(self, module: type[Module], declaration: Declaration) -> None:
        self.name = declaration.name
        self.scan = declaration.scan
        self.since = declaration.since
        self.until = declaration.until
        self.help = declaration.help
        self.path = inspect.getfile(module).partition("/core/")[2]
        self.stem = Path(self.path).stem


def subclasses(kind: type) -> Iterator[type]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


@cache
def declared() -> dict[str, Declared]:
    build()  # imports the default modules
    return {
        declaration.name: Declared(module, declaration)
        for module in subclasses(Module)
        if module.__module__.startswith("kamailio_binrpc.core.lab.")
        for function in vars(module).values()
        for declaration in getattr(function, "rpc_methods", ())
        if not declaration.name.startswith("lab.")  # the lab's own
    }


NAMES = sorted(declared())


def files(one: Declared) -> str:
    """Both files, for messages."""
    entries = FILES.get(one.name.partition(".")[0], one.stem)
    return f"{one.name}: {one.path} and catalogue/modules/{entries}.py"


def letters(scan: str) -> Iterator[tuple[str, bool, bool]]:
    """Type, whether it is converted, and whether it is optional, of each letter of a format."""
    optional = converted = False
    for letter in scan:
        if letter == "*":
            optional = True
        elif letter == ".":
            converted = True
        else:
            yield LETTERS[letter], converted, optional
            converted = False


def value_for(param: Param) -> Any:
    if param.words:
        return int(param.words[0]) if param.type == "int" else param.words[0]
    if param.fill is not None:
        return param.fill
    return {"str": "nosuch", "int": 1, "float": 0.5, "any": "5"}[param.type]


def release_of(text: str) -> tuple[int, ...]:
    return MASTER if text == "master" else tuple(int(part) for part in text.split(".")[:2])


def scanned(method: Method, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, bool, bool]]:
    """Return the types that a method scans when it is called with all its parameters."""
    seen: list[str] = []
    scan = BinrpcContext.scan

    def spy(self: BinrpcContext, fmt: str) -> Any:
        seen.append(fmt)
        return scan(self, fmt)

    monkeypatch.setattr(BinrpcContext, "scan", spy)
    newer = method.since and release_of(method.since) > OLDEST
    engine = build(state=LabState(method.since if newer else "5.6"))
    with contextlib.suppress(Fault):
        engine.call(method.name, *map(value_for, method.params))
    return letters("".join(seen))


def test_files_are_named_alike() -> None:
    lab = {path.stem for path in Path(inspect.getfile(modules)).parent.glob("[!_]*.py")}
    assert lab - set(FILES.values()) == {"lab"}, "its own methods are in no catalogue"


def test_files_have_the_names_of_the_catalogues() -> None:
    differing = [
        files(one)
        for name, one in declared().items()
        if FILES.get(name.partition(".")[0]) != one.stem
    ]
    assert differing == []


def test_the_catalogue_has_each_method() -> None:
    missing = [files(one) for name, one in declared().items() if find(name) is None]
    assert missing == [], "the catalogue has no such method"


COMPARED = [name for name in NAMES if name not in SILENT and find(name)]


@pytest.mark.parametrize("count", [f"{len(COMPARED) - len(UNSEEN)}-of-{len(NAMES)}"])
def test_how_many_agree(count: str) -> None:
    assert set(UNSEEN) | SILENT <= set(NAMES)
    assert len(COMPARED) - len(UNSEEN) > 250


def parameters(one: Declared, monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], list[Any]]:
    """The parameters of a method by the lab, and by the catalogue."""
    method = find(one.name)
    assert method is not None
    wanted = [(param.type, param.converted, param.optional) for param in method.params]
    if one.scan is not None:
        found = list(letters(one.scan))
    else:
        # What is optional decides the function that scans.
        with monkeypatch.context() as patch:
            found = [(*each, False) for *each, _optional in scanned(method, patch)]
        wanted = [(*each, False) for *each, _optional in wanted]
        while method.params and method.params[-1].repeated and len(found) > len(wanted):
            wanted.append(wanted[-1])
    return found, wanted


def test_parameters(monkeypatch: pytest.MonkeyPatch) -> None:
    differing, excused = {}, set()
    for one in map(declared().__getitem__, COMPARED):
        found, wanted = parameters(one, monkeypatch)
        if found == wanted:
            continue
        if one.name in UNSEEN:
            excused.add(one.name)
        else:
            differing[files(one)] = (found, wanted)
    assert differing == {}
    assert set(UNSEEN) - excused == set(), "these agree, so they need no excuse"


def other_releases(one: Declared) -> Iterator[str]:
    """Say how the releases of a method differ from those of the catalogue."""
    method = find(one.name)
    if method is None:
        return  # has a test of its own
    first = release_of(method.since) if method.since else OLDEST
    since = () if first <= OLDEST else first
    if one.since != since:
        said = f"the lab has since={one.since}, but @{method.since} of the catalogue means {since}"
        yield f"{files(one)}: {said}"
    last = release_of(method.until) if method.until else MASTER
    gone = next((each for each in SERIES if each > last), (999,))
    if one.until != gone:
        said = f"the lab has until={one.until}, but @-{method.until} of the catalogue means {gone}"
        yield f"{files(one)}: {said}"


def test_releases() -> None:
    assert [each for one in declared().values() for each in other_releases(one)] == []


def test_every_method_has_a_help_line() -> None:
    without = [
        f"{one.name}: {one.path}: @method lacks help"
        for one in declared().values()
        if one.help in ("", UNDOCUMENTED)
    ]
    assert without == []
