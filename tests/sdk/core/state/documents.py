# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A document with every key, and documents that are wrong."""

from __future__ import annotations

LONG = {"value": r"caf\xe9", "type": "escaped"}
GATEWAY = "sip:192.0.2.11:5060"

EVERYTHING = {
    "version": 1,
    "name": "everything",
    "htable": {
        "t": {
            "items": {
                "a": 1,
                "b": LONG,
                "c": {"value": "x", "until": "2026-12-01T08:00:00Z"},
                "d": {"value": "x", "at_least": 3600},
            },
            "absent": ["old", ""],
            "exact": True,
            "allow_empty": False,
            "max_remove": 20,
        }
    },
    "pv": {"shv": {"maintenance": 0, "text": LONG}},
    "cfg": {
        "core": {"debug": 2, "server_id": {"value": 5}, "text": LONG, "other": {"unset": True}},
        "limits[1]": {"max_calls": {"inherit": True}},
    },
    "rtpengine": {"nodes": {"udp:h:1": "enabled"}, "min_enabled": 0, "must_answer": False},
    "dispatcher": {
        "1": {
            "exact": True,
            "allow_empty": True,
            "max_remove": 3,
            "min_enabled": 1,
            "allow_unresolved": True,
            "order": "keep",
            "destinations": [
                {
                    "uri": GATEWAY,
                    "priority": 5,
                    "force": "trying",
                    "attrs": "weight=50;duid=a",
                    "flags": 16,
                    "state": "enabled",
                    "probing": True,
                }
            ],
            "absent": ["sip:192.0.2.99"],
        }
    },
    "uac": {
        "registrations": {
            "trunk1": {
                "l_username": "bob",
                "l_domain": "example.com",
                "r_username": "2002",
                "r_domain": "sip.example",
                "realm": "",
                "auth_username": "2002",
                "auth_proxy": "sip:192.0.2.30",
                "expires": 600,
                "reg_delay": 1,
                "socket": "",
                "contact_addr": "192.0.2.1:5060",
                "auth_password": {"env": "TRUNK1"},
                "state": "enabled",
            },
            "trunk2": {"auth_ha1": {"file": "/run/ha1"}},
            "trunk3": {"auth_password": {"keep": True}, "auth_ha1": {"keep": True}},
            "trunk4": {"auth_ha1": {"env": "HA1"}, "state": "disabled"},
            "trunk5": {"auth_password": {"file": "/run/password"}},
        },
        "absent": ["trunk9"],
    },
    "usrloc": {
        "location": {
            "alice": {
                "contacts": {
                    "sip:a@h": {
                        "expires": 0,
                        "q": 0.5,
                        "path": "<sip:h;lr>",
                        "flags": 0,
                        "cflags": 0,
                        "methods": 4294967295,
                        "received": "sip:h",
                        "socket": "udp:h:5060",
                        "adopt": True,
                    }
                },
                "absent": ["sip:b@h"],
                "adopt": True,
            }
        }
    },
    "pipelimit": {"pipes": {"p1": {"algorithm": "RED", "limit": 5}}},
    "debugger": {"modules": {"tm": 3}},
    "checks": [
        {"method": "tm.stats", "path": "current", "min": 0, "max": 5, "within": 10, "hold": 30},
        {"method": "htable.get", "params": ["t", "a"], "expect": {"item": {"value": 1}}},
    ],
}

WRONG = {
    "a key that is not there": {"htabel": {}},
    "a version that is not there": {"version": 2},
    "a section that is a list": {"htable": []},
    "a value that is true": {"pv": {"shv": {"a": True}}},
    "a value that is null": {"pv": {"shv": {"a": None}}},
    "a value with a fraction": {"pv": {"shv": {"a": 1.5}}},
    "a value of 33 bits": {"pv": {"shv": {"a": 2**31}}},
    "a time that is no time": {"htable": {"t": {"items": {"a": {"value": 1, "until": "soon"}}}}},
    "no value": {"htable": {"t": {"items": {"a": {"until": "2026-12-01T08:00:00Z"}}}}},
    "two ends": {
        "htable": {
            "t": {
                "items": {"a": {"value": 1, "until": "2026-12-01T08:00:00Z", "at_least": 5}},
            }
        }
    },
    "a state that is not there": {"rtpengine": {"nodes": {"udp:h:1": "up"}}},
    "a set that is no number": {"dispatcher": {"one": {}}},
    "a destination without a URI": {"dispatcher": {"1": {"destinations": [{}]}}},
    "too many flags": {"dispatcher": {"1": {"destinations": [{"uri": GATEWAY, "flags": 64}]}}},
    "a secret of two places": {
        "uac": {"registrations": {"a": {"auth_password": {"env": "A", "file": "B"}}}}
    },
    "a secret of no place": {"uac": {"registrations": {"a": {"auth_password": {}}}}},
    "a level that is not there": {"debugger": {"modules": {"tm": 9}}},
    "an empty name": {"pv": {"shv": {"": 1}}},
    "a check without a method": {"checks": [{"path": "x"}]},
    "a check of two things": {"checks": [{"method": "tm.stats", "expect": 1, "max": 5}]},
    "an endless check": {"checks": [{"method": "tm.stats", "hold": 1e9}]},
}
