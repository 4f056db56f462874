# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Counters of the server, in one shape for all releases. Private to this collection.

from __future__ import annotations

from ._structs import members
from .binrpc.desired.drive import ask
from .binrpc.errors import ProtocolError
from .binrpc.foreign import whole_or_none


def statistics(names):
    """Return counters by group and name; the server gives them as texts, whatever their size.

    :raises ValueError: the server has no counters of a name. It would leave them out in silence.
    """
    found = {}
    for values in (yield from ask("stats.fetch", *names)):
        for full_name, value in members([values]):
            group, _dot, name = full_name.partition(".")
            number = whole_or_none(value)
            if number is None:
                raise ProtocolError("stats.fetch: the value of %s is not a number" % full_name)
            found.setdefault(group, {})[name] = number
    missing = [name for name in names if not _has(found, name)]
    if missing:
        raise ValueError(
            "names: there are no counters %s. A module that is not loaded has none; "
            "stats.get_statistics all lists what there is" % ", ".join(missing)
        )
    return found


def _has(found, wanted):
    """Are there counters of a name: all, a group (with a colon), or a single counter?"""
    if wanted == "all":
        return True
    if wanted.endswith(":"):
        return wanted[:-1] in found
    group, _sign, name = wanted.replace(":", ".").partition(".")
    return name in found.get(group, ()) or any(wanted in each for each in found.values())
