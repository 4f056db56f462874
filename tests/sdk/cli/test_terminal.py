# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""A server whose every text is hostile steers no terminal, and pipes get the bytes."""

from __future__ import annotations

import contextlib
import io
import os
import re
import socketserver
import subprocess
import sys
import threading
import unicodedata

import pytest

from kamailio_binrpc import Struct, decode, encode
from kamailio_binrpc.cli import colour, names, output
from kamailio_binrpc.cli.terminal import ESCAPE, for_terminal
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.packet import parse_header

HOSTILE = "a\x1b]0;owned\x07\x1b[45m\x9b45m\udc9b\u202etxt.exe\u2066\u200f\x7f\x08\r\x0e\x85b"
OURS = re.compile(
    r"\x1b\[(?:[0-5]|3[0-4])?m|\x1b\[H\x1b\[2J|\r\x1b\[K|\x1b\[\?2004[hl]|\x1b\[K|\x1b\[\?(?:12l|25h)"
)
"""Sequences that kamrpc and line editing write to a terminal themselves."""


def answer(request):
    method = request.values[0]
    if method == "x.fault":
        return encode([500, HOSTILE], wire.FAULT, request.cookie)
    if method == "x.odd":
        return encode([HOSTILE, 500], wire.FAULT, request.cookie)
    if method == "x.cut":
        return encode([Struct({HOSTILE: 1})], wire.REPLY, request.cookie)[:-2] + b"\xff\xff"
    if method == "system.listMethods":
        return encode([HOSTILE, "core.version", "x.$(touch x)"], wire.REPLY, request.cookie)
    row = {HOSTILE: HOSTILE, "name": HOSTILE, "number": request.cookie & 0xFFFF}
    values = [Struct(row), Struct.of(HOSTILE), Struct(row)]
    return encode(values, wire.REPLY, request.cookie)


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data = b""
        while True:
            header = parse_header(data)
            if header is None or len(data) < header.total:
                more = self.request.recv(65536)
                if not more:
                    return
                data += more
                continue
            packet, data = data[: header.total], data[header.total :]
            self.request.sendall(answer(decode(packet)))


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile") / "ctl"
    with Server(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"unix:{path}"
        server.shutdown()
        thread.join()


def environment(folder):
    return {
        **os.environ,
        "TERM": "xterm",
        "HOME": str(folder),
        "XDG_CACHE_HOME": str(folder),
        "KAMRPC_CONFIG": "",
        "PAGER": "cat",
    }


def on_terminal(command, folder, typed=b"", term="xterm"):
    """Run a command on a pseudo-terminal and return all that this got."""
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment(folder), "TERM": term},
        start_new_session=True,
    ) as process:
        os.close(theirs)
        os.write(ours, typed)
        shown = b""
        with contextlib.suppress(OSError):  # Linux says so at the end
            while data := os.read(ours, 65536):
                shown += data
        process.wait(60)
    os.close(ours)
    return shown


def harm(shown):
    """Return what should not have reached a terminal."""
    text = OURS.sub("", shown.decode("utf-8", "surrogateescape")).replace("\r\n", "\n")
    return sorted({char for char in text if is_odd(char)})


def is_odd(char):
    return char not in "\n\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


KAMRPC = [sys.executable, "-m", "kamailio_binrpc.cli.main"]
COMMANDS = {
    "call": ["call", "-s", "{}", "x.y"],
    "call table": ["call", "-s", "{}", "-o", "table", "x.y"],
    "call json": ["call", "-s", "{}", "-o", "json", "x.y"],
    "call jsonl": ["call", "-s", "{}", "-o", "jsonl", "x.y"],
    "call yaml": ["call", "-s", "{}", "-o", "yaml", "x.y"],
    "call fault": ["call", "-s", "{}", "x.fault"],
    "top": ["top", "-s", "{}", "--count", "2", "-n", "0.1", "-o", "json"],
    "call odd": ["call", "-s", "{}", "x.odd"],
    "call cut": ["call", "-s", "{}", "x.cut"],
    "call fault json": ["call", "-s", "{}", "-o", "json", "x.fault"],
    "methods list": ["methods", "list", "-s", "{}"],
    "methods search": ["methods", "search", "-s", "{}", "a"],
    "methods help": ["methods", "help", "-s", "{}", "core.version"],
    "methods signature": ["methods", "signature", "-s", "{}", "core.version"],
    "facts": ["facts", "-s", "{}"],
    "watch": ["watch", "-s", "{}", "-n", "0.01", "--count", "3", "x.y"],
    "watch jsonl": ["watch", "-s", "{}", "-n", "0.01", "--count", "3", "-o", "jsonl", "x.y"],
    "batch": ["batch", "-s", "{}", "lines"],
    "fleet": ["fleet", "-g", "{}", "x.y"],
    "fleet diff": ["fleet", "-g", "{}", "-g", "{}", "--diff", "x.y"],
    "fleet fault": ["fleet", "-g", "{}", "x.fault"],
    "fleet odd": ["fleet", "-g", "{}", "x.odd"],
    "fleet table": ["fleet", "-g", "{}", "-o", "table", "x.y"],
    "fleet diff table": ["fleet", "-g", "{}", "--diff", "-o", "table", "x.y"],
    "diff": ["diff", "before.json", "{}", "x.y"],
    "diff table": ["diff", "-o", "table", "before.json", "{}", "x.y"],
    "diff yaml": ["diff", "-o", "yaml", "before.json", "{}", "x.y"],
    "watch table": ["watch", "-s", "{}", "-n", "0.01", "--count", "3", "-o", "table", "x.y"],
    "batch table": ["batch", "-s", "{}", "-o", "table", "lines"],
    "trace": ["trace", "packet.hex"],
    "trace table": ["trace", "-o", "table", "packet.hex"],
    "gateways": ["gateways", "-s", "{}"],
    "calls": ["calls", "-s", "{}"],
    "regs": ["regs", "-s", "{}"],
    "debug": ["debug", "-s", "{}", "--dry-run", "3"],
    "drain": ["drain", "-s", "{}", "1", "sip:192.0.2.1", "-y"],
    "snapshot": ["snapshot", "-s", "{}"],
    "plan": ["plan", "-s", "{}", "wish.yml"],
    "drift": ["drift", "-s", "{}", "wish.yml"],
    "record": ["record", "-v", "-s", "{}"],
    "doctor": ["doctor", "{}"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_lets_a_server_steer_the_terminal(hostile, tmp_path, name, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines").write_text("x.y\nx.fault\nx.odd\n")
    (tmp_path / "before.json").write_text("[]")
    (tmp_path / "wish.yml").write_text("version: 1\nhtable: {t: {items: {a: 1}}}\n")
    request = decode(encode(["x.y"], wire.REQUEST, 7))
    (tmp_path / "packet.hex").write_text(answer(request).hex())
    words = [word.replace("{}", hostile) for word in COMMANDS[name]]
    shown = on_terminal([*KAMRPC, *words], tmp_path)
    assert harm(shown) == []
    if name not in {
        "facts",
        "doctor",
        "methods help",
        "methods signature",
        "call odd",
        "fleet odd",
        "call cut",
        "top",
        "call yaml",  # what is not UTF-8 is in base64
        "diff yaml",
        "fleet diff table",  # names that agree
        "debug",
        "drain",  # replies that cannot be read
        "snapshot",
        "plan",
        "drift",
    }:
        assert b"owned" in shown


@pytest.mark.slow
def test_no_shell_lets_a_server_steer_the_terminal(hostile, tmp_path):
    # The library of the prompt writes much itself, but hardly anything to a dumb terminal.
    typed = b"x.y\nx.fault\nx.odd\nx.\t\t\nsystem.listMethods\n.quit\nexit\n\x04"
    shown = on_terminal([*KAMRPC, "shell", "-s", hostile], tmp_path, typed, "dumb")
    assert b"owned" in shown
    for ours in (b"\r\n", b"\r", b"\x08", b"\x07"):  # line editing redraws, and rings the bell
        shown = shown.replace(ours, b"\n")
    assert harm(shown) == []


@pytest.mark.slow
def test_a_pipe_gets_the_bytes(hostile, tmp_path):
    raw = HOSTILE.encode("utf-8", "surrogateescape")
    command = [*KAMRPC, "call", "-s", hostile, "x.y"]
    found = subprocess.run(command, capture_output=True, env=environment(tmp_path), check=True)
    assert raw in found.stdout
    pykamcmd = "from kamailio_binrpc.cli.kamcmd.main import run; run()"
    command = [sys.executable, "-c", pykamcmd, "-s", hostile, "x.y"]
    found = subprocess.run(command, capture_output=True, env=environment(tmp_path), check=False)
    assert raw in found.stdout  # byte for byte as kamcmd


class Screen(io.TextIOWrapper):
    def isatty(self):
        return True


def test_colours_are_ours_alone(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", screen)
    output.write(colour.paint("\x1b[31m", "red", screen))
    assert screen.buffer.getvalue() == b"\x1b[31m\\x1b[31m\x1b[0m"
    assert for_terminal(f"{ESCAPE}[1m") == "\x1b[1m"


def test_only_words_are_completed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    hostile_words = [
        "x.$(touch y)",
        "x;ls",
        "x`y`",
        "-oX",
        "a b",
        "a\nb",
        "é",
        "*",
        "~root",
        HOSTILE,
    ]
    known = names.Names("unix:/s")
    known.groups = {"methods": hostile_words, "settings/$(x)": ["a"], "settings/tm": ["fr_timer"]}
    known._save()
    found = names.Names("unix:/s").load()
    assert found.groups["methods"] == []
    assert found.under("settings") == ["tm"]
    assert found.for_param("cfg.get", ["tm"]) == ["fr_timer"]
    good = ["core.version", "system.listMethods", "sip:a@b:5060", "dispatcher.set_state"]
    assert names._words(good) == good
