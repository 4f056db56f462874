# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Structs of replies in which names may repeat. Private to this collection.

from __future__ import annotations


def members(values):
    """Return (name, value) of the one struct of a reply, in which names may repeat."""
    for value in values:
        if isinstance(value, dict):
            yield from value.items()
        else:
            for member in value:
                yield from member.items()
