# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which members of replies are arrays."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core.catalogue.arrays import arrays_of
from kamailio_binrpc.core.catalogue.lookup import methods


@pytest.mark.parametrize(
    "method, paths",
    [
        ("core.sockets_list", {"."}),
        ("dispatcher.list", {"RECORDS", "RECORDS.SET.TARGETS"}),
        ("dlg.list_match_ctx", {"profiles", "variables"}),
        ("dlg.profile_list", {"profiles", "variables"}),
        ("cr.dump_routes", {"routes", *("routes.domains" + s for s in ("", ".data"))}),
        ("core.version", set()),
        ("no.such", set()),
    ],
)
def test_arrays_of(method, paths):
    assert paths <= arrays_of(method)
    assert bool(paths) is bool(arrays_of(method))


def test_a_reply_that_is_an_array_is_known_as_one():
    for method in methods():
        if method.shape == "array":
            assert method.arrays == {"."}, method.name
