# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Calls through the connection of a task, and a relay on its host. Private to this collection.
#
# Packets and replies hold secrets, and Ansible's connections log at -vvv which command they run and
# what it prints. So packets go to the standard input of the command, which is not logged, and a
# connection logs nothing while it carries them.

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Lock

from ansible import constants
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.relay.client import RelayClient

QUIET = 2
"""The verbosity at which connections show neither commands nor what they print."""

NEVER_CONNECTED = re.compile(
    r"connect to (host|address) \S+|Could not resolve hostname|Permission denied|"
    r"Host key verification failed|Connection timed out during banner exchange|kex_exchange"
)
"""Texts of ssh for a connection that was not made."""


def refusal(connection):
    """Return why no relay can work over a connection, or an empty text."""
    if getattr(connection._shell, "SHELL_FAMILY", "sh") != "sh":
        return "a relay needs a POSIX shell on the host"
    if not getattr(connection, "has_pipelining", False):
        return "the connection %s carries no standard input to commands" % connection.transport
    become = connection.become
    if become and not getattr(become, "pipelining", True):
        return "the become method %s carries no standard input to commands" % become.name
    return ""


class Relays:
    """The relays of a task: one for each address that it calls.

    :param action: the action plugin.
    :param most: calls of a task that follow one after another, where the module may take over.
    """

    def __init__(self, action, most=None):
        self._most = most
        self._action = action
        self._connection = action._connection
        self._lock = Lock()  # threads of a task share its connection
        self._clients = []
        self._answered = False

    @property
    def refusal(self):
        """Why the module has to take over, or an empty text. Then nothing was changed."""
        if any(client.missing for client in self._clients):
            return "it has no program for a relay"
        if any(client.declined for client in self._clients):
            return "the task takes many calls"
        return ""

    def connect(self, address, timeout, connect_wait):
        """Return the client of an address."""
        client = Client(address, self._run, timeout, connect_wait=connect_wait, most=self._most)
        host = self._host(client.address)
        client.server = "relay:%s %s" % (host, client.address)
        memory = Memory(host, client.address.protocol)
        client.recall(memory)
        self._clients.append(client)
        return client

    def _host(self, address):
        """Return a text that no other host has, nor another user there."""
        context = self._action._play_context
        become = self._connection.become
        return repr(
            (
                self._connection.transport,
                context.remote_addr,
                context.port,
                context.remote_user,
                become and (become.name, self._action.get_become_option("become_user")),
            )
        )

    def _run(self, command, text, changes):
        """Have the host run a command, and return what it printed and why that may be cut.

        :param changes: the command may change something, so it must not be repeated.
        :raises AnsibleError: the host cannot be reached, and nothing was sent to it.
        """
        try:
            with self._lock, self._discreetly(once=changes):
                done = self._action._low_level_execute_command(command, in_data=text.encode())
        except AnsibleError as error:
            unreachable = isinstance(error, AnsibleConnectionFailure)
            nothing_sent = not unreachable or NEVER_CONNECTED.search(str(error))
            if not self._answered and (not changes or nothing_sent):
                raise
            return "", "the connection to the host broke: %s" % error
        self._answered = True
        if done["rc"]:
            self._action._log("relay: exit status %s: %s" % (done["rc"], done["stderr"][-500:]))
        return done["stdout"], ""

    @contextmanager
    def _discreetly(self, once):
        display = self._action._display
        options = {"pipelining": True}
        if once:
            options["reconnection_retries"] = 0  # ssh would run the command again
        levels = {
            name: getattr(display, name)
            for name in ("verbosity", "log_verbosity")
            if isinstance(getattr(display, name, None), int)
        }
        before = {}
        try:
            for name, value in options.items():
                try:
                    before[name] = self._connection.get_option(name)
                except (KeyError, AnsibleError):
                    continue
                self._connection.set_option(name, value)
            for name, level in levels.items():
                setattr(display, name, min(level, QUIET))
            yield
        finally:
            for name, level in levels.items():
                setattr(display, name, level)
            for name, value in before.items():
                self._connection.set_option(name, value)


class Client(RelayClient):
    """A client that remembers for the rest of the run what it found on the host.

    :ivar server: a name of the server that is the same in each task.
    """

    server = ""
    _memory = None

    def recall(self, memory):
        self._memory = memory
        found = memory.read()
        self.missing = found == NOTHING
        self.interpreter = "" if self.missing else found

    def found(self):
        self._memory.write(NOTHING if self.missing else self.interpreter)


NOTHING = "-"


class Memory:
    """The facts found on a host, for all tasks of a run of Ansible.

    Each task runs in a process of its own. They share the folder of temporary files, which goes
    when Ansible ends.
    """

    def __init__(self, *key):
        name = "kamailio_relay_" + sha256(repr(key).encode()).hexdigest()[:32]
        self._path = Path(constants.DEFAULT_LOCAL_TMP, name)

    def read(self):
        """Return the text, empty if there is none."""
        try:
            return self._path.read_text(encoding="utf-8")
        except OSError:
            return ""

    def write(self, text):
        """Keep a text, if there is a place for it."""
        part = self._path.with_suffix(".%d" % os.getpid())
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(self._path)
        except OSError:
            pass  # it is looked for again
