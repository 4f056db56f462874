# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import json
import shlex
import urllib.parse

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kamailio_binrpc.core import wire
from kamailio_binrpc.core.catalogue.secrets import SECRET_NAME
from kamailio_binrpc.core.desired.escapes import quoted, visible
from kamailio_binrpc.core.masking import (
    HIDDEN,
    Packets,
    Secrets,
    hide_params,
    hide_reply,
    hide_sent,
    may_hold_secrets,
)
from kamailio_binrpc.core.values import NULL_TEXT, Struct, set_text

RECORD = Struct(l_uuid="t", r_username="alice", auth_password="hunter2", auth_ha1=".", expires=360)
ADD = ["t", "a", "b", "c", "d", ".", "e", "hunter2", ".", "sip:h", 60, 0, 0, ".", "."]


# --- where the catalogue says that they are


def test_secret_parameters():
    shown = hide_params("uac.reg_add", ADD)
    assert shown == [*ADD[:7], HIDDEN, *ADD[8:]]
    assert hide_params("htable.sets", ["t", "password", "x"]) == ["t", "password", "x"]
    assert hide_params("no.such", ["hunter2"]) == ["hunter2"]
    assert hide_params("uac.reg_add ", ADD) == shown  # the server refuses it: it is shown as well
    assert hide_params("autheph.add_secret", [12345]) == [HIDDEN]
    assert hide_params("autheph.add_secret", [["a"]]) == [[HIDDEN]]
    assert hide_params("autheph.add_secret", [{"type": "a"}]) == [{"type": HIDDEN}]
    assert hide_params("autheph.add_secret", [True, 1]) == [True, 1]


def test_secret_members():
    (shown,) = hide_reply("uac.reg_dump", [RECORD])
    assert shown == Struct(
        l_uuid="t", r_username="alice", auth_password=HIDDEN, auth_ha1=".", expires=360
    )
    nested = [Struct(a=[Struct(auth_password="x"), Struct(auth_password=NULL_TEXT)])]
    (shown,) = hide_reply("uac.reg_info", nested)
    assert shown["a"] == [Struct(auth_password=HIDDEN), Struct(auth_password=NULL_TEXT)]
    assert hide_reply("autheph.dump_secrets", ["ID 0: x", 7]) == [HIDDEN, 7]
    assert hide_reply("auth_xkeys_.list", [Struct(KID="x", KEYS=["y"])]) == [
        Struct(KID=HIDDEN, KEYS=[HIDDEN])
    ]
    unnamed = Struct([(None, "x"), ("auth_ha1", b"x")])
    assert hide_reply("uac.reg_info", [unnamed]) == [Struct([(None, "x"), ("auth_ha1", HIDDEN)])]


@pytest.mark.parametrize(
    "method, params, values, shown",
    [
        ("cfg.get", ["app", "db_password"], ["x"], [HIDDEN]),
        ("cfg.get", ["app", "greeting"], ["x"], ["x"]),
        ("cfg.get", ["app", "greeting"], [5], [5]),
        ("cfg.get", ["app"], [Struct(token="x", a="y")], [Struct(token=HIDDEN, a="y")]),
        ("cfg.get", ["app", "db_url"], ["mysql://u:p@h/d"], ["mysql://u:(hidden)@h/d"]),
        ("cfg.get", ["a", "u"], ["mysql://u:p/@@h/d x"], ["mysql://u:(hidden)@h/d x"]),
        ("cfg.get", ["a", "u"], ["http://h:80/a@b"], ["http://h:80/a@b"]),
        ("cfg.get", ["a", "u"], ["name=s;pass=x;db=1"], ["name=s;pass=(hidden);db=1"]),
        ("pv.shvGet", ["token"], [Struct(name="token", value="x")], None),
        (
            "pv.shvGet",
            [],
            [Struct(items=Struct(shv=Struct(name="api_key", value="x")))],
            [Struct(items=Struct(shv=Struct(name="api_key", value=HIDDEN)))],
        ),
        ("pv.shvGet", ["a"], [Struct(name="a", value="x")], [Struct(name="a", value="x")]),
        (
            "cfg.diff",
            [],
            [Struct([("variable name", "password"), ("old value", "x"), ("new value", "y")])],
            [
                Struct(
                    [("variable name", "password"), ("old value", HIDDEN), ("new value", HIDDEN)]
                )
            ],
        ),
        ("modparam.gets", ["m", "password"], [Struct(param="password", value="x")], None),
        ("core.arg", [], ["-A", "DB_PASSWORD=x"], ["-A", "DB_PASSWORD=(hidden)"]),
        ("dbcl.list_connections", ["c"], [Struct(url="mysql://u:p@h/d")], None),
        ("tls.options", [], [Struct(private_key="x", ca="y")], None),
        ("htable.get", ["t", "password"], [Struct(name="password", value="x")], [
            Struct(name="password", value="x")
        ]),
    ],
)  # fmt: skip
def test_names_decide(method, params, values, shown):
    found = hide_reply(method, values, params)
    if shown is None:
        assert HIDDEN in str(found)
        assert not {"'x'", ":p@"} & set(str(found).split())
    else:
        assert found == shown


@pytest.mark.parametrize("method", ["cfg.sets", "cfg.set", "cfg.set_delayed_string", "cfg.seti"])
def test_a_variable_that_is_set(method):
    assert hide_params(method, ["app", "token", "x"]) == ["app", "token", HIDDEN]
    assert hide_params(method, ["app", "url", "a://u:p@h"]) == ["app", "url", "a://u:(hidden)@h"]
    assert hide_params(method, ["app", "level", 3]) == ["app", "level", 3]
    assert hide_params("pv.shvSet", ["token", "str", "x"]) == ["token", "str", HIDDEN]


def test_a_recording_hides_by_name_whatever_the_method():
    item = Struct(name="api_token", value="x", flags=0)
    reply = Struct([("password", "x"), ("password", ""), ("url", "a://u:p@h"), ("item", item)])
    (shown,) = hide_reply("no.such", [reply], (), SECRET_NAME)
    assert shown == Struct(
        [
            ("password", HIDDEN),
            ("password", ""),
            ("url", "a://u:(hidden)@h"),
            ("item", Struct(name="api_token", value=HIDDEN, flags=0)),
        ]
    )


# --- wherever else they appear


def secrets(*texts):
    return Secrets(texts)


FORMS = {
    "as it is": str,
    "repr": repr,
    "repr of repr": lambda text: repr(repr(text)),
    "JSON": json.dumps,
    "JSON in JSON": lambda text: json.dumps(json.dumps([text])),
    "UTF-8 in JSON": lambda text: json.dumps(text, ensure_ascii=False),
    "percent": lambda text: urllib.parse.quote(data(text), safe=""),
    "percent, a little": lambda text: urllib.parse.quote(data(text)),
    "percent twice": lambda text: urllib.parse.quote(urllib.parse.quote(data(text), safe="")),
    "hexadecimal": lambda text: data(text).hex(),
    "HEXADECIMAL": lambda text: data(text).hex().upper(),
    "hex with blanks": lambda text: data(text).hex(" "),
    "bytes": lambda text: repr(data(text)),
    "a result": visible,
    "an error": quoted,
    "ASCII": ascii,
    "all escaped": lambda text: "".join("\\x%02x" % byte for byte in data(text)),
}


def data(text):
    return text.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize("form", FORMS)
@example("pä ss'w\"o\\rd%/")
@example("\udce9\\\\n\\x41%41")
@example("%2541%%")
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=4, max_size=30))
def test_a_secret_is_found_in_each_form(form, secret):
    if not set_text(secret):
        return
    found = secrets(secret).hide("<" + FORMS[form](secret) + ">")
    assert found in (f"<{HIDDEN}>", *(f"<{b}{HIDDEN}{e}>" for b, e in FRAMES))


FRAMES = [
    *(("'", "'"), ('"', '"'), ("b'", "'"), ('b"', '"')),
    *(("\"'", "'\""), ("'\"", "\"'"), ("'\\'", "\\''"), ('"[\\"', '\\"]"')),
]


def test_the_whole_of_a_text_stays_but_for_the_secret():
    known = secrets("hunter2", "sesame")
    assert known.hide("a hunter2, %68unter2 b\\n sesame é \udce9") == (
        "a (hidden), (hidden) b\\n (hidden) é \udce9"
    )
    assert known.hide(shlex.quote("it's hunter2")) == shlex.quote("it's (hidden)")
    assert known.hide("hunter1") == "hunter1"
    assert known.hide("%zz \\q 12 34 5") == "%zz \\q 12 34 5"
    assert known.hide("hunter2hunter2") == HIDDEN * 2


def test_the_longest_of_several_that_begin_alike():
    assert secrets("pass", "password", "passwo").hide("a password b") == "a (hidden) b"


@pytest.mark.parametrize("secret", ["a", "ab", "abc"])
def test_a_short_secret_is_a_word_of_its_own(secret):
    known = secrets(secret)
    assert known.hide(f"x{secret} {secret}: {secret}y '{secret}'") == (
        f"x{secret} (hidden): {secret}y '(hidden)'"
    )
    assert known.hide(secret) == HIDDEN


@pytest.mark.parametrize("unset", ["", ".", "none", NULL_TEXT, None, True])
def test_what_is_unset_is_not_secret(unset):
    known = secrets(unset)
    assert not known
    assert known.hide(["none", "."]) == ["none", "."]


def test_values_of_all_kinds():
    known = secrets("hunter2")
    struct = Struct([("hunter2", "x"), ("a", ["hunter2", b"hunter2", 5, None, True, 1.5])])
    shown = known.hide({"hunter2": struct, "t": ("hunter2",)})
    assert shown == {
        HIDDEN: Struct([(HIDDEN, "x"), ("a", [HIDDEN, HIDDEN.encode(), 5, None, True, 1.5])]),
        "t": (HIDDEN,),
    }


def test_many_secrets():
    known = secrets(*(f"secret-{number:05}" for number in range(5000)))
    assert known.hide("x secret-04999 secret-0499") == "x (hidden) secret-0499"


def test_secrets_that_calls_send():
    known = Secrets()
    known.sent("htable.sets", ["t", "k", "value"])
    assert not known
    known.sent("uac.reg_add", ADD)
    known.sent("cfg.sets", ["app", "db_url", "mysql://u:s3same@h/d"])
    known.sent("autheph.add_secret", [77777])
    known.sent("autheph.add_secret", [5])
    assert known.hide(["hunter2", "s3same", "77777", "5", "alice"]) == [
        *(HIDDEN, HIDDEN, HIDDEN, "5", "alice")
    ]


def test_secrets_that_calls_receive():
    known = Secrets()
    known.received("htable.get", ["t"], [Struct(value="x")])
    assert not known
    known.received("uac.reg_info", [], [RECORD])
    assert known.hide("hunter2 of alice") == "(hidden) of alice"
    # The name of the user is not a secret, even if it is the password as well.
    known = Secrets()
    same = [Struct(r_username="alice", auth_password="alice")]
    known.received("uac.reg_info", [], same)
    assert known.hide("alice") == "alice"
    known.received("uac.reg_info", [], same, every=True)
    assert known.hide("alice") == HIDDEN


def test_secrets_that_are_expected():
    known = Secrets()
    known.expected("htable.get", [], [{"value": "x"}])
    assert not known
    known.expected("uac.reg_info", ["l_uuid", "t"], [[{"auth_password": "hunter2", "a": ["b"]}]])
    known.expected("cfg.get", ["app", "token"], ["s3same"])
    assert known.hide(["hunter2", "s3same", "b"]) == [HIDDEN, HIDDEN, "b"]


def test_secrets_by_the_names_of_variables():
    known = Secrets()
    known.named({"password": "hunter2", "url": "a://u:s3same@h", "level": "high", "token": 5})
    assert known.hide(["hunter2", "s3same", "high", "5"]) == [HIDDEN, HIDDEN, "high", "5"]
    other = Secrets()
    other.merge(known)
    assert other.hide("hunter2") == HIDDEN


def test_the_text_of_a_fault():
    text = "cannot add hunter2"
    assert hide_sent(text, "uac.reg_add", ADD) == "cannot add (hidden)"
    assert hide_sent(text, "uac.reg_remove", ["hunter2"]) == text


# --- packets as they pass


def test_a_reply_is_known_by_its_request():
    packets = Packets()
    assert packets.values(wire.REQUEST, 1, ["autheph.dump_secrets"]) == ["autheph.dump_secrets"]
    assert packets.values(wire.REQUEST, 2, ["uac.reg_add", *ADD])[8] == HIDDEN
    assert packets.values(wire.REPLY, 1, ["ID 0: x"]) == [HIDDEN]
    assert packets.values(wire.FAULT, 2, [500, "no hunter2"]) == [500, "no (hidden)"]
    assert packets.values(wire.FAULT, 3, [500, "no hunter2"]) == [500, "no hunter2"]
    assert packets.values(wire.REQUEST, 4, [7]) == [7]
    assert packets.values(wire.REQUEST, 4, []) == []


def test_names_decide_about_a_reply_to_an_unknown_request():
    assert Packets().values(wire.REPLY, 1, [RECORD])[0]["auth_password"] == HIDDEN


def test_so_many_requests_are_remembered():
    packets = Packets()
    for cookie in range(1025):
        packets.values(wire.REQUEST, cookie, ["autheph.dump_secrets"])
    assert packets.values(wire.REPLY, 1, ["x"]) == [HIDDEN]
    assert packets.values(wire.REPLY, 0, ["x"]) == ["x"]


def test_bytes_that_cannot_be_read():
    assert may_hold_secrets(b"\xa1\x03uac.reg_add\0x\xff")
    assert may_hold_secrets(b"...auth_password:x")
    assert not may_hold_secrets(b"\xa1\x03htable.get\0t\0")
