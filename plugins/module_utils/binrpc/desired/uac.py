# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Registrations at other servers, by the module uac."""

from __future__ import annotations

from ..catalogue.secrets import HIDDEN, secret_members, secret_params
from ..faults import NotFound
from ..values import NULL_TEXT, set_text
from .drive import Ask, ask
from .kind import Kind
from .leaf import ABSENT, TOO_LARGE, Leaves, Sealed, Secret
from .options import Option, Options
from .resource import Resource, StateError
from .step import ADD, DISABLE, ENABLE, REMOVE, Conflict, Step, Undo, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterable, List, Mapping, Sequence

    from ..faults import Fault
    from .drive import Talk
    from .leaf import Address
    from .resource import Answers
    from .step import Change

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
"""Members that can be unset, by sending a dot."""

NEEDED = ("l_username", "l_domain", "r_username", "r_domain", "auth_username", "auth_proxy")
FIELDS = (*TEXTS[1:], "expires", "reg_delay", "socket", "contact_addr", "contact_user")
DISABLED = 1
DEFAULTS = {"expires": 0, "reg_delay": 0}


class UacRegistration(Resource):
    """One record: a leaf for its fields, and one for whether it is enabled.

    :param keep: those of SECRETS that the record has to have, whatever they are.
    :param fields: those of FIELDS that matter, and ``enabled``. A password may be a
        :class:`Secret` that says where it comes from.
    """

    persisted_by = "the table of the database says the same"
    lost_on = "reload"
    secret_arguments = frozenset(SECRETS)

    def __init__(
        self, l_uuid: str, present: bool = True, keep: Iterable[str] = (), **fields: Any
    ) -> None:
        self.uuid = l_uuid
        self.keep = tuple(keep)
        self.present = present
        self.wanted = {name: value for name, value in fields.items() if value is not None}
        for name in SECRETS:
            if name in self.wanted:
                self.wanted[name] = _secret(self.wanted[name], name)
        # The server uses auth_ha1 where it has both.
        for one, other in (("auth_password", "auth_ha1"), ("auth_ha1", "auth_password")):
            if _value(self.wanted.get(one)) and other not in {*self.wanted, *self.keep}:
                self.wanted[other] = Secret("")
        self.address: Address = ("uac", l_uuid)
        self.enabled: Address = ("uac", l_uuid, "enabled")

    def questions(self, answers: Answers) -> Iterable[Ask]:
        return [Ask("uac.reg_info", ("l_uuid", self.uuid))]

    def observe(self, answers: Answers) -> Leaves:
        if answers.too_large("uac.reg_info", "l_uuid", self.uuid):
            return Leaves({self.address: TOO_LARGE, self.enabled: TOO_LARGE})
        try:
            record = answers.values("uac.reg_info", "l_uuid", self.uuid)[0]
        except NotFound:
            return Leaves()
        if "contact_user" not in record and "contact_user" in self.wanted:
            raise StateError("this release of Kamailio has no contact_user")
        have = fields_of(record)
        enabled = have.pop("enabled")
        for name in SECRETS:
            have[name] = Secret(have[name])
        return Leaves({self.address: have, self.enabled: enabled})

    def same(self, address: Address, one: Any, other: Any) -> bool:
        if address == self.enabled:
            return bool(one == other)
        # What a new record gets from the server's defaults is not in the wish.
        return all(one[name] == other[name] for name in one if name in other)

    def resolve(self, seen: Leaves) -> Dict[Address, Any]:
        if not self.present:
            return {self.address: ABSENT, self.enabled: ABSENT}
        old = seen.at(self.address)
        wanted = {name: value for name, value in self.wanted.items() if name != "enabled"}
        enabled = self.wanted.get("enabled")
        for name in self.keep:
            if old is ABSENT or old is TOO_LARGE or not _value(old.get(name)):
                raise StateError(
                    "the registration %s has no %s that could be kept; say where the secret is"
                    % (self.uuid, name)
                )
        if old is ABSENT or old is TOO_LARGE:
            wanted = dict(DEFAULTS, **wanted)
            missing = [name for name in NEEDED if not wanted.get(name)]
            if missing:
                what = "a new registration" if old is ABSENT else TOO_MUCH
                raise StateError("%s needs %s" % (what, ", ".join(missing)))
            if not any(_value(wanted.get(name)) for name in ("auth_password", "auth_ha1")):
                raise StateError("a new registration needs auth_password or auth_ha1")
            enabled = True if enabled is None else enabled
        else:
            wanted = dict(old, **wanted)
        leaves: Dict[Address, Any] = {self.address: wanted}
        if enabled is not None:
            leaves[self.enabled] = enabled
        return leaves

    def steps(self, changes: Sequence[Change], seen: Leaves) -> List[Step]:
        after = {change.address: change.after for change in changes}
        gone: Dict[Address, Any] = {self.address: ABSENT, self.enabled: ABSENT}
        remove = Step("uac.reg_remove", self.uuid, phase=REMOVE, leaves=gone, accepts=[NotFound])
        record = after.get(self.address, seen.at(self.address))
        if record is ABSENT:
            return [remove]
        record = _opened(record, seen.at(self.address))
        enabled = after.get(self.enabled, seen.at(self.enabled))
        enabled = True if enabled in (ABSENT, TOO_LARGE) else enabled
        if self.address not in after:
            method = "uac.reg_enable" if enabled else "uac.reg_disable"
            phase = ENABLE if enabled else DISABLE
            leaves = {self.enabled: enabled}
            return [Step(method, "l_uuid", self.uuid, phase=phase, leaves=leaves)]
        if seen.at(self.address) is ABSENT:
            return [self._add(record, enabled, ADD)]
        return [remove, self._add(record, enabled, REMOVE)]

    def _add(self, record: Mapping[str, Any], enabled: bool, phase: int) -> Step:
        texts = [self.uuid, *(self._text(record, name) for name in TEXTS[1:])]
        params = [
            *texts,
            int(record.get("expires", 0)),
            0 if enabled else DISABLED,
            int(record.get("reg_delay", 0)),
            self._text(record, "socket"),
            self._text(record, "contact_addr"),
        ]
        if record.get("contact_user"):
            params.append(record["contact_user"])
        return Step(
            "uac.reg_add",
            *params,
            phase=phase,
            leaves={self.address: dict(record), self.enabled: enabled},
            secret=secret_params("uac.reg_add"),
        )

    @staticmethod
    def _text(record: Mapping[str, Any], name: str) -> Any:
        return _value(record.get(name)) or ("." if name in OPTIONAL else "")

    def undo(self, before: Mapping[Address, Any], left: Mapping[Address, Any], now: Leaves) -> Undo:
        way = super().undo(before, left, now)
        if now.at(self.address) is ABSENT and self.enabled in before:
            # There is nothing to enable or disable.
            for each in way.conflicts:
                if each.address == self.address:
                    switch = Conflict(self.enabled, before[self.enabled], ABSENT, each.why)
                    return Undo((), [each, switch])
        return way

    def restorable(self, address: Address, found: Any, old: Any) -> str:
        if address != self.address or not isinstance(old, dict):
            return ""
        have = found if isinstance(found, dict) else {}
        for name in SECRETS:
            secret = old.get(name)
            known = isinstance(secret, Secret) and not isinstance(secret, Sealed)
            if name in old and not known and secret != have.get(name):
                return "its %s was not written down" % name
        return ""

    def approximate(self, address: Address, old: Any) -> str:
        if address == self.address and isinstance(old, dict):
            for name in SECRETS:
                secret = old.get(name)
                if isinstance(secret, Secret) and secret.source is None and secret.value:
                    return (
                        "its secret is not written down, and is lost if the change is killed after "
                        "the registration was removed and before it was added again"
                    )
        return ""

    def show(self, leaves: Mapping[Address, Any]) -> Any:
        record = leaves.get(self.address, ABSENT)
        if record is ABSENT:
            return {}
        if record is TOO_LARGE:
            return {self.uuid: shown(record)}
        found = dict(record, enabled=leaves.get(self.enabled, True))
        for name in SECRETS:
            if _value(found.get(name)):
                wanted = self.wanted.get(name)
                found[name] = HIDDEN
                if _value(wanted):
                    found[name] = "(as given)" if record[name] == wanted else "(another)"
            elif name in found:
                found[name] = ""
        return {self.uuid: found}

    def hint(self, fault: Fault) -> str:
        if "invalid password or ha1" in fault.text:
            return "auth_ha1 has 32 hexadecimal digits"
        return ""


TOO_MUCH = "a registration that is too large to be read"


def _secret(given: Any, name: str) -> Secret:
    secret = given if isinstance(given, Secret) else Secret(given)
    return Secret(secret.value.lower(), secret.source) if name == "auth_ha1" else secret


def _opened(record: Any, have: Any) -> Any:
    """Return a record with the secrets that the server has, where only their seals are known."""
    if not isinstance(record, dict) or not isinstance(have, dict):
        return record
    return {
        name: have[name] if isinstance(value, Sealed) and value == have.get(name) else value
        for name, value in record.items()
    }


def _value(field: Any) -> Any:
    return field.value if isinstance(field, Secret) else field


def fields_of(record: Mapping[str, Any]) -> Dict[str, Any]:
    """Return a record of a reply as a state."""
    have: Dict[str, Any] = {}
    for name in FIELDS:
        if name not in record:
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
            "realm": Option(empty="unset"),
            "auth_username": Option(),
            "auth_password": Option(secret=True),
            "auth_ha1": Option(secret=True),
            "auth_proxy": Option(),
            "expires": Option("int", low=0),
            "reg_delay": Option("int", low=0),
            "socket": Option(empty="unset"),
            "contact_addr": Option(empty="unset"),
            "contact_user": Option(empty="unset"),
        },
        mutually_exclusive=[("auth_password", "auth_ha1")],
        only_if=[("state", "present", [*FIELDS, "enabled"])],
    ),
    _registration,
    subject="l_uuid",
)


INFO = Options({"l_uuid": Option()})


def describe(params: Mapping[str, Any]) -> Talk[Dict[str, Any]]:
    """Return registrations in the words of the options of REGISTRATION, without secrets.

    :param params: options of INFO.
    """
    if params["l_uuid"] is None:
        records = yield from ask("uac.reg_dump")
    else:
        try:
            records = yield from ask("uac.reg_info", "l_uuid", params["l_uuid"])
        except NotFound:
            records = []
    fields = REGISTRATION.options.fields
    return {
        "registrations": [
            {
                "l_uuid": record["l_uuid"],
                **{
                    name: value
                    for name, value in fields_of(record).items()
                    # What cannot be wished for is left out, which leaves it alone.
                    if name not in SECRETS and (value != "" or fields[name].empty is not None)
                },
            }
            for record in records
        ]
    }
