# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The core's own tests, once with each decoder, whichever of them is installed."""

from __future__ import annotations

import pytest

from kamailio_binrpc.core import connection, decoder, packet
from tests.sdk.core import test_connection, test_decoder, test_framing, test_packet, test_roundtrip

pytestmark = pytest.mark.slow

SUITES = [test_connection, test_decoder, test_framing, test_packet, test_roundtrip]
USERS = [connection, packet, test_decoder]


@pytest.fixture(scope="module", params=["python", "c"], autouse=True)
def decode_records(request):
    if request.param == "c":
        chosen = request.getfixturevalue("speedups").decode_records
    else:
        chosen = decoder.decode_records
    with pytest.MonkeyPatch.context() as patch:
        for module in USERS:
            patch.setattr(module, "decode_records", chosen)
        yield chosen


for suite in SUITES:
    prefix = suite.__name__.rpartition(".")[2]
    for name, test in vars(suite).items():
        if name.startswith("test_") and callable(test):
            globals()[prefix + name[4:]] = test


def test_the_users_of_the_decoder_have_this_one(decode_records):
    assert all(module.decode_records is decode_records for module in USERS)
