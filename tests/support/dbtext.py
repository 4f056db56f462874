# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The kamailio-binrpc authors
"""A db_text database for a test server: Kamailio's own table files plus a few rows.

The schemas are copied from the installed Kamailio, never written by hand, so that the column
lists and the version table always fit the server that reads them.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

Row = Mapping[str, "str | int"]

SCHEMA_DIRS = (
    Path("/usr/share/kamailio/dbtext/kamailio"),
    Path("/usr/local/share/kamailio/dbtext/kamailio"),
)

TABLES: dict[str, list[Row]] = {
    "address": [
        {"grp": 1, "ip_addr": "127.0.0.1", "mask": 32, "port": 0, "tag": "local"},
        {"grp": 1, "ip_addr": "192.0.2.10", "mask": 32, "port": 5060},
        {"grp": 1, "ip_addr": "198.51.100.0", "mask": 24, "port": 0, "tag": "peers"},
        {"grp": 2, "ip_addr": "203.0.113.0", "mask": 25, "port": 0},
        {"grp": 2, "ip_addr": "gw.example.com", "mask": 32, "port": 0, "tag": "named"},
        {"grp": 3, "ip_addr": "gw2.example.com", "mask": 32, "port": 5070, "tag": "named2"},
    ],
    "trusted": [
        {"src_ip": "192.0.2.20", "proto": "any", "tag": "carrier", "priority": 1},
        {"src_ip": "192.0.2.21", "proto": "udp", "from_pattern": "^sip:.*", "priority": 0},
    ],
    "uacreg": [
        {
            "l_uuid": "trunk-1",
            "l_username": "alice",
            "l_domain": "example.com",
            "r_username": "1001",
            "r_domain": "127.0.0.1",
            "realm": "127.0.0.1",
            "auth_username": "1001",
            "auth_password": "not-secret-1",
            "auth_proxy": "sip:127.0.0.1:9",
            "expires": 360,
        },
        {
            "l_uuid": "trunk-2",
            "l_username": "bob",
            "l_domain": "example.com",
            "r_username": "1002",
            "r_domain": "127.0.0.1",
            "realm": "127.0.0.1",
            "auth_username": "1002",
            "auth_password": "not-secret-2",
            "auth_proxy": "sip:127.0.0.1:9",
            "expires": 360,
            "flags": 1,
        },
    ],
    "domain": [
        {"domain": "example.com", "did": "main"},
        {"domain": "example.net", "did": "main"},
        {"domain": "example.org", "did": "other"},
    ],
    "domain_attrs": [
        {"did": "main", "name": "limit", "type": 0, "value": "10"},
        {"did": "other", "name": "label", "type": 2, "value": "second"},
    ],
    "mtree": [
        {"tprefix": "1", "tvalue": "north"},
        {"tprefix": "44", "tvalue": "islands"},
        {"tprefix": "4420", "tvalue": "city"},
    ],
    "htable": [
        {"key_name": "text", "key_type": 0, "value_type": 0, "key_value": "abc"},
        {"key_name": "number", "key_type": 0, "value_type": 1, "key_value": "42"},
    ],
    "dialplan": [
        {
            "dpid": 1,
            "pr": 1,
            "match_op": 1,
            "match_exp": "^00([0-9]+)$",
            "subst_exp": "^00([0-9]+)$",
            "repl_exp": "+\\1",
            "attrs": "intl",
        },
        {"dpid": 1, "pr": 2, "match_op": 0, "match_exp": "100", "repl_exp": "200", "attrs": "x"},
    ],
    "dr_gateways": [
        {"gwid": 1, "type": 1, "address": "127.0.0.1:5091"},
        {"gwid": 2, "type": 1, "address": "127.0.0.1:5092"},
    ],
    "dr_groups": [{"username": "alice", "domain": "example.com", "groupid": 1}],
    "dr_rules": [{"groupid": "1", "prefix": "44", "priority": 1, "gwlist": "1,2"}],
    "lcr_gw": [
        {"lcr_id": 1, "gw_name": "gw-a", "ip_addr": "127.0.0.1", "port": 5093, "transport": 1},
        {"lcr_id": 1, "gw_name": "gw-b", "ip_addr": "127.0.0.2", "port": 5094, "transport": 1},
    ],
    "lcr_rule": [{"lcr_id": 1, "prefix": "49", "stopper": 0, "enabled": 1}],
    "lcr_rule_target": [
        {"lcr_id": 1, "rule_id": 1, "gw_id": 1, "priority": 1, "weight": 1},
        {"lcr_id": 1, "rule_id": 1, "gw_id": 2, "priority": 2, "weight": 1},
    ],
    "pdt": [
        {"sdomain": "*", "prefix": "12", "domain": "one.example.com"},
        {"sdomain": "example.com", "prefix": "34", "domain": "two.example.com"},
    ],
    "pl_pipes": [
        {"pipeid": "p1", "algorithm": "TAILDROP", "plimit": 100},
        {"pipeid": "p2", "algorithm": "RED", "plimit": 50},
    ],
    "userblocklist": [
        {"username": "alice", "domain": "example.com", "prefix": "900", "allowlist": 0},
    ],
    "globalblocklist": [
        {"prefix": "666", "allowlist": 0, "description": "blocked"},
        {"prefix": "777", "allowlist": 1, "description": "allowed"},
    ],
    "secfilter": [
        {"action": 0, "type": 0, "data": "badagent"},
        {"action": 1, "type": 4, "data": "goodagent"},
    ],
    "matrix": [{"first": 1, "second": 1, "res": 1}],
    "imc_rooms": [{"name": "room", "domain": "example.com", "flag": 1}],
    "imc_members": [
        {
            "username": "alice",
            "domain": "example.com",
            "room": "sip:room@example.com",
            "flag": 1,
        },
    ],
    "rtpengine": [
        {"setid": 0, "url": "udp:127.0.0.1:@MEDIA@", "weight": 1},
        {"setid": 1, "url": "udp:127.0.0.2:@MEDIA@", "weight": 2},
    ],
    "rtpproxy": [
        # Nothing listens there. Connecting fails at once, while UDP would cost a second per child.
        {"setid": "0", "url": "unix:@DIR@/rtpproxy-0.sock", "weight": 1},
        {"setid": "1", "url": "unix:@DIR@/rtpproxy-1.sock", "weight": 1},
    ],
}


def schema_dir() -> Path | None:
    """The directory with the table files of the installed Kamailio, if there is one."""
    return next((path for path in SCHEMA_DIRS if (path / "version").is_file()), None)


def create_database(target: Path, replacements: Mapping[str, str]) -> None:
    """Copy all table files to `target` and append the rows of TABLES."""
    source = schema_dir()
    if source is None:
        raise FileNotFoundError(f"no db_text schemas in any of {[str(p) for p in SCHEMA_DIRS]}")
    shutil.copytree(source, target)
    for table, rows in TABLES.items():
        _append(target / table, rows, replacements)


def _append(path: Path, rows: Iterable[Row], replacements: Mapping[str, str]) -> None:
    header = path.read_text().splitlines()[0]
    if path.name == "htable":
        # htable.store leaves this column out for items that never expire.
        header = header.replace("expires(int)", "expires(int,null)")
    lines = [header]
    for number, row in enumerate(rows, start=1):
        lines.append(_format_row(header.split(), number, row, replacements))
    path.write_text("\n".join(lines) + "\n")


def _format_row(columns: list[str], number: int, row: Row, replacements: Mapping[str, str]) -> str:
    fields = []
    known = set()
    for column in columns:
        name, _other, kind = column.partition("(")
        known.add(name)
        if name in row:
            fields.append(_escape(str(row[name]), replacements))
        else:
            fields.append(_default(kind.rstrip(")"), number))
    unknown = set(row) - known
    if unknown:
        raise ValueError(f"no such column: {sorted(unknown)} (there are {sorted(known)})")
    return ":".join(fields)


def _default(kind: str, number: int) -> str:
    if kind.endswith(",auto"):
        return str(number)
    if kind.endswith(",null"):
        return ""
    return "" if kind.startswith(("string", "blob")) else "0"


def _escape(text: str, replacements: Mapping[str, str]) -> str:
    for key, value in replacements.items():
        text = text.replace(f"@{key}@", value)
    return text.replace("\\", "\\\\").replace(":", "\\:")
