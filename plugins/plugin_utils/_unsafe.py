# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# Text of servers that must not be taken for a template. Private to this collection.

from __future__ import annotations

from ansible.utils.unsafe_proxy import wrap_var


def unsafe(value):
    """Mark texts in a plain value that could be templates.

    Only these, since marks show in what ansible-inventory prints.
    """
    if isinstance(value, dict):
        return {name: unsafe(member) for name, member in value.items()}
    if isinstance(value, list):
        return [unsafe(item) for item in value]
    # Delimiters can be changed, but hardly to something without any of these.
    if isinstance(value, str) and any(sign in value for sign in "{}#%"):
        return wrap_var(value)
    return value
