# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Registrations at other servers, by the module uac."""

from __future__ import annotations

from ..catalogue.secrets import secret_members, secret_params
from ..faults import NotFound
from ..values import NULL_TEXT, set_text
from .drive import ask
from .engine import Resource, StateError, Step
from .kind import Kind
from .options import Option, Options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping, Sequence

    from ..faults import Fault
    from .drive import Talk
    from .engine import Plan

# In the order of uac.reg_add.
TEXTS = (
    "l_uuid",
    "l_username",
    "l_domain",
    "r_username",
    "r_domain",
    "realm",
    "auth_username",
    "auth_password",
    "auth_ha1",
    "auth_proxy",
)
SECRETS = secret_members("uac.reg_dump")
OPTIONAL = ("realm", "auth_password", "auth_ha1", "socket", "contact_addr", "contact_user")
"""What may be unset, for which the server takes a dot."""

NEEDED = ("l_username", "l_domain", "r_username", "r_domain", "auth_username", "auth_proxy")
FIELDS = (*TEXTS[1:], "expires", "reg_delay", "socket", "contact_addr", "contact_user")
DISABLED = 1
DEFAULTS = {"expires": 0, "reg_delay": 0, "enabled": True}


class UacRegistration(Resource):
    """One record: ``{}``, or its fields and ``enabled``.

    :param fields: those of FIELDS that matter, and ``enabled``.
    """

    persisted_by = "the table of the database says the same"

    def __init__(self, l_uuid: str, present: bool = True, **fields: Any) -> None:
        self.uuid = l_uuid
        self.present = present
        self.wanted = {name: value for name, value in fields.items() if value is not None}
        if "auth_ha1" in self.wanted:
            self.wanted["auth_ha1"] = self.wanted["auth_ha1"].lower()
        self._origin: Dict[str, Any] = {}

    def read(self) -> Talk[Any]:
        try:
            record = (yield from ask("uac.reg_info", "l_uuid", self.uuid))[0]
        except NotFound:
            return {}
        have: Dict[str, Any] = {}
        for name in FIELDS:
            if name not in record:
                if name == "contact_user" and name in self.wanted:
                    raise StateError("this release of Kamailio has no contact_user")
                continue
            value = record[name]
            if isinstance(value, str):
                value = set_text(value) if name in (*OPTIONAL, "auth_proxy") else value
                value = "" if value == NULL_TEXT else value
            else:
                value = int(value)
            have[name] = value
        have["enabled"] = not record["flags"] & DISABLED
        return have

    def want(self, have: Any) -> Any:
        if not self.present:
            return {}
        # A record that is changed has to go first; what it was must not be forgotten.
        self._origin = self._origin or have
        old = self._origin
        want = dict(old or DEFAULTS, **self.wanted)
        if not old:
            missing = [name for name in NEEDED if not want.get(name)]
            if missing:
                raise StateError("a new registration needs %s" % ", ".join(missing))
            if not want.get("auth_password") and not want.get("auth_ha1"):
                raise StateError("a new registration needs auth_password or auth_ha1")
        return want

    def differs(self, have: Any, want: Any) -> bool:
        # What a new record gets from the server's defaults is not in the wish.
        if not have or not want:
            return bool(have) != bool(want)
        return any(have.get(name) != value for name, value in want.items())

    def steps(self, have: Any, want: Any) -> Plan:
        remove = Step("uac.reg_remove", self.uuid, accepts=[NotFound])
        if not want:
            return [remove]
        if have:
            others = [name for name in want if name != "enabled" and want[name] != have.get(name)]
            if not others:
                method = "uac.reg_enable" if want["enabled"] else "uac.reg_disable"
                return [Step(method, "l_uuid", self.uuid)]
            return [remove, self._add(want)]
        return [self._add(want)]

    def _add(self, record: Mapping[str, Any]) -> Step:
        texts = [self.uuid, *(self._text(record, name) for name in TEXTS[1:])]
        params = [
            *texts,
            int(record.get("expires", 0)),
            0 if record["enabled"] else DISABLED,
            int(record.get("reg_delay", 0)),
            self._text(record, "socket"),
            self._text(record, "contact_addr"),
        ]
        if record.get("contact_user"):
            params.append(record["contact_user"])
        return Step("uac.reg_add", *params, secret=secret_params("uac.reg_add"))

    @staticmethod
    def _text(record: Mapping[str, Any], name: str) -> Any:
        return record.get(name) or ("." if name in OPTIONAL else "")

    def undo(self, before: Any, have: Any) -> Sequence[Step]:
        return [self._add(before)] if before and not have else []

    def show(self, state: Any) -> Any:
        if not state:
            return {}
        shown = dict(state)
        for name in SECRETS:
            if shown.get(name):
                wanted = self.wanted.get(name)
                shown[name] = "(hidden)"
                if wanted is not None:
                    shown[name] = "(as given)" if state[name] == wanted else "(another)"
        return {self.uuid: shown}

    def hint(self, fault: Fault) -> str:
        if "invalid password or ha1" in fault.text:
            return "auth_ha1 has 32 hexadecimal digits"
        return ""


def _registration(params: Dict[str, Any]) -> Resource:
    fields = {name: params[name] for name in FIELDS}
    present = params["state"] == "present"
    return UacRegistration(params["l_uuid"], present, enabled=params["enabled"], **fields)


REGISTRATION = Kind(
    "uac_registration",
    Options(
        {
            "l_uuid": Option(required=True),
            "state": Option(choices=["present", "absent"], default="present"),
            "enabled": Option("bool"),
            "l_username": Option(),
            "l_domain": Option(),
            "r_username": Option(),
            "r_domain": Option(),
            "realm": Option(),
            "auth_username": Option(),
            "auth_password": Option(secret=True),
            "auth_ha1": Option(secret=True),
            "auth_proxy": Option(),
            "expires": Option("int"),
            "reg_delay": Option("int"),
            "socket": Option(),
            "contact_addr": Option(),
            "contact_user": Option(),
        },
        mutually_exclusive=[("auth_password", "auth_ha1")],
    ),
    _registration,
    subject="l_uuid",
)
