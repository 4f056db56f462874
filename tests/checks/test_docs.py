# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

HTML = ROOT / "build" / "docs" / "html"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_the_site_is_built_without_warnings():
    """Warnings, misspellings and dead links are errors."""
    run(sys.executable, ROOT / "tools" / "docs.py")
    collection = {path.stem for path in (HTML / "collections" / "kamailio" / "ctl").glob("*.html")}
    modules = {f"{path.stem}_module" for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert modules | {"kamailio_inventory", "kamailio_rpc_lookup"} <= collection
    pages = {path.relative_to(HTML).with_suffix("").as_posix() for path in HTML.rglob("*.html")}
    assert {"index", "event_source", "lab", "cli/kamrpc", "cli/options", "library/clients"} <= pages
    assert {"library/names", "methods/index", "methods/htable", "start/operator"} <= pages
    assert "Calls RPCs of one ctl endpoint" in (HTML / "library" / "clients.html").read_text()
