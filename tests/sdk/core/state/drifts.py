# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Changes behind the back of a document, each with the address that a plan has to name."""

from __future__ import annotations

from kamailio_binrpc.core.desired.engine import look
from kamailio_binrpc.core.desired.resource import Answers


def differences(run, wish):
    """Return the addresses that differ from a wish.

    :param run: drives a generator and returns what it returns.
    """
    found = []
    for resource in wish.resources:
        seen = run(look(resource, Answers()))
        found += [change.address for change in resource.compare(seen, resource.resolve(seen))]
    return sorted(found, key=str)


def drifts(document):
    """Yield (calls, addresses): calls that change one thing, and what a plan has to name."""
    for table, each in document["htable"].items():
        for key, value in each["items"].items():
            kind = "htable.sets" if value == 1 else "htable.seti"
            yield [(kind, table, key, "7" if value == 1 else 7)], [("htable", table, key)]
            yield [("htable.delete", table, key)], [("htable", table, key)]
    for name, value in document["pv"]["shv"].items():
        call = ("pv.shvSet", name, "int", 7) if value != 7 else ("pv.shvSet", name, "str", "x")
        yield [call], [("pv", "shv", name)]
    yield [("cfg.seti", "lab", "max_calls", 77)], [("cfg", "lab", "max_calls")]
    yield [("cfg.sets", "lab", "label", "another")], [("cfg", "lab", "label")]
    for url in document["rtpengine"]["nodes"]:
        yield [("rtpengine.enable", url, 0)], [("rtpengine", url)]
    for number, each in document["dispatcher"].items():
        for destination in each["destinations"]:
            uri = destination["uri"]
            if destination["state"] == "enabled" and "duid" not in destination.get("attrs", ""):
                name = ("dispatcher", int(number), uri, "state")
                yield [("dispatcher.set_state", "dx", int(number), uri)], [name]
    for uuid, each in document["uac"]["registrations"].items():
        word = "disable" if each["state"] == "enabled" else "enable"
        yield [("uac.reg_" + word, "l_uuid", uuid)], [("uac", uuid, "enabled")]
    for table, aors in document.get("usrloc", {}).items():
        for aor, each in aors.items():
            for uri in each["contacts"]:
                yield [("ul.rm_contact", table, aor, uri)], [("usrloc", table, aor, uri)]
    for name, pipe in document["pipelimit"]["pipes"].items():
        call = ("pl.set_pipe", name, pipe["algorithm"], pipe["limit"] + 1)
        yield [call], [("pipelimit", name, "limit")]
