# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Reading a source tree: a small one that is made here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from kamailio_source import SourceTree  # noqa: E402

CORE = """
/* rpc_export_t old[] = {{"core.old", old, 0, 0}}; */
#define PREFIX "core"
static void echo(rpc_t *rpc, void *ctx)
{
    char *brace = "}{";  // a brace }
    char other = '}';
    while(rpc->scan(ctx, "*.s", &brace) > 0) { rpc->add(ctx, "s", brace); }
}
static void kill(rpc_t* rpc, void* c) {
    if (rpc->scan(c, "d", &sig) < 1) sig = 15;
}
rpc_export_t core_rpcs[] = {
    {PREFIX ".echo", echo, doc, RET_ARRAY},
    {"core.kill", (rpc_function_t)kill, doc, 0},
    {0, 0, 0, 0}
};
"""
TABLE = """
static int common(rpc_t *rpc, void *ctx, int way)
{
    return rpc->scan(ctx, "SS"
        "*d", &a, &b, &n);
}
void sets(rpc_t *rpc, void *ctx)
{ common(rpc, ctx, 1); rpc->scan(ctx, "S", &value); common(rpc, ctx, 2); }
static rpc_export_t table_rpc [] = {
    {"table.sets", sets, 0, 0}, {NULL, NULL, 0, 0}
};
"""


@pytest.fixture
def tree(tmp_path):
    for name, text in (("core/cmd.c", CORE), ("modules/table/table.c", TABLE)):
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    (tmp_path / "src" / "Makefile.defs").write_text(
        "VERSION = 6\nPATCHLEVEL = 0\nSUBLEVEL =  1\nEXTRAVERSION =\n"
    )
    return tmp_path


def test_methods_with_what_they_scan(tree):
    found = SourceTree(tree).methods
    assert {name: each.scans for name, each in found.items()} == {
        "core.echo": ("*.s",),
        "core.kill": ("d",),
        "table.sets": ("SS*d", "S"),
    }
    assert [name for name, each in found.items() if each.array] == ["core.echo"]
    assert found["table.sets"].module == "table"
    assert found["table.sets"].place == "modules/table/table.c:sets"


def test_the_release(tree):
    assert SourceTree(tree).release == "6.0.1"
    (tree / "src" / "Makefile.defs").unlink()
    assert SourceTree(tree).release == ""
    (tree / "CMakeLists.txt").write_text("project(kamailio VERSION 6.1.5)\n")
    assert SourceTree(tree).release == "6.1.5"


def test_another_folder_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no sources"):
        SourceTree(tmp_path)
