# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import sys

import pytest

from tests.checks.tool import ROOT, run

HTML = ROOT / "build" / "docs" / "html"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


def test_the_site_is_built_without_warnings():
    """Sphinx turns warnings into errors, so that dead references fail this."""
    run(sys.executable, ROOT / "tools" / "docs.py")
    collection = {path.stem for path in (HTML / "collections" / "kamailio" / "ctl").glob("*.html")}
    modules = {f"{path.stem}_module" for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert modules | {"kamailio_inventory", "kamailio_rpc_lookup"} <= collection
    pages = {path.relative_to(HTML).with_suffix("").as_posix() for path in HTML.rglob("*.html")}
    assert {"event_source", "guide/lab", "guide/cli/kamrpc", "library/clients"} <= pages
    assert "Calls RPCs of one ctl endpoint" in (HTML / "library" / "clients.html").read_text()
