# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The compiled reader of models: equal to pydantic, frees what it takes, bears any change."""

from __future__ import annotations

from typing import Annotated

import pytest

from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.typed.models.base import Form, Model
from kamailio_binrpc.typed.models.dialog import Leg
from kamailio_binrpc.typed.models.rules import Unusual
from tests.sdk.typed import comparing

from . import counting
from .test_memory import count

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seed", [1, 2])
def test_random_structs(speedups, seed):
    quick, slow = comparing.run(speedups.read_model, seed, 2000)
    assert quick > 1000
    assert slow > 200


@pytest.mark.parametrize("what", [counting.models, counting.models_without_memory])
def test_no_block_is_lost(speedups_file, what):
    assert count(what, speedups_file) <= 0


def test_references_of_shared_objects_stay(speedups_file):
    assert count(counting.references_of_models, speedups_file) < counting.ROUNDS


@pytest.mark.parametrize("change", [list.clear, list.pop, lambda flat: flat.__setitem__(3, None)])
def test_a_struct_that_changes_meanwhile(speedups, change):
    """A form is Python code, and other threads may run in it as well."""

    class Change(Form):
        def read(self, raw):
            change(struct._flat)
            return raw

    class Changed(Model):
        first: Annotated[str, Change()]
        second: str

    struct = Struct(first="a", second="b")
    with pytest.raises(Unusual):
        speedups.read_model(Changed._parts(), struct)


def test_shapes_that_are_forgotten_meanwhile(speedups):
    class Forget(Form):
        def read(self, raw):
            parts.recent.clear()
            parts.shapes.clear()
            return raw

    class Forgetful(Model):
        first: Annotated[str, Forget()]
        second: str

    parts = Forgetful._parts()
    for _turn in range(2):
        found = speedups.read_model(parts, Struct(first="a", second="b"))
        assert found == Forgetful(first="a", second="b")


def test_errors_of_a_form_come_through(speedups):
    class Broken(Form):
        def read(self, raw):
            raise KeyboardInterrupt

    class Failing(Model):
        first: Annotated[str, Broken()]

    with pytest.raises(KeyboardInterrupt):
        speedups.read_model(Failing._parts(), Struct(first="a"))


@pytest.mark.parametrize(
    "arguments",
    [(), (Leg._parts(),), (None, Struct()), (Leg._parts(), {}), ((1, 2), Struct()), [1] * 3],
)
def test_other_arguments(speedups, arguments):
    with pytest.raises(TypeError, match="the parts of a model"):
        speedups.read_model(*arguments)


def test_a_struct_without_members(speedups):
    with pytest.raises(Unusual):
        speedups.read_model(Leg._parts(), Struct.__new__(Struct))
    assert speedups.read_model(Leg._parts(), Struct()) == Leg()
