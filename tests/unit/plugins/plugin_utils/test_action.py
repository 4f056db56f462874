# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import datetime as dt
import importlib
import os

import pytest
from ansible_collections.kamailio.ctl.plugins.plugin_utils._action import Action, plain

FOLDER = os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, "plugins", "modules")
MODULES = sorted(name[:-3] for name in os.listdir(FOLDER) if name.endswith(".py"))


class Text(str):
    """As templating makes them."""

    __slots__ = ()


class Number(int):
    pass


class Encrypted:
    def __str__(self):
        return "open"


@pytest.mark.parametrize(
    "value, expected",
    [
        (Text("a"), "a"),
        (Number(5), 5),
        (True, True),
        (None, None),
        (2.5, 2.5),
        ((Text("a"), 1), ["a", 1]),
        ({Text("k"): [Text("v")]}, {"k": ["v"]}),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (Encrypted(), "open"),
        (b"\xff", "\udcff"),
    ],
)
def test_options_are_what_json_would_bring(value, expected):
    found = plain(value)
    assert found == expected
    assert found.__class__ is expected.__class__


def test_members_are_plain_as_well():
    found = plain({Text("k"): [Text("v")]})
    assert [each.__class__ for each in (*found, *found["k"])] == [str, str]


@pytest.mark.parametrize("name", MODULES)
def test_each_module_has_an_action_with_its_task(name):
    action = importlib.import_module("ansible_collections.kamailio.ctl.plugins.action." + name)
    module = importlib.import_module("ansible_collections.kamailio.ctl.plugins.modules." + name)
    assert issubclass(action.ActionModule, Action)
    assert action.ActionModule.module_task is module.TASK
