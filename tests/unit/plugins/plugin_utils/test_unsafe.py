# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.kamailio.ctl.plugins.plugin_utils import _unsafe
from ansible_collections.kamailio.ctl.plugins.plugin_utils._unsafe import unsafe


@pytest.fixture(autouse=True)
def mark(monkeypatch):
    """A mark that shows, since Ansible's own differs by release."""
    monkeypatch.setattr(_unsafe, "wrap_var", lambda text: ("marked", text))


@pytest.mark.parametrize("value", ["text", "{}", 5, 2.5, True, None, ""])
def test_only_texts_with_signs_of_templates_are_marked(value):
    expected = ("marked", value) if value == "{}" else value
    assert unsafe(value) == expected


@pytest.mark.parametrize("text", ["{{ 6 * 7 }}", "{% if x %}", "# for x", "100%", "a }"])
def test_any_sign_that_delimiters_may_have(text):
    assert unsafe(text) == ("marked", text)


def test_members_are_marked_wherever_they_are():
    value = {"a": [{"b": "{{ x }}"}, "plain"], "{{ name }}": 1}
    found = unsafe(value)
    assert found == {"a": [{"b": ("marked", "{{ x }}")}, "plain"], "{{ name }}": 1}
    assert value["a"][0]["b"] == "{{ x }}", "the value itself stays"
