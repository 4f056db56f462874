# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Options as they are documented, fragments included, and as they are taken. The sanity test
# validate-modules compares them too, but takes minutes.
#
# Not in tests/unit/plugins/modules: there ansible-test hides what is of the controller only.

from __future__ import annotations

import importlib
import os

import pytest
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.kind import Kind

PACKAGE = "ansible_collections.kamailio.ctl"
FOLDER = os.path.join(os.path.dirname(__file__), *[os.pardir] * 4, "plugins", "modules")
MODULES = sorted(name[:-3] for name in os.listdir(FOLDER) if name.endswith(".py"))


def documented(name):
    path = os.path.join(FOLDER, name + ".py")
    return get_docstring(path, fragment_loader, collection_name="kamailio.ctl", is_module=True)[0]


def load(name):
    return importlib.import_module(PACKAGE + ".plugins.modules." + name)


def origin(module):
    """Return the file that has the table of options."""
    kinds = [value for value in vars(module).values() if isinstance(value, Kind)]
    name = kinds[0].build.__module__ if kinds else module.__name__
    return name[len(PACKAGE) + 1 :].replace(".", "/") + ".py"


def differences(options, spec, where=""):
    """List how documented options differ from an argument specification."""
    found = []
    for name in sorted({*options, *spec}):
        path = where + name
        if name not in options:
            found.append("DOCUMENTATION lacks the option %s" % path)
        elif name not in spec:
            found.append("the argument specification lacks the option %s" % path)
        else:
            found += _of_one(options[name], spec[name], path)
    return found


def _of_one(option, argument, path):
    for key, default in [
        ("type", "str"),
        ("elements", None),
        ("required", False),
        ("default", None),
        ("choices", None),
        ("aliases", None),
    ]:
        one, other = option.get(key, default), argument.get(key, default)
        if one != other:
            yield "%s of the option %s is documented as %r, but is %r" % (key, path, one, other)
    inner = option.get("suboptions") or {}, argument.get("options") or {}
    yield from differences(*inner, path + ".")
    if not option.get("version_added"):
        yield "DOCUMENTATION lacks version_added of the option %s" % path


@pytest.mark.parametrize("name", MODULES)
def test_options_are_documented_as_they_are_taken(name):
    found, module = documented(name), load(name)
    assert found["module"] == name
    both = "DOCUMENTATION of plugins/modules/%s.py and the options in %s differ"
    assert differences(found["options"], module.TASK.spec) == [], both % (name, origin(module))


@pytest.mark.parametrize("name", MODULES)
def test_references_to_others_are_described(name):
    references = documented(name)["seealso"]
    assert [each for each in references if not each.get("description")] == []
    mine = "kamailio.ctl.%s" % name
    assert mine not in [each.get("module") for each in references]


def test_the_file_with_the_options_is_named():
    engine = "plugins/module_utils/binrpc/desired/"
    assert origin(load("kamailio_uac_registration")) == engine + "uac.py"
    assert origin(load("kamailio_stats_info")) == "plugins/modules/kamailio_stats_info.py"


def option(**more):
    return dict({"type": "int", "version_added": "0.1.0"}, **more)


@pytest.mark.parametrize(
    "options, spec, said",
    [
        ({"a": option()}, {"a": {"type": "int"}}, []),
        ({}, {"a": {}}, ["DOCUMENTATION lacks the option a"]),
        ({"a": option()}, {}, ["the argument specification lacks the option a"]),
        (
            {"a": option()},
            {"a": {"type": "str"}},
            ["type of the option a is documented as 'int', but is 'str'"],
        ),
        (
            {"a": option(suboptions={"b": option(default=1)})},
            {"a": {"type": "int", "options": {"b": {"type": "int", "default": 2}}}},
            ["default of the option a.b is documented as 1, but is 2"],
        ),
        (
            {"a": {"type": "int"}},
            {"a": {"type": "int"}},
            ["DOCUMENTATION lacks version_added of the option a"],
        ),
    ],
)
def test_each_difference_is_named(options, spec, said):
    assert differences(options, spec) == said
