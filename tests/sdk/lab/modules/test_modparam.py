# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc import Fault
from kamailio_binrpc.core.lab.engine import build
from kamailio_binrpc.lab import LabState, ModuleParameters


def test_parameters_of_modules():
    assert not [name for name in build().registry.names() if name.startswith("modparam.")]
    module = ModuleParameters({"m": {"n": 5, "t": "x"}}, shared=["m.n"])
    engine = build([module], LabState("6.1"))
    assert engine.call("modparam.getn", "m", "n")[0]["value"] == 5
    assert engine.call("modparam.gets", "m", "t")[0]["value"] == "x"
    assert engine.call("modparam.setn", "m", "n", 7)[0].items()[3:] == [("ovalue", 5), ("value", 7)]
    assert [each["value"] for each in engine.call("modparam.list")] == [7, "x"]
    for method, params, code in (
        *[("getn", ("x", "n"), 404), ("getn", ("m", "x"), 404), ("getn", ("m",), 400)],
        *[("setn", ("m", "t", 1), 488), ("setn", ("m", "n"), 400), ("list", ("x",), 404)],
    ):
        with pytest.raises(Fault) as caught:
            engine.call("modparam." + method, *params)
        assert caught.value.code == code
