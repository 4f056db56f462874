# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.desired.outcome import fault_data, fault_kind, message
from kamailio_binrpc.core.errors import CallTimeout, ConnectError
from kamailio_binrpc.core.faults import Busy, Fault, MethodNotFound, StructTooLarge

UNKNOWN = "Whether the server has run the method is unknown"


@pytest.mark.parametrize(
    "error, text",
    [
        (ConnectError("gone"), "gone"),
        (CallTimeout("late", executed=True), "late"),
        (
            CallTimeout("late", executed=None),
            "late. Whether the server has run the method is unknown",
        ),
        (ValueError("odd"), "odd"),
    ],
)
def test_messages(error, text):
    assert message(error) == text


@pytest.mark.parametrize(
    "kind, name",
    [(Fault, "fault"), (MethodNotFound, "method_not_found"), (StructTooLarge, "struct_too_large")],
)
def test_kinds(kind, name):
    assert fault_kind(kind(500, "x")) == name


def test_members():
    assert fault_data(Busy(500, "wait\n")) == {
        "code": 500,
        "text": "wait\n",
        "kind": "busy",
        "remedy": Busy.remedy,
    }
