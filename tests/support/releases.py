# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Differences between releases of Kamailio: one table, for tests and for docs/releases.md.

A test that depends on the release asks :func:`holds`; none compares version numbers itself.
``python -m tests.support.releases`` writes the table into the page.
"""

from __future__ import annotations

import functools
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.kamailio import KamailioError, find_kamailio

PAGE = Path(__file__).resolve().parents[2] / "docs" / "releases.md"
BEGIN, END = "<!-- differences -->", "<!-- end of differences -->"

Release = tuple[int, ...]


@dataclass(frozen=True)
class Difference:
    """Something that newer releases do otherwise.

    name    for tests
    since   the first release that is so; "6.0" where only 6.0.1 was seen and no earlier 6.0
    was     how it was before
    now     how it is since then
    """

    name: str
    since: str
    was: str
    now: str


DIFFERENCES = (
    Difference(
        "probing ends",
        "6.1",
        "`dispatcher.add` and `dispatcher.remove` keep probing of all destinations",
        "both end probing of every destination, also of other sets, unless the modparam "
        "`ds_ping_interval` is above 0. `kamailio_dispatcher_destination` puts it back, with a "
        "warning",
    ),
    Difference(
        "32 bytes spoilt",
        "6.1",
        "over the text protocol, up to 16 bytes at the start of a text may be rubbish",
        "up to 32 bytes may be",
    ),
    Difference(
        "iuid",
        "6.1",
        "`dispatcher.list` has no names of its own for destinations",
        "it has `IDX`, the place in the set, and `IUID`, a name that each load or rebuild makes "
        "again; the attributes have `PROBING_COUNT` and `PING_SOCKET`",
    ),
    Difference(
        "overload control",
        "6.0",
        "`dispatcher.list` has no members for overload control",
        "it has `OCMIN` and `OCMAX`, and with `full` also `OCRATE`, `OCIDX`, `OCSEQ` and "
        "`OCTIME_*`",
    ),
    Difference(
        "cfg.help is a struct",
        "6.1.1",
        "`cfg.help` answers two texts, the second is `(parameter type is integer)`",
        "it answers one struct with `desc` and `type`",
    ),
    Difference(
        "setxs keeps expiry",
        "6.1",
        "`htable.setxs` of a text that is longer than the old value loses the expiry",
        "it keeps it",
    ),
    Difference(
        "expired items revive",
        "6.0",
        "in a table with `updateexpire=0`, a value set in the place of an expired item expires "
        "at once",
        "it begins a new life if it has room in the old item's place",
    ),
    Difference(
        "uac counts are doubles",
        "6.0",
        "`expires` and `reg_init` of `uac.reg_dump` and `uac.reg_info` are ints",
        "they are doubles; `uac.reg_add` takes `.` for no realm and no socket",
    ),
    Difference(
        "wait scans first",
        "6.1",
        "`tm.t_uac_wait` refuses binrpc whatever its parameters are",
        "it says first what is wrong with them",
    ),
    Difference(
        "kamcmd has -j",
        "6.1",
        "kamcmd is 1.5",
        "kamcmd 1.6 has `-b`, `-j`, `-t` and `-z`; pykamcmd has them with every release",
    ),
    Difference(
        "secfilter structs",
        "5.7",
        "`secfilter.print` and `secfilter.stats` answer texts",
        "they answer structs",
    ),
    Difference(
        "no delta",
        "5.7",
        "a reload that comes too early is refused as `ongoing reload`",
        "the core can refuse any method with `Command Executed Too Fast` (`rpc_exec_delta`)",
    ),
    Difference(
        "reloads are limited",
        "6.0",
        "`rpc_exec_delta` limits `core.echo_delta` alone",
        "it also limits `permissions.addressReload` and `permissions.trustedReload`, from 6.1 on "
        "`tls.reload`",
    ),
    Difference(
        "peerstate",
        "6.1",
        "there are no `peerstate.*`, `pdb.timeout`, `xhttp_prom.gauge_inc`, `mt.lock_test`, "
        "`tm.t_uac_attrs`, nor variants of `tm.t_uac_*` with `noack` and `hex`",
        "there are; `kamrpc help METHOD` names the release of every method",
    ),
    Difference(
        "secfilter has a delta",
        "6.0",
        "`secfilter.reload` runs at any time",
        "it is refused as `ongoing reload` within the modparam `reload_delta`, 5 seconds",
    ),
    Difference(
        "aliases are right",
        "6.0",
        "kamcmd lists the aliases `dst_blacklist_*`, which call methods that no longer exist",
        "its aliases are `dst_blocklist_*`",
    ),
)

_BY_NAME = {each.name: each for each in DIFFERENCES}


def parse(text: str) -> Release:
    """Return the number of a release, such as ``6.0.1`` or ``kamailio 6.0.1 (x86_64/linux)``."""
    match = re.search(r"\d+(?:\.\d+)+", text)
    if match is None:
        raise ValueError(f"{text!r} names no release")
    return tuple(int(part) for part in match.group().split("."))


@functools.cache
def running() -> str:
    """Return the release that tests start, such as ``6.0.1``.

    :raises KamailioError: there is none.
    """
    program = find_kamailio()
    if program is None:
        raise KamailioError("kamailio is not installed")
    shown = subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stdout
    return ".".join(map(str, parse(shown)))


def holds(name: str, release: str | None = None) -> bool:
    """Does a release have a difference, that which tests start if none is given?

    False where no Kamailio is installed: tests that need one skip there.
    """
    if release is None and find_kamailio() is None:
        return False
    return parse(release or running()) >= parse(_BY_NAME[name].since)


def table() -> str:
    """Return the rows of the page, the newest first."""
    newest = sorted(DIFFERENCES, key=lambda each: parse(each.since), reverse=True)
    rows = [f"| {each.since} | {each.was} | {each.now} |" for each in newest]
    return "\n".join(["| From | Before | Since then |", "|---|---|---|", *rows])


def page() -> str:
    """Return the page with the rows that the table has now."""
    before, _begin, rest = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page())
