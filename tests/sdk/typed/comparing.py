# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Random structs for each model, and the comparison of a quick reader with pydantic.

``python -m tests.sdk.typed.comparing FILE SEED COUNT`` compares the compiled reader in FILE.
"""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import random
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from kamailio_binrpc.core.values import Struct
from kamailio_binrpc.typed import models
from kamailio_binrpc.typed.models import rules
from kamailio_binrpc.typed.models.base import Base, EitherCase, Model

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[Any, Struct], Any]

TEXTS = ["", "x", "text", "<null string>", "none", ".", "[not set]", "NEVER", "0", "5", "no", "é"]
TEXTS += ["\udcff", "2026-11-23 04:14:26", "Mon Jan 99 00:00:00 2026", "Mon Nov  2 01:02:03 2026"]
NUMBERS = [0, 1, 5, 5060, 2**31 - 1, -1, -(2**31), 2**32 - 1, 2**70, -(2**70)]
PLAIN: dict[Any, list[Any]] = {
    int: NUMBERS,
    str: TEXTS,
    float: [0.0, -1.0, 1.5, 2.0, 1e300],
    bool: [True, False],
    type(None): [None],
    datetime: [datetime(2026, 11, 2, 1, 2, 3)],  # noqa: DTZ001 - the server's have no zone
}
ODD = [b"bytes", [], [1, "a"], Struct(), Struct(a=Struct(b=1)), Struct.of("a", Struct(b="c"))]


def kinds() -> list[type[Model]]:
    """Every model that is made of a struct, in the order of their names."""
    for found in pkgutil.iter_modules(models.__path__):
        importlib.import_module(f"{models.__name__}.{found.name}")
    pending: list[Any] = [Model]
    every = []
    for kind in pending:
        pending += kind.__subclasses__()
        if kind not in (Model, EitherCase) and kind.__module__.startswith(models.__name__):
            every.append(kind)
    return sorted(every, key=lambda kind: (kind.__module__, kind.__name__))


class Structs:
    """Random structs: most of them right, many with something wrong."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def right(self, kind: Any) -> Struct:
        pick = self.random
        members: list[tuple[str | None, Any]] = []
        for name, (field, form) in kind._by_wire_name().items():
            info = kind.model_fields[field]
            if not info.is_required() and pick.random() < 0.1:
                continue
            try:
                value = self.value(rules._typed(info.annotation))
                value = form.write(value)
            except (rules.Unusual, TypeError, ValueError, AttributeError):
                value = pick.choice(TEXTS)  # no field of this type can have what was made
            if type(value) is int and value < 0 and pick.random() < 0.9:
                value = 7
            members.append((name, value))
        return Struct(members)

    def value(self, rule: Any) -> Any:
        """A value that the rule takes."""
        pick = self.random
        kind, kept, *rest = rule
        choices = sorted(kept, key=str)
        if kind == rules.PLAIN or (choices and pick.random() < 0.2):
            return pick.choice(PLAIN[pick.choice(choices)][:6])
        if kind == rules.ELSE:
            return self.value(rest[0][2])  # the form's rule
        if kind == rules.MODEL:
            return self.right(rest[0].kind)
        if kind == rules.TUPLE:
            return tuple(self.value(rest[0]) for _turn in range(pick.randrange(3)))
        if kind == rules.FIXED:
            return tuple(map(self.value, rest[0]))
        if kind == rules.DICT:
            return {self.value(rest[0]): self.value(rest[1]) for _turn in range(pick.randrange(3))}
        return pick.choice(TEXTS)

    def any_value(self) -> Any:
        pick = self.random
        return pick.choice(pick.choice([*PLAIN.values(), ODD]))

    def wrong(self, struct: Struct) -> Struct:
        """The same with one change, here or in a struct inside."""
        pick = self.random
        members = struct.items()
        place = pick.randrange(len(members) + 1)
        way = pick.randrange(6)
        if place == len(members) or way == 0:
            name = pick.choice(["strange", "later", None, "", *struct.keys()])
            members.insert(place, (name, self.any_value()))
        elif way == 1:
            del members[place]
        elif way == 2:
            pick.shuffle(members)
        elif isinstance(members[place][1], Struct) and way < 5:
            members[place] = (members[place][0], self.wrong(members[place][1]))
        else:
            members[place] = (members[place][0], self.any_value())
        return Struct(members)

    def struct(self, kind: Any) -> Struct:
        struct = self.right(kind)
        while self.random.random() < 0.4:
            struct = self.wrong(struct)
        return struct


def compare(read: Read, kind: type[Model], struct: Struct) -> bool:
    """Check that the quick reader makes what pydantic makes; False if it leaves that to pydantic.

    It may leave what is wrong, and is not to raise anything but what sends it there.
    """
    before = repr(struct)
    try:
        expected = kind.model_validate(struct)
    except ValidationError:
        expected = None
    try:
        found = read(kind._parts(), struct)
    except ValueError:
        return False
    finally:
        assert repr(struct) == before
    assert expected is not None, (kind, struct)
    assert_same(found, expected)
    assert repr(found) == repr(expected)
    assert found.to_wire() == expected.to_wire() == struct
    assert found.model_dump() == expected.model_dump()
    assert repr(found.model_dump(by_alias=True)) == repr(expected.model_dump(by_alias=True))
    assert found.model_copy(update={}) == expected
    copy = pickle.loads(pickle.dumps(found))
    assert copy == expected
    assert copy.to_wire() == struct
    return True


def assert_same(found: Any, expected: Any) -> None:
    """Nothing of them differs, however deep, nor the order in which it stands."""
    assert type(found) is type(expected), (found, expected)
    if isinstance(expected, Base):
        for name in ("__dict__", "__pydantic_extra__", "__pydantic_private__"):
            assert_same(getattr(found, name), getattr(expected, name))
        assert found.model_fields_set == expected.model_fields_set
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for name, value in expected.items():
            assert_same(found[name], value)
    elif isinstance(expected, (list, tuple)):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
    else:
        assert found == expected or found is expected


def run(read: Read, seed: int, count: int) -> tuple[int, int]:
    """Compare structs of every model in turn; return how many were read quickly and were not."""
    structs, every = Structs(seed), kinds()
    quick = 0
    for number in range(count):
        kind = every[number % len(every)]
        quick += compare(read, kind, structs.struct(kind))
    return quick, count - quick


def main() -> None:
    from tests.sdk.speedups import building

    read = building.load(sys.argv[1]).read_model
    seed, count = int(sys.argv[2]), int(sys.argv[3])
    quick, slow = run(read, seed, count)
    print(f"seed {seed}: equal on {quick} structs that are read and on {slow} that are not")


if __name__ == "__main__":
    main()
