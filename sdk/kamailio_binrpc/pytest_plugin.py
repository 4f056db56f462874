# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Fixtures for pytest: lab servers, ready to be called. Registered when the package is installed.

::

    def test_reload(kamailio_lab):
        with Client(kamailio_lab.addresses[0]) as client:
            client.call("dispatcher.reload")
        assert kamailio_lab.calls.of("dispatcher.reload")

    def test_drain(kamailio_lab_factory):
        lab = kamailio_lab_factory(modules=[SharedVariables({"drain": 0})], version="5.8")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .core.lab.server import LabServer


@pytest.fixture
def kamailio_lab_factory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Starts lab servers, which end with the test; takes what LabServer takes.

    Unless given, each listens on free addresses of its own: ``addresses`` are unix, unixd, udp
    and tcp in this order, ``fifo_addresses`` a fifo, udp and tcp.
    """
    import contextlib

    # Not at the top: whoever has the package installed loads this file with every pytest.
    from .core.lab.server import LabServer

    with contextlib.ExitStack() as stack:

        def make(
            binrpc: str | list[str] | None = None,
            fifo: str | list[str] | None = None,
            **options: Any,
        ) -> LabServer:
            if binrpc is None and fifo is None:
                folder = tmp_path_factory.mktemp("lab")
                binrpc = [f"unix:{folder}/s", f"unixd:{folder}/d"]
                binrpc += ["udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
                fifo = [f"fifo:{folder}/f", "udp:127.0.0.1:0", "tcp:127.0.0.1:0"]
            lab = LabServer(binrpc, fifo, **options)
            return stack.enter_context(lab.running_in_thread())

        yield make


@pytest.fixture
def kamailio_lab(kamailio_lab_factory: Callable[..., LabServer]) -> LabServer:
    """A lab server that runs as long as the test, on free addresses."""
    return kamailio_lab_factory()
