# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A fleet of lab servers, what is wanted of it, and what it was and becomes."""

from __future__ import annotations

from kamailio_binrpc import Client
from kamailio_binrpc.core.catalogue.reading import is_read_only

WANTED = """version: 1
name: edge
htable:
  features: {items: {recording: 1, greeting: hello}, absent: [old]}
cfg:
  limits: {max_calls: 250}
"""
NAMES = ("one", "two", "ill")


class Fleet:
    """Lab servers by name, and the folder in which commands run.

    :ivar path: a folder with ``wanted.yml``.
    """

    def __init__(self, path, labs):
        self.path = path
        self.labs = labs
        self.journals = str(path / "journals")

    def __getitem__(self, name):
        return self.labs[name]

    def write(self, text, name="wanted.yml"):
        file = self.path / name
        file.write_text(text)
        return str(file)

    def state(self, name):
        """Return what the server holds: items, and the limit."""
        with Client(self.labs[name].addresses[0]) as client:
            slots = client.call("htable.dump", "features").to_json()
            items = {item["name"]: item["value"] for slot in slots for item in slot["slot"]}
            return items, client.call("cfg.get", "limits", "max_calls")[0]

    def change(self, name, method, *params):
        """Let another client make a call."""
        with Client(self.labs[name].addresses[0]) as client:
            client.call(method, *params)

    def written(self, name):
        """Return the methods that changed something, in order."""
        calls = [(call.method, call.params) for call in self.labs[name].calls]
        return [method for method, params in calls if not is_read_only(method, params)]


BEFORE = ({"greeting": "hi", "old": 7}, 1000)
AFTER = ({"greeting": "hello", "recording": 1}, 250)
