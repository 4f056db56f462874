# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import pytest

from kamailio_binrpc.core.masking import Secrets
from kamailio_binrpc.core.state.references import (
    KEEP,
    LARGEST,
    Reference,
    SecretShape,
    remember_secrets,
    resolve,
)
from kamailio_binrpc.core.state.shapes import WishError


def test_a_secret_of_the_environment(monkeypatch):
    monkeypatch.setenv("TRUNK", "sesame")
    assert resolve(Reference("env", "TRUNK")) == "sesame"
    monkeypatch.delenv("TRUNK")
    with pytest.raises(LookupError, match="there is no variable TRUNK in the environment"):
        resolve(Reference("env", "TRUNK"))
    monkeypatch.setenv("TRUNK", "")
    with pytest.raises(LookupError, match="TRUNK is empty"):
        resolve(Reference("env", "TRUNK"))


def test_a_secret_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_bytes(b"ses\xe9ame\r\nanother line\n")
    assert resolve(Reference("file", str(file))) == "ses\udce9ame"
    for data, text in [(b"\n", "empty"), (b"a\0b", "NUL"), (b"x" * (LARGEST + 1), "larger")]:
        file.write_bytes(data)
        with pytest.raises(LookupError, match=text):
            resolve(Reference("file", str(file)))
    with pytest.raises(FileNotFoundError):
        resolve(Reference("file", str(tmp_path / "none")))


@pytest.mark.parametrize(
    "value, found",
    [
        ({"env": "TRUNK"}, Reference("env", "TRUNK")),
        ({"file": "/run/secret"}, Reference("file", "/run/secret")),
        ({"keep": True}, KEEP),
        ("sesame", "sesame"),
    ],
)
def test_what_a_file_says(value, found):
    assert SecretShape().check(value, ()) == found
    if isinstance(found, Reference):
        assert found.dump() == value


@pytest.mark.parametrize(
    "value",
    [{}, {"env": ""}, {"env": "A", "keep": True}, {"keep": False}, {"key": "x"}, None, "", 7, []],
)
def test_what_is_refused(value):
    with pytest.raises(WishError) as caught:
        SecretShape().check(value, ("uac",))
    assert str(caught.value).startswith("uac")


def test_what_is_refused_is_not_shown():
    with pytest.raises(WishError) as caught:
        SecretShape().check(4711, ("uac",))
    assert "4711" not in str(caught.value)


def test_secrets_of_a_document_are_remembered_whatever_its_shape():
    secrets = Secrets()
    trunk = {"r_domain": "sip.example", "auth_password": "sesame1"}
    document = {"uac": {"registrations": {"t": trunk}}, "pv": {"shv": {"api_key": "sesame2"}}}
    for each in (document, [document, 5, None], "sesame", {1: {"auth_ha1": "sesame3"}}):
        remember_secrets(each, secrets)
    shown = secrets.hide("sip.example sesame1 sesame2 sesame3")
    assert "sip.example" in shown
    assert "sesame" not in shown
