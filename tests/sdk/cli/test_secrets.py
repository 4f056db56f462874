# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Which commands show secrets, and which do not."""

from __future__ import annotations

import json

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.cli.main import main
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.packet import encode

pytestmark = pytest.mark.usefixtures("surroundings")

STORED = "not-secret-1"
ADD = ["uac.reg_add", "t9", "a", "b", "c", "d", ".", "e", "sesame", ".", "sip:h", "60"]
COMMANDS = [
    ("fleet", "-g", "both"),
    ("fleet", "-g", "both", "-o", "json"),
    ("fleet", "-g", "both", "-o", "jsonl"),
    ("fleet", "-g", "both", "--diff"),
    ("watch", "--count", "1"),
    ("watch", "--count", "1", "-o", "jsonl"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_reports_hide_secrets_unless_they_are_asked_for(kamrpc, config, command):
    _status, out, err = kamrpc(*command, "uac.reg_dump")
    assert STORED not in out + err
    assert "(hidden)" in out
    _status, out, _err = kamrpc(*command, "--reveal", "uac.reg_dump")
    assert STORED in out


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_password_that_changes_is_not_shown(kamrpc, lab, form, monkeypatch):
    record = lab.modules["uac"].records["trunk-1"]
    monkeypatch.setitem(record, "auth_password", "sesame-0")

    def change(_seconds):
        record["auth_password"] = "sesame-1"

    monkeypatch.setattr("kamailio_binrpc.cli.watch.time.sleep", change)
    _status, out, _err = kamrpc("watch", "--count", "2", "-o", form, "uac.reg_dump")
    assert "sesame" not in out
    assert len(out.splitlines()) > 1


def test_the_difference_of_passwords_is_not_shown(kamrpc, lab, config, monkeypatch):
    for form in ("text", "json"):
        _status, out, _err = kamrpc("fleet", "-g", "both", "--diff", "-o", form, "uac.reg_dump")
        assert STORED not in out


def test_call_and_batch_print_what_was_asked_for(kamrpc, tmp_path):
    assert STORED in kamrpc("call", "uac.reg_dump")[1]
    lines = tmp_path / "lines"
    lines.write_text(f"uac.reg_dump\n{' '.join(ADD)} 0 0 . .\n")
    _status, out, err = kamrpc("batch", "--echo", str(lines))
    assert STORED in out
    assert "sesame" not in out + err
    assert "> uac.reg_add t9 a b c d . e (hidden) . sip:h 60" in out


@pytest.mark.parametrize("word", ["j:[sesame", "b:sesame"])
def test_a_word_that_cannot_be_read_is_not_shown(kamrpc, word):
    _status, out, err = kamrpc("call", *ADD[:8], word)
    assert "sesame" not in out + err
    assert "uac.reg_add" in err or "(hidden)" in err


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_trace(tmp_path, capsys, form):
    path = tmp_path / "packets"
    request = encode(["autheph.add_secret", "sesame"], wire.REQUEST, 7)
    packets = [
        request,
        encode([500, "no sesame"], wire.FAULT, 7),
        encode(["autheph.dump_secrets"], wire.REQUEST, 8),
        encode(["ID 0: sesame"], wire.REPLY, 8),
        request[:-2],
    ]
    path.write_bytes(b"".join(packets))
    main(["trace", "-o", form, str(path)])
    out = capsys.readouterr().out
    assert "sesame" not in out
    assert b"sesa".hex() not in out.replace(" ", "")
    assert out.count("(hidden)") == 4
    main(["trace", "--reveal", "-o", form, str(path)])
    out = capsys.readouterr().out
    assert out.count("sesame") == 3
    assert b"sesa".hex() in out.replace(" ", "")


def test_the_log_of_calls(lab, caplog):
    from kamailio_binrpc.core.faults import Fault
    from kamailio_binrpc.observe import log_calls

    lab.failures.add("busy", method="uac.reg_add", count=1, code=500, text="cannot add sesame")
    seen = []
    log = log_calls()
    with (
        caplog.at_level("DEBUG"),
        Client(lab.addresses[0], on_call=lambda each: (seen.append(each), log(each))) as client,
    ):
        with pytest.raises(Fault) as caught:
            client.call(*ADD, 0, 0, ".", ".")
        assert STORED in json.dumps(client.call("uac.reg_dump").to_json())
        text = repr(client.call("uac.reg_dump"))
    assert "(hidden)" in text
    assert STORED not in text
    everything = f"{caplog.text} {[vars(each) for each in caplog.records]} {seen} {caught.value!r}"
    everything += f" {caught.value} {caught.value.text} {caught.value.args} {seen[0].error}"
    assert "cannot add (hidden)" in everything
    assert "sesame" not in everything
    assert STORED not in everything
