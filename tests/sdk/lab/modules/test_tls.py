# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from kamailio_binrpc.lab import Tls
from tests.sdk.lab.modules.support import fault, lab


def test_tls_reload_can_fail():
    tls = Tls()
    engine, _clock = lab(tls)
    assert engine.call("tls.reload") == ["Ok. TLS configuration reloaded."]
    tls.failure = "Error while fixing TLS configuration"
    assert fault(engine, "tls.reload") == (500, "Error while fixing TLS configuration")
    assert tls.reloads == 1
