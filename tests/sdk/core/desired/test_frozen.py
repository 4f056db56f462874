# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import copy
import pickle

import pytest

from kamailio_binrpc.core.desired.frozen import Frozen


class Pair(Frozen):
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self._set(left=left, right=right)


def test_it_does_not_change():
    with pytest.raises(AttributeError, match="Pair does not change"):
        Pair(1, 2).left = 3


def test_it_is_compared_by_value():
    assert Pair(1, [2]) == Pair(1, [2]) != Pair(1, [3])
    assert hash(Pair(1, [2])) == hash(Pair(1, [2]))
    assert Pair(1, 2) != 5
    assert repr(Pair(1, "x")) == "Pair(left=1, right='x')"


def test_copies():
    pair = Pair(1, [2])
    assert copy.deepcopy(pair) == pickle.loads(pickle.dumps(pair)) == pair
