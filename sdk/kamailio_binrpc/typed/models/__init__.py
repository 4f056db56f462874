# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Replies of Kamailio's RPCs as pydantic models, a file for each Kamailio module.

Fields have names of Python's kind and the name on the wire as alias. What some release does not
send has a default; what a later one adds is kept and found in ``model_extra``. A text that stands
for "nothing here" (``<null string>``, ``[not set]``, ``none``) reads as None. Numbers without a
unit in their description count things.

Models are not changed but copied, ``model.model_copy(update={...})``, and ``model.to_wire()`` gives
the struct as the server sent it, with the changes of such a copy.
"""
