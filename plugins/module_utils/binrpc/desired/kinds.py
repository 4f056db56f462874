# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""All kinds of resources by name, for callers that choose at run time.

Ansible's modules import the one file that they need instead.
"""

from __future__ import annotations

from .cfg import VARIABLES
from .debugger import LEVEL
from .dialog import DIALOGS
from .dispatcher import DESTINATIONS, STATE
from .htable import ITEM, TABLE
from .pipelimit import PIPE
from .pv import VARIABLE
from .rtpengine import NODES
from .toggle import TOGGLE
from .uac import REGISTRATION
from .usrloc import CONTACT

KINDS = {
    kind.name: kind
    for kind in (
        VARIABLES,
        LEVEL,
        DIALOGS,
        DESTINATIONS,
        STATE,
        TABLE,
        ITEM,
        PIPE,
        NODES,
        VARIABLE,
        TOGGLE,
        REGISTRATION,
        CONTACT,
    )
}
