# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What plugins on the controller share: the options of the doc fragment controller, and errors in
# words. Private to this collection.

from __future__ import annotations

from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc import wire
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.config import load_config
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.escapes import (
    for_people,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.outcome import message
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.suggest import suggestion


def explained(error, context=""):
    """Return an error as text that Ansible can show.

    :param context: what it is about; the text begins with it, once.
    """
    text = message(error)
    start = context + ": " if context else ""
    return for_people(text if text.startswith(start) else start + text)


class Options:
    """The shared configuration file, and the plugin's own options, which come first.

    :param get: a plugin's ``get_option``.
    :raises ConfigError: the file is wrong.
    """

    def __init__(self, get):
        self._get = get
        self.config = load_config(get("config"))
        self.timeout = float(self._either("timeout", 5.0))
        self.connect_wait = float(self._either("connect_wait", 0.0))

    def _either(self, name, fallback):
        value = self._get(name)
        return self.config.defaults.get(name, fallback) if value is None else value

    def endpoint(self):
        """Return the address of the option ``endpoint``, which may be a name.

        :raises ValueError: it is empty, as after a template that has no value.
        """
        name = self._get("endpoint")
        if name is None:
            name = self.config.defaults.get("endpoint", wire.DEFAULT_ADDRESS)
        if not str(name).strip():
            raise ValueError("endpoint is empty; leave it out, or give an address or a name")
        return self.config.address(name)

    def select(self, names):
        """Return ``{name: address}`` of endpoints, groups and addresses.

        :raises ConfigError: a name is none of them.
        """
        return self.config.select(names)


def refuse_unknown(given, known):
    """Refuse options that a plugin does not have; Ansible drops them in silence.

    :raises ValueError: there are such.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        hint = suggestion(unknown[0], known)
        raise ValueError(
            "there is no option %s; %s" % (", ".join(unknown), hint or "see ansible-doc for them")
        )
