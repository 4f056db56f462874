# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Return values that several modules have are written once, in tools/returns.yml."""

from __future__ import annotations

import ast
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.checks.tool import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

sys.path.insert(0, str(ROOT / "tools"))

import returns

MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
SHARED = {"name": "text: name\n", "both": "one: 1\nmore:\n  # include: name\n"}


def run(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "tools" / "returns.py", "--root", root, *options],
        capture_output=True,
        text=True,
        check=False,
    )


def load(text: str) -> Any:
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def described(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each return value with its description, as one text."""
    for name, value in values.items():
        yield name, yaml.safe_dump({key: value.get(key) for key in ("description", "returned")})
        if isinstance(value.get("contains"), dict):
            yield from described(value["contains"])


def written_by_hand(path: Path) -> set[tuple[str, str]]:
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "RETURN":
            whole = ast.literal_eval(node.value)
            everything = set(described(load(whole)))
            shared: set[tuple[str, str]] = set()
            for found in returns.REGION.finditer(whole):
                text = load(found[0])
                # `before` and `after` are the inside of a value.
                shared |= set(described({found[2]: text} if "description" in text else text))
            return everything - shared
    raise AssertionError(f"{path.name} has no RETURN")


def test_the_modules_are_current() -> None:
    done = run(ROOT, "--check")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_nothing_that_several_modules_return_is_written_by_hand() -> None:
    seen: dict[tuple[str, str], list[str]] = {}
    for path in MODULES:
        for value in written_by_hand(path):
            seen.setdefault(value, []).append(path.stem)
    assert len(MODULES) > 20
    assert {value: names for value, names in seen.items() if len(names) > 2} == {}


def test_every_text_is_used() -> None:
    sources = [path.read_text("utf-8") for path in [returns.TEXTS, *MODULES]]
    for name in returns.texts():
        assert any(f"# include: {name}\n" in source for source in sources), name


def test_files_that_differ_are_named_and_written(tmp_path: Path) -> None:
    copy = tmp_path / "plugins" / "modules" / "kamailio_cfg.py"
    copy.parent.mkdir(parents=True)
    right = (ROOT / "plugins" / "modules" / copy.name).read_text("utf-8")
    copy.write_text(right.replace("Full address", "Half an address"), "utf-8")
    done = run(tmp_path, "--check")
    assert done.returncode == 1
    assert done.stdout.startswith("plugins/modules/kamailio_cfg.py: RETURN differs")
    assert run(tmp_path).stdout == "updated plugins/modules/kamailio_cfg.py\n"
    assert copy.read_text("utf-8") == right


@pytest.mark.parametrize("old", ["", "    old: 1\n"])
def test_texts_are_indented_as_the_comments_are(old: str) -> None:
    source = f"a:\n  # include: both\n{old}  # end: both\nb: 1\n"
    made = "a:\n  # include: both\n  one: 1\n  more:\n    text: name\n  # end: both\nb: 1\n"
    assert returns.updated(source, SHARED) == made
    assert returns.updated(made, SHARED) == made


@pytest.mark.parametrize(
    "source, said",
    [
        ("# include: nothing\n# end: nothing\n", "no text of this name"),
        ("# include: name\n", "no '# end: name'"),
        ("# include: name\n  # end: name\n", "no '# end: name'"),
        ("# include: both\n# end: both\n# include: name\n# end: both\n", "no '# end: name'"),
    ],
)
def test_wrong_comments_are_errors(source: str, said: str) -> None:
    with pytest.raises(returns.Wrong, match=said):
        returns.updated(source, SHARED)
