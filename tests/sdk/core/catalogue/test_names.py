# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from kamailio_binrpc.core.catalogue.lookup import methods
from kamailio_binrpc.core.catalogue.names import is_known


def test_the_methods_of_the_catalogue_are_known_and_no_others():
    names = [method.name for method in methods()]
    assert len(names) > 400
    assert [name for name in names if not is_known(name)] == []
    others = (
        "",
        "htable",
        "htable.",
        ".get",
        "htable.nosuch",
        "udp.proxy",
        "my.method",
        "Htable.get",
    )
    assert [name for name in others if is_known(name)] == []
