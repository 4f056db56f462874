# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Find wording that CONTRIBUTING advises against, in docstrings, comments, messages and pages.

    tools/english.py [FILE...]

Without a file it reads all that git tracks. tools/english.yml holds the words and what to write
instead. Code in backticks and in code blocks is not read, nor are the strings of tests, which are
data.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
WORDS = ROOT / "tools" / "english.yml"
SUFFIXES = {".c", ".cfg", ".in", ".j2", ".md", ".py", ".sh", ".toml", ".yml"}
# Licences, captured output and the words themselves.
LEFT_OUT = (
    "LICENSES/",
    "requirements/",
    "tests/tools/test_english.py",
    "tools/english.yml",
)
CODE = re.compile(r"``.*?``|`[^`\n]*`|\b[OVCMRIBE]\([^)]*\)", re.DOTALL)
FENCE = re.compile(r"^( *)(```|~~~).*?^\1\2", re.DOTALL | re.MULTILINE)
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


class Text(NamedTuple):
    """A piece of prose and the line it begins at."""

    line: int
    text: str
    docstring: bool = False


class Rule(NamedTuple):
    """A pattern to avoid, and where.

    :ivar advice: what to write instead.
    :ivar docstring: it applies to the start of docstrings only.
    :ivar not_after: a word before it that makes it good English.
    """

    pattern: re.Pattern[str]
    advice: str
    docstring: bool
    not_after: str


class Finding(NamedTuple):
    """A place where a rule applies."""

    line: int
    words: str
    advice: str


def rules(path: Path = WORDS) -> list[Rule]:
    """Read the rules; a space in a pattern stands for any white space and comment marks."""
    found = []
    for entry in yaml.safe_load(path.read_text("utf-8")):
        pattern = entry["avoid"].replace(" ", r"[\s#*]+")
        docstring = entry.get("where") == "docstring"
        # At the start of a docstring the case matters; everywhere else it does not.
        flags = re.NOFLAG if docstring else re.IGNORECASE
        found.append(
            Rule(re.compile(pattern, flags), entry["advice"], docstring, entry.get("not_after", ""))
        )
    return found


def docstrings_of(node: ast.AST) -> Iterator[ast.Constant]:
    """Yield the docstring of a module, class or function, and those below its assignments."""
    if not isinstance(node, DOCUMENTED):
        return
    for before, each in zip([None, *node.body], node.body):
        value = getattr(each, "value", None)
        if (
            isinstance(before, (ast.Assign, ast.AnnAssign, type(None)))
            and isinstance(each, ast.Expr)
            and isinstance(value, ast.Constant)
            and isinstance(value.value, str)
        ):
            yield value


def python_texts(source: str, *, strings: bool) -> Iterator[Text]:
    """Yield docstrings, comments and, if wanted, the other strings with more than one word."""
    docstrings = set()
    for node in ast.walk(ast.parse(source)):
        for found in docstrings_of(node):
            docstrings.add((found.lineno, found.col_offset))
            yield Text(found.lineno, str(found.value), docstring=True)
    # Comments on lines of their own that follow each other are one text.
    begin, previous, lines = 0, -1, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = token.start
        if token.type == tokenize.COMMENT:
            if row != previous + 1:
                if lines:
                    yield Text(begin, "\n".join(lines))
                begin, lines = row, []
            lines.append(token.string)
            previous = row
        elif token.type == tokenize.STRING and strings and (row, column) not in docstrings:
            # Literals side by side are one string; read together they would need the parser, and
            # phrases rarely break there.
            yield Text(row, token.string)
        elif token.type == getattr(tokenize, "FSTRING_MIDDLE", None) and strings:
            yield Text(row, token.string)
    if lines:
        yield Text(begin, "\n".join(lines))


def blank(match: re.Match[str]) -> str:
    """Replace code by as many lines of nothing."""
    return "`" + "\n" * match[0].count("\n") + "`"


def texts(path: Path, source: str) -> Iterator[Text]:
    """Yield the prose of a file."""
    if path.suffix == ".py":
        yield from python_texts(source, strings="tests" not in path.parts)
    elif path.suffix == ".md":
        yield Text(1, FENCE.sub(blank, source))
    else:
        yield Text(1, source)


def check(path: Path, source: str, wanted: list[Rule]) -> Iterator[Finding]:
    """Yield what to mend in a file."""
    # Most files need no parser.
    if not any(
        re.search(f'"""{rule.pattern.pattern}', source)
        if rule.docstring
        else rule.pattern.search(source)
        for rule in wanted
    ):
        return
    for text in texts(path, source):
        prose = CODE.sub(blank, text.text)
        for rule in wanted:
            if rule.docstring and not text.docstring:
                continue
            for match in rule.pattern.finditer(prose):
                before = prose[: match.start()].rstrip("\n\t #*").lower()
                if (rule.docstring and before) or before.endswith(rule.not_after or "\0"):
                    continue
                line = text.line + prose.count("\n", 0, match.start())
                yield Finding(line, " ".join(match[0].split()), rule.advice)


def tracked() -> list[Path]:
    """Return the files that git tracks or would, of a kind that has prose."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [
        ROOT / name
        for name in listed
        if Path(name).suffix in SUFFIXES
        and not name.startswith(LEFT_OUT)
        and Path(ROOT, name).is_file()
    ]


def main() -> int:
    wanted = rules()
    found = 0
    for path in [Path(name).resolve() for name in sys.argv[1:]] or tracked():
        for finding in check(path, path.read_text("utf-8"), wanted):
            print(
                f"{path.relative_to(ROOT)}:{finding.line}: {finding.words!r};"
                f" write {finding.advice}"
            )
            found += 1
    return int(found > 0)


if __name__ == "__main__":
    sys.exit(main())
