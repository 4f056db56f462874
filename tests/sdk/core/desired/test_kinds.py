# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from kamailio_binrpc.core import desired
from kamailio_binrpc.core.desired import condition, reload
from kamailio_binrpc.core.desired.dialog import DIALOGS
from kamailio_binrpc.core.desired.kind import Kind
from kamailio_binrpc.core.desired.kinds import KINDS

FOLDER = Path(desired.__file__).parent


def test_no_kind_is_missing():
    found = set()
    for path in FOLDER.glob("*.py"):
        module = __import__("kamailio_binrpc.core.desired." + path.stem, fromlist=["_"])
        found |= {each.name for each in vars(module).values() if isinstance(each, Kind)}
    assert set(KINDS) == found


@pytest.mark.parametrize("name", sorted(KINDS))
def test_options_have_known_types(name):
    for option in KINDS[name].options.fields.values():
        assert option.type in ("str", "int", "float", "bool", "list", "dict", "path", "raw")
        assert not (option.required and option.default is not None)


def test_secrets_are_marked():
    secret = {
        (name, option)
        for name, kind in KINDS.items()
        for option, each in kind.options.fields.items()
        if each.secret
    }
    assert secret == {("uac_registration", "auth_password"), ("uac_registration", "auth_ha1")}


# --- no option is without effect


def _dialogs(params):
    # Without a resource: drained() reads them.
    return DIALOGS.build(params) if params["state"] == "absent" else params


BUILDERS = {
    **{name: (kind.options, kind.build) for name, kind in KINDS.items()},
    "dialog": (DIALOGS.options, _dialogs),
    "reload": (reload.OPTIONS, reload.build),
    "wait_for": (condition.OPTIONS, condition.Condition),
}
SAMPLES = {
    "items": {"a": 1},
    "destinations": [{"uri": "sip:a"}],
    "variables": {"core": {"debug": 1}},
    "match": {"key": "ruri", "value": "x"},
    "what": "htable",
    "auth_ha1": "0" * 32,
    "method": "core.version",
    "level": 2,
    "dialplans": [1],
    "q": 0.5,
}
BY_TYPE = {
    "int": 1,
    "float": 1.0,
    "str": "x",
    "raw": 1,
    "bool": True,
    "list": ["x"],
    "dict": {"x": 1},
}
# They permit what would be refused, so what is built with them is built without them as well.
PERMITS = {"allow_empty", "mutates"}
# What runs the resource reads these, and not what builds it.
RUNNING = {"busy_timeout", "wait_timeout", "poll"}


def samples(options):
    """Yield a mapping of each option to a value that is not its default, for each choice."""
    fixed, chosen = {}, {}
    for name, option in options.fields.items():
        if option.choices and option.type == "str":
            chosen[name] = list(option.choices)
        elif option.type == "bool":
            fixed[name] = not option.default
        elif option.type in ("int", "float") and option.default is not None:
            fixed[name] = type(BY_TYPE[option.type])(option.default + 1)
        else:
            fixed[name] = SAMPLES.get(name, BY_TYPE[option.type])
    for values in itertools.product(*chosen.values()):
        yield {**fixed, **dict(zip(chosen, values))}


def shape(value):
    """Return something comparable that holds all that an object was made of."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [shape(each) for each in value]
    if hasattr(value, "__dict__"):
        return [type(value).__name__, shape(vars(value))]
    return value


def built(options, build, given):
    """Return what options make, or None where they are refused."""
    try:
        return shape(build(options.check(given)))
    except ValueError:
        return None


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_every_option_has_an_effect_or_is_refused(name):
    """Of each subset of up to three options beside what is required, as far as it is accepted."""
    options, build = BUILDERS[name]
    required = {each for each, option in options.fields.items() if option.required}
    idle, accepted = set(), set()
    for values in samples(options):
        rest = [each for each in values if each not in required]
        made = {
            frozenset(extra): built(
                options, build, {each: values[each] for each in (*required, *extra)}
            )
            for count in range(min(3, len(rest)) + 1)
            for extra in itertools.combinations(rest, count)
        }
        for extra, whole in made.items():
            if whole is None:
                continue
            accepted |= required | extra
            given = options.given({each: values[each] for each in extra})
            idle |= {(each, extra) for each in given if made[extra - {each}] == whole}
    assert not {(each, extra) for each, extra in idle if each not in PERMITS | RUNNING}
    unused = set(options.fields) - accepted - PERMITS
    assert not unused, "no combination with these was accepted, so give it a sample"
