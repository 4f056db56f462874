# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs whole modules, down to the JSON that they print, against scripted exchanges.

from __future__ import annotations

import json
import socket
import threading

import pytest
from ansible.module_utils import basic
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc import wire
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.faults import Fault
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.framing import StreamDecoder
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.packet import decode, encode

LOST = object()
"""As an answer: close the connection instead."""

SILENCE = object()
"""As an answer: say nothing."""


class Server:
    """Answers each call with the next line of a script, which has to name the same call.

    Lines are ``(method, params, answer)``; an answer is a list of values, a Fault, LOST or
    SILENCE.
    """

    def __init__(self, path):
        self.endpoint = "unix:%s" % path
        self.script = []
        self.unexpected = []
        self.connections = 0
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(5)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self):
        while True:
            try:
                connection = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            with connection:
                self._converse(connection)

    def _converse(self, connection):
        stream = StreamDecoder()
        while True:
            data = connection.recv(65536)
            if not data:
                return
            stream.feed(data)
            packet = stream.next_packet()
            while packet:
                answer = self._answer(packet[1])
                if answer is LOST:
                    return
                if answer is not SILENCE:
                    connection.sendall(answer)
                packet = stream.next_packet()

    def _answer(self, packet):
        request = decode(packet)
        call = (request.values[0], request.values[1:])
        line = self.script.pop(0) if self.script else (None, None, None)
        if line[:2] != call:
            self.unexpected.append(call)
            return LOST
        answer = line[2]
        if isinstance(answer, Fault):
            return encode([answer.code, answer.text], wire.FAULT, request.cookie)
        if isinstance(answer, list):
            return encode(answer, wire.REPLY, request.cookie)
        return answer


@pytest.fixture
def server(tmp_path, monkeypatch):
    # The path of a unix socket has to be short, so it is relative.
    monkeypatch.chdir(tmp_path)
    server = Server("ctl")
    yield server
    server.stop()
    assert not server.unexpected
    assert not server.script, "calls that were expected did not come"


@pytest.fixture
def run(monkeypatch, capsys):
    """Run a module's main() with these options and return what it prints."""

    def run_module(module, /, check_mode=False, diff=False, **options):
        arguments = dict(options, _ansible_check_mode=check_mode, _ansible_diff=diff)
        text = json.dumps({"ANSIBLE_MODULE_ARGS": arguments})
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", text.encode())
        # Since ansible-core 2.19 the arguments come in a named serialization.
        monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)
        with pytest.raises(SystemExit) as ended:
            module.main()
        printed = capsys.readouterr().out
        # Strictly: Ansible refuses lone surrogates, which json lets pass.
        result = json.loads(printed)
        json.dumps(result, ensure_ascii=False).encode("utf-8")
        assert bool(ended.value.code) == result.get("failed", False)
        result.pop("invocation", None)
        return result

    return run_module
