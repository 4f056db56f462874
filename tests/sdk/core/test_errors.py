# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The exceptions: their tree, what they carry, and that they travel between processes."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from kamailio_binrpc.core import errors
from kamailio_binrpc.core.errors import (
    AddressError,
    BinrpcError,
    CallTimeout,
    ConnectError,
    ConnectionLost,
    DecodeError,
    EncodeError,
    FramingLost,
    LengthLimit,
    NotBinrpcError,
    ProtocolError,
    TransportError,
    TruncatedReply,
)

SAMPLES = [
    AddressError("text"),
    EncodeError("text"),
    ProtocolError("text"),
    NotBinrpcError("text"),
    FramingLost("text"),
    TruncatedReply("text", 3, 5),
    DecodeError(-3, "detail", 7, "a.b"),
    LengthLimit(-2, "detail"),
    TransportError("text", 5, None),
    ConnectError("text", 111),
    ConnectionLost("text", executed=None),
    CallTimeout("text", 110, None),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_they_copy_and_pickle(error):
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert twin.__class__ is error.__class__
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)
        assert twin.executed is error.executed
        assert getattr(twin, "errno", 0) == getattr(error, "errno", 0)
    known = copy.copy(error)
    known.executed = True
    assert pickle.loads(pickle.dumps(known)).executed is True


@pytest.mark.parametrize(
    "error, executed",
    [
        (AddressError("text"), False),
        (EncodeError("text"), False),
        (ConnectError("text"), False),
        (ConnectionLost("text"), False),
        (ConnectionLost("text", executed=None), None),
        (ProtocolError("text"), None),
        (NotBinrpcError("text"), None),
        (FramingLost("text"), None),
        (TruncatedReply("text", 1, 2), None),
        (DecodeError(-3), None),
    ],
)
def test_whether_the_method_ran(error, executed):
    assert error.executed is executed


@pytest.mark.parametrize(
    "kind, builtin",
    [
        (AddressError, ValueError),
        (EncodeError, ValueError),
        (DecodeError, ValueError),
        (CallTimeout, TimeoutError),
    ],
)
def test_builtin_bases(kind, builtin):
    assert issubclass(kind, builtin)


def test_a_call_timeout_shows_its_message():
    error = CallTimeout("no answer", 110, None)
    assert (str(error), error.errno) == ("no answer", 110)


def test_the_tree_in_the_documentation_is_the_real_one():
    open_parents = []
    documented = {}
    for line in errors.__doc__.splitlines():
        match = re.match(r"    ([│├└─ ]*)([A-Z][A-Za-z]+)\b", line)
        if match:
            depth = len(match.group(1)) // 4
            documented[match.group(2)] = open_parents[depth - 1] if depth else None
            open_parents[depth:] = [match.group(2)]
    assert documented.pop("Fault") == "BinrpcError"
    real = {
        name: next(base.__name__ for base in kind.__mro__[1:] if issubclass(base, Exception))
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, BinrpcError)
    }
    real["BinrpcError"] = None
    assert documented == real
