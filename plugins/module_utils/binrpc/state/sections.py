# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The sections of a document: keys, types, limits, and the resources that they become.

The one table :data:`SECTIONS` checks documents, and the JSON Schema and the documentation are
made of it.
"""

from __future__ import annotations

import re
from calendar import timegm
from time import strptime

from ..desired.cfg import CfgVariables
from ..desired.condition import OPTIONS as CONDITION
from ..desired.debugger import LEVEL, ModuleLogLevel
from ..desired.dispatcher import DESTINATIONS, DispatcherDestinations
from ..desired.dispatcher_sets import identity
from ..desired.escapes import raw
from ..desired.htable import HashTable
from ..desired.options import no_blanks
from ..desired.pipelimit import PIPE, PipelimitPipe
from ..desired.pv import SharedVariable
from ..desired.rtpengine import MediaNodes
from ..desired.uac import REGISTRATION, SECRETS, UacRegistration
from ..desired.usrloc import CONTACT, UsrlocContact
from ..uri import normal_uri
from ..values import NULL_TEXT
from .references import KEEP, SecretShape
from .shapes import (
    Anything,
    Either,
    Flag,
    Items,
    Map,
    Number,
    Record,
    Scalar,
    Text,
    WishError,
    of_option,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Mapping

    from ..desired.resource import Resource
    from .shapes import Path, Shape
    from .wish import Context

    Build = Callable[[Any, Context], List[Resource]]


class Section:
    """A section of a document.

    :ivar shape: what it may hold.
    :ivar build: makes resources of it, which is checked already.
    """

    def __init__(self, shape: Shape, build: Build) -> None:
        self.shape = shape
        self.build = build


def built(make: Callable[..., Resource], path: Path, /, *args: Any, **more: Any) -> Resource:
    """Return a resource.

    :raises WishError: it cannot be.
    """
    try:
        return make(*args, **more)
    except ValueError as error:
        raise WishError(path, str(error)) from error


EXACT = Flag("Whether what is not named here goes. Without it, that stays.")
ALLOW_EMPTY = Flag("Whether exact may remove all that there is.")
MAX_REMOVE = Number("How many exact may remove at most.", low=0)
ABSENT = "What must not be there."

ESCAPED = Text(
    "escaped: the value is a text in which \\xe9 stands for a byte that is not UTF-8.",
    choices=["escaped"],
)


def plain(value: Any) -> Any:
    """Return the number or text that a value of a document means."""
    if not isinstance(value, dict):
        return value
    return raw(value["value"]) if value.get("type") == "escaped" else value["value"]


def _wrong_escape(value: Mapping[str, Any], path: Path) -> None:
    if "type" in value and not isinstance(value["value"], str):
        raise WishError((*path, "value"), "%r is not text" % value["value"], "quote it")


# --- htable

MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


def _wrong_moment(text: str) -> str:
    try:
        if re.fullmatch(MOMENT, text):
            moment(text)
            return ""
    except ValueError:
        pass
    return 'write a time in UTC, such as "2026-12-01T08:00:00Z"'


def moment(text: str) -> int:
    """Return a time in seconds since 1970."""
    return timegm(strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


ITEM = Record(
    {
        "value": Scalar("The value."),
        "type": ESCAPED,
        "until": Text(
            "When it expires, in UTC; from then on it must not be there. The clocks of the two "
            "machines may differ by 7 minutes.",
            wrong=_wrong_moment,
            pattern=MOMENT,
        ),
        "at_least": Number(
            "Seconds that it has to have left. With less it gets twice as many.", low=1, high=2**30
        ),
    },
    required=["value"],
    exclusive=[("until", "at_least")],
    whole=True,
)


def _htable(data: Mapping[str, Any], context: Context) -> List[Resource]:
    resources = []
    for table, each in data.items():
        items = each.get("items", {})
        long = {key: item for key, item in items.items() if isinstance(item, dict)}
        for key, item in long.items():
            _wrong_escape(item, ("htable", table, "items", key))
        resources.append(
            built(
                HashTable,
                ("htable", table),
                table,
                {key: plain(item) for key, item in items.items()},
                each.get("absent", []),
                exact=each.get("exact", False),
                until={key: moment(item["until"]) for key, item in long.items() if "until" in item},
                at_least={
                    key: item["at_least"] for key, item in long.items() if "at_least" in item
                },
                allow_empty=each.get("allow_empty", False),
                max_remove=each.get("max_remove"),
            )
        )
    return resources


HTABLE = Map(
    Record(
        {
            "items": Map(
                Either(Scalar("The value."), ITEM), "Keys to values.", key=Text(empty=True)
            ),
            "absent": Items(Text(empty=True), "Keys that must not be there."),
            "exact": EXACT,
            "allow_empty": ALLOW_EMPTY,
            "max_remove": MAX_REMOVE,
        },
    ),
    "Hash tables of the module htable, by name.",
)

# --- pv

LONG = Record({"value": Scalar("The value."), "type": ESCAPED}, required=["value"], whole=True)


def _pv(data: Mapping[str, Any], context: Context) -> List[Resource]:
    resources = []
    for name, value in data.get("shv", {}).items():
        path = ("pv", "shv", name)
        if isinstance(value, dict):
            _wrong_escape(value, path)
        resources.append(built(SharedVariable, path, name, plain(value)))
    return resources


PV = Record(
    {
        "shv": Map(
            Either(Scalar("The value."), LONG),
            "Shared variables, $shv(name): the configuration has to declare them.",
        )
    },
    "Variables of the module pv.",
)

# --- cfg

SETTING = Record(
    {
        "value": Scalar("The value."),
        "type": ESCAPED,
        "unset": Flag("The text is not set.", only=True),
        "inherit": Flag("The instance has the value of its group.", only=True),
    },
    whole=True,
)


def _cfg(data: Mapping[str, Any], context: Context) -> List[Resource]:
    groups: Dict[str, Dict[str, Any]] = {}
    inherit = []
    for group, settings in data.items():
        for name, value in settings.items():
            path = ("cfg", group, name)
            if isinstance(value, dict):
                chosen = sorted(set(value) - {"type"})
                if len(chosen) != 1 or ("type" in value and chosen != ["value"]):
                    raise WishError(
                        path, "it says not one thing", "give one of value, unset and inherit"
                    )
                if chosen == ["value"]:
                    _wrong_escape(value, path)
                elif chosen == ["inherit"]:
                    if not group.endswith("]"):
                        raise WishError(
                            path, "only an instance such as limits[1] inherits", "give a value"
                        )
                    inherit.append([group, name])
                    continue
                else:
                    groups.setdefault(group, {})[name] = NULL_TEXT
                    continue
            groups.setdefault(group, {})[name] = plain(value)
    return [built(CfgVariables, ("cfg",), groups, inherit)] if groups or inherit else []


CFG = Map(
    Map(Either(Scalar("The value."), SETTING)),
    "Variables of the configuration framework, by group, or by group and instance as in limits[1].",
)

# --- rtpengine


def _rtpengine(data: Mapping[str, Any], context: Context) -> List[Resource]:
    nodes = {url: state == "enabled" for url, state in data.get("nodes", {}).items()}
    if not nodes:
        return []
    more = {"must_answer": data.get("must_answer", True), "least": data.get("min_enabled")}
    return [built(MediaNodes, ("rtpengine", "nodes"), nodes, **more)]


STATE = Text("enabled or disabled.", choices=["enabled", "disabled"])
MIN_ENABLED = Number(
    "How many have to stay in service. 1 without it, where one is in service.", low=0
)

RTPENGINE = Record(
    {
        "nodes": Map(STATE, "Nodes by URL.", key=Text(wrong=no_blanks)),
        "min_enabled": MIN_ENABLED,
        "must_answer": Flag(
            "Whether a node that is enabled has to answer. True without it: a node that is silent "
            "fails the change."
        ),
    },
    "Media nodes of the module rtpengine.",
)

# --- dispatcher

_OF_DESTINATION = DESTINATIONS.options.fields["destinations"].options or {}


def same_destination(each: Mapping[str, Any]) -> Any:
    """Return what tells destinations of a set apart."""
    return normal_uri(each["uri"]), identity(each.get("attrs", ""))


DESTINATION = Record(
    {
        "uri": of_option(_OF_DESTINATION["uri"], "SIP URI."),
        "priority": of_option(_OF_DESTINATION["priority"], "The greatest comes first."),
        "attrs": of_option(
            _OF_DESTINATION["attrs"], "Attributes such as weight=50;duid=a, in any order."
        ),
        "flags": of_option(
            _OF_DESTINATION["flags"],
            "Sum of flags that a new destination gets: 16 for no DNS, 32 for no pings.",
        ),
        "state": Text(
            "disabled, or enabled, which all other states are.", choices=["enabled", "disabled"]
        ),
        "probing": Flag("Whether it is probed. Disabling ends that."),
        "force": Text(
            "A state that it gets once, if it has another one. The server may change it "
            "afterwards, so it is not a drift.",
            choices=["active", "inactive", "trying"],
        ),
    },
    required=["uri"],
)


def _dispatcher(data: Mapping[str, Any], context: Context) -> List[Resource]:
    resources = []
    for number, each in data.items():
        if int(number) >= 2**31:
            raise WishError(("dispatcher", number), "%s is out of range" % number)
        resources.append(
            built(
                DispatcherDestinations,
                ("dispatcher", number),
                int(number),
                each.get("destinations", []),
                each.get("absent", []),
                exact=each.get("exact", False),
                least=each.get("min_enabled"),
                allow_unresolved=each.get("allow_unresolved", False),
                allow_empty=each.get("allow_empty", False),
                max_remove=each.get("max_remove"),
                keep_order="order" in each,
            )
        )
    return resources


def _wrong_number(text: str) -> str:
    return "" if re.fullmatch("0|[1-9][0-9]{0,9}", text) else "write the number of a set"


DISPATCHER = Map(
    Record(
        {
            "destinations": Items(DESTINATION, "Members.", same=same_destination),
            "absent": Items(Text(wrong=no_blanks), "URIs that must not be there.", same=normal_uri),
            "exact": EXACT,
            "allow_empty": ALLOW_EMPTY,
            "max_remove": MAX_REMOVE,
            "min_enabled": MIN_ENABLED,
            "order": Text(
                "keep: the destinations that stay keep their order among equal priorities, which "
                "each change of any set reverses. It costs one more rebuild.",
                choices=["keep"],
            ),
            "allow_unresolved": Flag(
                "Whether to go on although a name does not resolve: its destination is lost."
            ),
        }
    ),
    "Destination sets of the module dispatcher, by number.",
    key=Text(wrong=_wrong_number, pattern="0|[1-9][0-9]{0,9}"),
)

# --- uac

_OF_REGISTRATION = REGISTRATION.options.fields
_REGISTRATION_TEXTS = {
    "l_username": "Local user name. What is not given is left alone.",
    "l_domain": "Local domain.",
    "r_username": "User name at the other server.",
    "r_domain": "Domain of the other server.",
    "realm": "Realm of the authentication; empty for any.",
    "auth_username": "User name for the authentication.",
    "auth_proxy": "SIP URI to send to.",
    "expires": "Seconds for which to register.",
    "reg_delay": "Seconds to wait before the first attempt.",
    "socket": "Local socket to send from; empty leaves it to the server.",
    "contact_addr": "Address for the contact.",
    "contact_user": "User name for the contact, from Kamailio 6.2 on.",
}

REGISTRATION_SHAPE = Record(
    {
        **{
            name: of_option(_OF_REGISTRATION[name], text)
            for name, text in _REGISTRATION_TEXTS.items()
        },
        "auth_password": SecretShape("Password: where it is."),
        "auth_ha1": SecretShape("Hash of user name, realm and password: where it is."),
        "state": Text("Whether it registers.", choices=["enabled", "disabled"]),
    }
)


def _uac(data: Mapping[str, Any], context: Context) -> List[Resource]:
    resources = []
    for uuid, each in data.get("registrations", {}).items():
        path = ("uac", "registrations", uuid)
        fields = dict(each)
        keep = []
        for name in SECRETS & set(fields):
            secret = context.secret(fields.pop(name), (*path, name), ("uac", uuid, name))
            if secret is KEEP:
                keep.append(name)
            else:
                fields[name] = secret
        if len(SECRETS & set(fields)) > 1:
            raise WishError(path, "auth_password and auth_ha1 exclude each other", "give one")
        state = fields.pop("state", None)
        enabled = None if state is None else state == "enabled"
        resources.append(
            built(UacRegistration, path, uuid, keep=sorted(keep), enabled=enabled, **fields)
        )
    both = [uuid for uuid in data.get("absent", ()) if uuid in data.get("registrations", {})]
    if both:
        raise WishError(("uac", "absent"), "%s is in registrations as well" % both[0])
    return [
        *resources,
        *(
            built(UacRegistration, ("uac", "absent"), uuid, present=False)
            for uuid in data.get("absent", ())
        ),
    ]


UAC = Record(
    {
        "registrations": Map(REGISTRATION_SHAPE, "Registrations by l_uuid."),
        "absent": Items(Text(), "Names of registrations that must not be there."),
    },
    "Registrations of the module uac at other servers.",
)

# --- usrloc

_OF_CONTACT = CONTACT.options.fields
_CONTACT_TEXTS = {
    "expires": "Seconds until it expires; 0 for never.",
    "q": "Preference from 0 to 1; -1 for unset.",
    "path": "Path header.",
    "flags": "Flags of the branch.",
    "cflags": "Flags of the contact.",
    "methods": "Sum of the methods that it takes.",
    "received": "Address that it was received from.",
    "socket": "Local socket that it was received on.",
}

CONTACT_SHAPE = Record(
    {
        **{name: of_option(_OF_CONTACT[name], text) for name, text in _CONTACT_TEXTS.items()},
        "adopt": Flag("Whether to write over a contact that a phone has registered."),
    }
)
AOR = Record(
    {
        "contacts": Map(CONTACT_SHAPE, "Contacts by URI.", key=Text(wrong=no_blanks)),
        "absent": Items(Text(wrong=no_blanks), "Contacts that must not be there."),
        "adopt": Flag("Whether to remove contacts that phones have registered."),
    }
)


def _usrloc(data: Mapping[str, Any], context: Context) -> List[Resource]:
    resources = []
    for table, aors in data.items():
        for aor, each in aors.items():
            path = ("usrloc", table, aor)
            contacts = each.get("contacts", {})
            for uri, fields in contacts.items():
                more = {"adopt": False, **fields}
                # Without a time, a contact that the file names is to stay.
                more.setdefault("expires", 0)
                resources.append(
                    built(UsrlocContact, (*path, "contacts", uri), table, aor, uri, **more)
                )
            for uri in each.get("absent", ()):
                if uri in contacts:
                    raise WishError((*path, "absent"), "%s is in contacts as well" % uri)
                adopt = each.get("adopt", False)
                resources.append(
                    built(
                        UsrlocContact,
                        (*path, "absent"),
                        *(table, aor, uri),
                        present=False,
                        adopt=adopt,
                    )
                )
    return resources


USRLOC = Map(
    Map(AOR, key=Text(wrong=no_blanks)),
    "Contacts of the module usrloc, by table and address of record.",
)

# --- pipelimit

_OF_PIPE = PIPE.options.fields


def _pipelimit(data: Mapping[str, Any], context: Context) -> List[Resource]:
    return [
        built(PipelimitPipe, ("pipelimit", "pipes", name), name, **each)
        for name, each in data.get("pipes", {}).items()
    ]


PIPELIMIT = Record(
    {
        "pipes": Map(
            Record(
                {
                    "algorithm": of_option(_OF_PIPE["algorithm"], "How calls are limited."),
                    "limit": of_option(_OF_PIPE["limit"], "The limit, in the algorithm's unit."),
                }
            ),
            "Pipes by name. The database or the configuration has to create them.",
        )
    },
    "Pipes of the module pipelimit.",
)

# --- debugger


def _debugger(data: Mapping[str, Any], context: Context) -> List[Resource]:
    return [
        built(ModuleLogLevel, ("debugger", "modules", module), module, level)
        for module, level in data.get("modules", {}).items()
    ]


DEBUGGER = Record(
    {
        "modules": Map(
            of_option(LEVEL.options.fields["level"], "From -5, alerts, to 3, all."),
            "Log levels by module. They count while dbg.mod_level_mode is 1.",
        )
    },
    "Log levels of the module debugger.",
)


SECTIONS: Dict[str, Section] = {
    "htable": Section(HTABLE, _htable),
    "pv": Section(PV, _pv),
    "cfg": Section(CFG, _cfg),
    "rtpengine": Section(RTPENGINE, _rtpengine),
    "dispatcher": Section(DISPATCHER, _dispatcher),
    "uac": Section(UAC, _uac),
    "usrloc": Section(USRLOC, _usrloc),
    "pipelimit": Section(PIPELIMIT, _pipelimit),
    "debugger": Section(DEBUGGER, _debugger),
}
"""All sections by name, in the order in which they are listed."""


CHECK = Record(
    {
        "method": Text("A method that changes nothing."),
        "params": Items(Anything(), "Its parameters.", unique=False),
        "path": Text("Where in the reply; without it, the whole value."),
        "expect": Anything("The value that has to be there."),
        "min": Number("The least number that may be there.", whole=False),
        "max": Number("The greatest number that may be there.", whole=False),
        "fault": Anything("The fault that has to come: its code, its kind, or a part of its text."),
        "within": Number(
            "Seconds in which it may become true after the change.", low=0, high=3600, whole=False
        ),
        "hold": Number(
            "Seconds for which it has to stay true after the change.",
            low=0,
            high=3600,
            whole=False,
        ),
    },
    "Something that has to hold.",
    required=["method"],
    exclusive=CONDITION.mutually_exclusive,
)
