# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Write a page for each Kamailio module with its RPC methods, from the catalogue.

    python tools/method_pages.py FOLDER

Values of the examples are in docs/site/examples.yml. Methods that only read and that the lab server
has are called there, and the page shows what ``kamrpc call`` printed.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tree
import yaml

sys.path.insert(0, str(tree.ROOT / "sdk"))

from kamailio_binrpc import LabServer
from kamailio_binrpc.cli.main import main as kamrpc
from kamailio_binrpc.core.catalogue.lookup import FILES
from kamailio_binrpc.core.faults import make_fault
from kamailio_binrpc.methods import Method, Param, bind, methods

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VALUES = tree.ROOT / "docs" / "site" / "examples.yml"
TYPED = tree.ROOT / "sdk" / "kamailio_binrpc" / "typed" / "asynchronous"
MODULES = tree.ROOT / "plugins" / "modules"
# The lab server's releases, the one that it has by itself first.
RELEASES = ("5.6.3", "6.1", "master")
MOST_LINES = 24
# Kamailio modules whose state modules are named otherwise.
STATES = {"cfg_rpc": "cfg", "pv": "shv", "corex": "debug_level"}
INDEX = """# RPC methods by Kamailio module

The catalogue knows {count} methods of {modules} Kamailio modules, from release 5.0 to the
development branch: parameters, replies, releases, faults and hazards. `kamrpc methods` shows it in
a terminal, {{py:mod}}`kamailio_binrpc.methods` in a program.

Examples that show a reply were run against the [lab server](../lab.md) when this page was built.
`kamrpc serve` starts the same one.
"""
TYPES = {"str": "text", "int": "integer", "float": "number", "any": "text or number"}
MEANINGS = {
    "absent": "what the call names does not exist",
    "exists": "what was to be added exists already",
    "empty": "there is nothing to list",
    "busy": "nothing was changed; try again later",
    "refused": "the configuration or the build does not allow it",
    "invalid": "a parameter is missing, has the wrong type or no meaning",
}
_VALUE = re.compile(r"(-|str|int|float|any|\.\.\.)")
_NAME = re.compile(r"([^:{}\[\](),*]+):")


@functools.cache
def values() -> dict[str, Any]:
    """Return the values of the examples."""
    return yaml.safe_load(VALUES.read_text("utf-8"))


def example(method: Method) -> list[Any]:
    """Return the parameters of the example of a method, as they are sent.

    :raises KeyError: there is no value for a parameter.
    :raises EncodeError: a value does not fit.
    """
    own = values()["methods"].get(method.name, {})
    given = {}
    for param in method.params:
        if param.name in own:
            given[param.name] = own[param.name]
        elif not param.optional and param.fill is None:
            given[param.name] = _value(method, param)
    repeated = [param.name for param in method.params if param.repeated]
    more = [given.pop(name) for name in repeated if name in given]
    if more:
        return bind(method.name, [*given.values(), *more])
    return bind(method.name, [], given)


def _value(method: Method, param: Param) -> Any:
    common = values()["params"]
    if param.name in common and (not param.closed or common[param.name] in param.words):
        return common[param.name]
    if param.words:
        return int(param.words[0]) if param.type == "int" else param.words[0]
    raise KeyError(f"{VALUES.name}: no value for {param.name} of {method.name}")


def in_kamrpc(method: Method, params: Sequence[Any]) -> str:
    """Return the command line of a call."""
    words = [_word(each) for each in params]
    # One that starts with a dash looks like an option.
    dashes = ["--"] if any(word.startswith("-") for word in words) else []
    return " ".join(map(_quoted, ["kamrpc", "call", method.name, *dashes, *words]))


def _quoted(word: str) -> str:
    """Quote a word for Bash, ends of lines as escapes."""
    if word.isprintable():
        return shlex.quote(word)
    inner = word.encode("unicode_escape").decode().replace("'", "\\'")
    return f"$'{inner}'"


def _word(value: Any) -> str:
    # A text that looks like a prefix with its value is forced to be a text.
    if isinstance(value, str):
        return f"s:{value}" if re.match("[sidbj]:", value) else value
    return str(value)


def in_python(method: Method, params: Sequence[Any]) -> str:
    """Return the expression of a call with a client named kamailio."""
    return f"kamailio.call({', '.join(_literal(each) for each in (method.name, *params))})"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def in_ansible(method: Method, params: Sequence[Any]) -> str:
    """Return a task that makes a call."""
    lines = [f"- name: {_yaml(method.text)}", "  kamailio.ctl.kamailio_rpc:"]
    lines.append(f"    method: {method.name}")
    if params:
        lines.append(f"    params: {_yaml(list(params))}")
    if method.access == "read":
        lines.append("  register: reply")
    return "\n".join(lines)


def _yaml(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True)
    return text.removesuffix("\n...\n").rstrip("\n")


def reply_lines(notation: str) -> list[str]:
    """Return a reply, in the notation of the catalogue, as an indented outline.

    >>> reply_lines("{size:int,slot:[{name:str}*]}*")
    ['struct, any number of times', '  size: integer', '  slot: array', '    struct, any number of times', '      name: text']
    """  # noqa: E501
    lines: list[str] = []

    def value(at: int, depth: int, name: str) -> int:
        label = f"{'  ' * depth}{name}: " if name else "  " * depth
        opening = notation[at]
        place = len(lines)
        if opening in "{[(":
            lines.append(
                label + {"{": "struct", "[": "array", "(": "these values, in this order"}[opening]
            )
            at += 1
            while notation[at - 1] not in "}])":
                found = _NAME.match(notation, at)
                at = value(found.end() if found else at, depth + 1, found.group(1) if found else "")
                at += 1
        else:
            found = _VALUE.match(notation, at)
            if found is None:
                raise ValueError(f"{notation!r} is not in the notation from {notation[at:]!r} on")
            kinds = {"-": "empty", "...": "further members", **TYPES}
            lines.append(label + kinds[found.group(1)])
            at = found.end()
        if notation[at : at + 1] == "*":
            lines[place] += ", any number of times"
            at += 1
        return at

    value(0, 0, "")
    return lines


class Lab:
    """Lab servers of several releases, each started when it is first needed."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._running: dict[str, LabServer] = {}

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def release_of(self, method: str) -> str | None:
        """Return the first of the releases whose lab server has the method."""
        return next((each for each in RELEASES if method in _served(each)), None)

    def server_of(self, method: str) -> LabServer:
        """Return a running server that has the method."""
        release = self.release_of(method)
        if release is None:
            raise LookupError(f"the lab server does not have {method}")
        if release not in self._running:
            server = LabServer("tcp:127.0.0.1:0", version=release)
            self._running[release] = self._stack.enter_context(server.running_in_thread())
        return self._running[release]

    def printed(self, command: str, method: str) -> str:
        """Return what a command line prints."""
        address = self.server_of(method).addresses[0]
        _kamrpc, call, *rest = shlex.split(command)
        held = io.BytesIO()
        out = io.TextIOWrapper(held, "utf-8", write_through=True)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            kamrpc([call, "-s", str(address), *rest])
        return held.getvalue().decode("utf-8", "backslashreplace")


@functools.cache
def _served(release: str) -> frozenset[str]:
    return frozenset(LabServer("tcp:127.0.0.1:0", version=release).registry.names())


@functools.cache
def typed() -> dict[str, list[str]]:
    """Map methods to the typed operations that call them, such as ``Htable.get``."""
    found: dict[str, list[str]] = {}
    for path in sorted(TYPED.glob("[!_]*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                for function in node.body:
                    if isinstance(function, ast.AsyncFunctionDef) and function.name[0] != "_":
                        for name in _called(function):
                            place = f"{path.stem}.{node.name}.{function.name}"
                            found.setdefault(name, []).append(place)
    return found


def _called(function: ast.AsyncFunctionDef) -> set[str]:
    texts = (node.value for node in ast.walk(function) if isinstance(node, ast.Constant))
    known = _names()
    return {text for text in texts if isinstance(text, str) and text in known}


@functools.cache
def _names() -> frozenset[str]:
    return frozenset(each.name for each in methods())


def plain(text: str) -> str:
    """Return a text so that Markdown shows it as it is."""
    return re.sub(r"([\\`*_<>\[\]{}|$~#])", r"\\\1", text)


def anchor(method: str) -> str:
    """Return the label of a method's section."""
    return "method-" + re.sub(r"[^a-z0-9]+", "-", method.lower()).strip("-")


def by_file() -> dict[str, list[Method]]:
    """Return all methods by the Kamailio module that has them."""
    found: dict[str, list[Method]] = {}
    for method in methods():
        found.setdefault(FILES[method.name.partition(".")[0]], []).append(method)
    return dict(sorted(found.items()))


def page(file: str, all_of_it: Sequence[Method], lab: Lab) -> str:
    """Return the page of a Kamailio module."""
    served = [each.name for each in all_of_it if lab.release_of(each.name)]
    lines = [f"# {file}", ""]
    where = "Kamailio's core" if file == "core" else f"Kamailio's module `{file}`"
    count = len(all_of_it)
    lines += [f"{count} RPC method{'s' if count > 1 else ''} of {where}.", ""]
    if len(served) == count:
        lines += ["The [lab server](../lab.md) has all of them.", ""]
    elif served:
        lines += [f"The [lab server](../lab.md) has {len(served)} of them.", ""]
    else:
        lines += ["The [lab server](../lab.md) has none of them.", ""]
    lines += _states(file)
    lines += [
        "In the Python examples, `kamailio` is a {py:class}`~kamailio_binrpc.Client`.",
        "",
        "| Method | | What it does |",
        "| --- | --- | --- |",
    ]
    for each in all_of_it:
        lines.append(
            f"| [{each.name}](#{anchor(each.name)}) | {access(each)} | {plain(each.text)} |"
        )
    for each in all_of_it:
        lines += ["", *section(each, lab)]
    return "\n".join(lines) + "\n"


def access(method: Method) -> str:
    """Return whether a method reads or writes."""
    return "reads" if method.access == "read" else "writes"


def _states(file: str) -> list[str]:
    word = STATES.get(file, file)
    found = sorted(path.stem for path in MODULES.glob("kamailio_*.py"))
    found = [each for each in found if re.match(rf"kamailio_{word}(_|$)", each)]
    if not found or word == "ctl":
        return []
    refs = [f"{{ansplugin}}`kamailio.ctl.{each}#module`" for each in found]
    text = "they know these methods and change only what differs."
    return [f"In playbooks, prefer {', '.join(refs)}: {text}", ""]


def section(method: Method, lab: Lab) -> Iterator[str]:
    """Yield the lines about a method."""
    yield f"({anchor(method.name)})="
    yield f"## {method.name}"
    yield ""
    yield f"{plain(method.text)}."
    yield ""
    yield from _facts(method)
    for hazard in method.hazards:
        yield from _hazard(method, hazard)
    if method.params:
        yield f"**Parameters**: `{method.signature.partition(' ')[2]}`"
        yield ""
        yield from _params(method)
    yield from _reply(method)
    yield from _faults(method)
    yield from _examples(method, lab)


def _facts(method: Method) -> Iterator[str]:
    if method.access == "read":
        yield "- Reads: a call changes nothing, and is repeated after a lost connection."
    elif method.reads_without_params:
        yield "- Without parameters it reads; with parameters it changes something."
    elif method.reads:
        yield f"- Reads when the first parameter is `{method.reads}`; otherwise it writes."
    elif method.again:
        yield "- Writes. Repeating the same call does no harm."
    else:
        yield "- Writes. It is never repeated automatically: a second call may act twice."
    if method.since == "master":
        yield "- Not released yet: Kamailio's development branch has it."
    elif method.since:
        yield f"- Since Kamailio {method.since}."
    if method.until:
        yield f"- Up to Kamailio {method.until}."
    for change in method.changes:
        yield f"- From {plain(change)}." if change[:1].isdigit() else f"- {plain(change)}."
    if method.counts:
        yield "- Numbers of the reply are counts from 0 to 2³²-1."
    if method.secrets:
        shown = "the whole reply" if any(each[:1] == "." for each in method.secrets) else ""
        names = sorted({each.partition("?")[0] for each in method.secrets} - {".", ""})
        shown = shown or ", ".join(f"`{each}`" for each in names) or "secrets"
        yield f"- Hidden in logs and output, see [secrets](../secrets.md): {shown}."
    operations = typed().get(method.name, [])
    if operations:
        base = "kamailio_binrpc.typed.asynchronous."
        refs = ", ".join(
            f"{{py:meth}}`{each.partition('.')[2]} <{base}{each}>`" for each in operations
        )
        yield f"- Typed: {refs}."
    yield ""


def _hazard(method: Method, hazard: str) -> Iterator[str]:
    if hazard.partition(":")[0] == "rebuilds":
        more = hazard.partition(":")[2].strip()
        hazard = (
            "it rebuilds data that SIP workers read; clients of this project keep such calls apart"
            + (f": {more}" if more else "")
        )
    yield ":::{warning}"
    yield plain(hazard[:1].upper() + hazard[1:]) + "."
    if method.asks and hazard == method.hazards[-1]:
        yield "`kamrpc` asks before it makes this call on a terminal."
    yield ":::"
    yield ""


def _params(method: Method) -> Iterator[str]:
    yield "| Name | Type | | Meaning |"
    yield "| --- | --- | --- | --- |"
    for param in method.params:
        kind = f"as `{param.typed_by}` says" if param.typed_by else TYPES[param.type]
        if param.words:
            words = ", ".join(f"`{word}`" for word in param.words)
            kind += f": {words}" + ("" if param.closed else " or others")
        need = "optional" if param.optional else "required"
        if param.fill is not None:
            need = f"default `{param.fill}`" if param.fill != "" else "default empty"
        if param.repeated:
            need += ", repeats"
        notes = [plain(param.meaning)] if param.meaning else []
        if param.secret or param.secret_if:
            notes.append("a secret")
        yield f"| `{param.name}` | {kind} | {need} | {'; '.join(notes)} |"
    yield ""


def _reply(method: Method) -> Iterator[str]:
    outline = reply_lines(method.reply)
    if len(outline) == 1:
        yield f"**Reply**: {outline[0].replace('further members', 'members of varying names')}"
    else:
        yield "**Reply**:"
        yield ""
        yield from ("```text", *outline, "```")
    yield ""
    if method.failures:
        texts = ", ".join(f"“{plain(each)}”" for each in method.failures)
        yield f"A normal reply that begins with {texts} means that the call failed."
        yield ""


def _faults(method: Method) -> Iterator[str]:
    if not method.faults:
        return
    yield "**Faults** besides the common ones:"
    yield ""
    yield "| Text has | Raises | Meaning |"
    yield "| --- | --- | --- |"
    for meaning, part in method.faults:
        kind = type(make_fault(500, part, method.name)).__name__
        shown = plain(part)
        yield f"| {shown} | {{py:exc}}`~kamailio_binrpc.{kind}` | {MEANINGS[meaning]} |"
    yield ""


def _examples(method: Method, lab: Lab) -> Iterator[str]:
    params = example(method)
    command = in_kamrpc(method, params)
    printed = ""
    release = lab.release_of(method.name)
    if release and method.is_repeatable(params) and method.access == "read":
        printed = lab.printed(command, method.name)
    yield "::::{tab-set}"
    yield ":sync-group: language"
    yield from _tab("kamrpc", "console", [f"$ {command}", *cut(printed)])
    yield from _tab("Python", "python", [in_python(method, params)])
    yield from _tab("Ansible", "yaml", [in_ansible(method, params)])
    yield "::::"


def _tab(name: str, language: str, lines: list[str]) -> Iterator[str]:
    yield f":::{{tab-item}} {name}"
    yield f":sync: {name.lower()}"
    yield ""
    yield from (f"```{language}", *lines, "```")
    yield ":::"


def cut(printed: str) -> list[str]:
    """Return the lines of an output, a long one without its end."""
    lines = printed.splitlines()
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[:MOST_LINES], f"... ({len(lines) - MOST_LINES} more lines)"]


def index(pages: dict[str, list[Method]]) -> str:
    """Return the page that lists all Kamailio modules."""
    lines = [
        INDEX.format(count=sum(map(len, pages.values())), modules=len(pages)),
        "| Kamailio module | Methods | |",
        "| --- | --- | --- |",
    ]
    for file, found in pages.items():
        names = ", ".join(f"[{each.name}]({file}.md#{anchor(each.name)})" for each in found[:3])
        lines.append(f"| [{file}]({file}.md) | {len(found)} | {names}{', …' * (len(found) > 3)} |")
    lines += ["", "```{toctree}", ":hidden:", "", *pages, "```"]
    return "\n".join(lines) + "\n"


def write(folder: Path) -> int:
    """Write all pages; return how many methods they have."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = by_file()
    with Lab() as lab:
        for file, found in pages.items():
            (folder / f"{file}.md").write_text(page(file, found, lab), "utf-8")
    (folder / "index.md").write_text(index(pages), "utf-8")
    return sum(map(len, pages.values()))


if __name__ == "__main__":
    print(write(Path(sys.argv[1])), "methods")
