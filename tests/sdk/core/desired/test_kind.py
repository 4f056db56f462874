# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.kind import Kind
from kamailio_binrpc.core.desired.options import Option, Options


def test_a_kind_builds_from_checked_options():
    kind = Kind("thing", Options({"n": Option("int", default=3)}), lambda params: params["n"])
    assert (kind.make({}), kind.make({"n": 4})) == (3, 4)
    with pytest.raises(ValueError, match="n is '4'"):
        kind.make({"n": "4"})
