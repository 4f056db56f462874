# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""All kinds of resources by name, for callers that choose at run time.

Ansible's modules import the one file that they need instead.
"""

from __future__ import annotations

from .cfg import VARIABLES, CfgVariables
from .debugger import LEVEL, CoreLogLevel, ModuleLogLevel
from .dialog import DIALOGS
from .dispatcher import DESTINATIONS, STATE, DispatcherDestinations, DispatcherState
from .htable import ITEM, TABLE, HashTable, HashTableItem
from .pipelimit import PIPE, PipelimitPipe
from .pv import VARIABLE, SharedVariable
from .rtpengine import NODES, MediaNodes
from .toggle import TOGGLE, Toggle
from .uac import REGISTRATION, UacRegistration
from .usrloc import CONTACT, UsrlocContact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Type

    from .resource import Resource

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

CLASSES: Dict[str, Type[Resource]] = {
    each.__name__: each
    for each in (
        CfgVariables,
        CoreLogLevel,
        DispatcherDestinations,
        DispatcherState,
        HashTable,
        HashTableItem,
        MediaNodes,
        ModuleLogLevel,
        PipelimitPipe,
        SharedVariable,
        Toggle,
        UacRegistration,
        UsrlocContact,
    )
}
"""Classes of the resources that can be put back, by name."""
