# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The wish: what servers should be, as documents of plain data say it.

:func:`parse` takes documents, refuses what is wrong, and returns resources in stages. A document
is what YAML or JSON has: mappings, lists, texts, numbers. Reading files is up to the caller.
"""

from __future__ import annotations

from ..catalogue.reading import is_read_only
from ..desired.frozen import Frozen
from ..desired.leaf import Secret
from . import references as _references
from .references import KEEP, Reference
from .sections import CHECK, SECTIONS
from .shapes import Items, Number, Record, Text, WishError, mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

    from ..desired.condition import Condition
    from ..desired.leaf import Address
    from ..desired.resource import Resource
    from .references import Resolver
    from .shapes import Path

__all__ = ["Check", "Reference", "Stage", "Wish", "WishError", "parse"]

VERSION = 1
"""Of the format."""


class Check(Frozen):
    """A condition that has to hold before a change and after it.

    :ivar options: ``method``, and where given ``params``, ``path``, ``expect``, ``min``, ``max``
        and ``fault``, as :class:`Condition` takes them.
    :ivar within: seconds in which it may become true after the change.
    :ivar hold: seconds for which it has to stay true after the change.
    """

    __slots__ = ("hold", "options", "within")
    options: Dict[str, Any]
    within: float
    hold: float

    def __init__(self, options: Mapping[str, Any], within: float = 0, hold: float = 0) -> None:
        self._set(options=dict(options), within=within, hold=hold)

    def condition(self) -> Condition:
        """Return the Condition, a new one for each run.

        :raises EncodeError: the check cannot be carried out.
        """
        from ..desired.condition import Condition

        blank = dict.fromkeys(("params", "path", "expect", "fault", "min", "max"))
        return Condition({**blank, "mutates": "auto", **self.options})


class Stage(Frozen):
    """A document: what is applied together, before the next one.

    :ivar resources: in the order of the document.
    :ivar checks: in the order of the document.
    :ivar sections: names of the sections that the document has.
    :ivar references: where secrets are, by the address of the member that has them, such as
        ``("uac", "trunk1", "auth_password")``.
    """

    __slots__ = ("checks", "references", "resources", "sections")
    resources: Tuple[Resource, ...]
    checks: Tuple[Check, ...]
    sections: Tuple[str, ...]
    references: Dict[Address, Reference]

    def __init__(
        self,
        resources: Sequence[Resource],
        checks: Sequence[Check] = (),
        sections: Sequence[str] = (),
        references: Optional[Mapping[Address, Reference]] = None,
    ) -> None:
        self._set(
            resources=tuple(resources),
            checks=tuple(checks),
            sections=tuple(sections),
            references=dict(references or {}),
        )


class Wish(Frozen):
    """The state that servers should have.

    :ivar name: who wants it; stands in journals. May be "".
    :ivar stages: are applied one after another.
    :ivar documents: plain data without secrets; :func:`parse` makes the same wish from it.
        A secret that was given as text is a reference of the kind ``keep`` there.
    :ivar digest: of the documents, as hexadecimal digits.
    """

    __slots__ = ("digest", "documents", "name", "stages")
    name: str
    stages: Tuple[Stage, ...]
    documents: Tuple[Dict[str, Any], ...]
    digest: str

    def __init__(
        self,
        name: str,
        stages: Sequence[Stage],
        documents: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        plain = tuple(dict(each) for each in documents)
        self._set(name=name, stages=tuple(stages), documents=plain, digest=_digest(plain))

    @property
    def resources(self) -> Tuple[Resource, ...]:
        """The resources of all stages."""
        return tuple(each for stage in self.stages for each in stage.resources)


DOCUMENT = Record(
    {
        "version": Number("Version of the format.", low=VERSION, high=VERSION),
        "name": Text("Who wants this. It stands in the journal and in the history."),
        **{name: section.shape for name, section in SECTIONS.items()},
        "checks": Items(
            CHECK,
            "What has to hold before and after the change. Only methods that change nothing.",
            unique=False,
        ),
    }
)
"""The shape of a document."""


class Context:
    """The facts that sections need to become resources.

    :param resolver: returns the secret that a reference means; None leaves it as it is.
    :param literal_secrets: are secrets taken as text?
    :ivar references: those that were found, by address.
    """

    def __init__(self, resolver: Resolver, literal_secrets: bool) -> None:
        self._resolver = resolver
        self._literal = literal_secrets
        self.references: Dict[Address, Reference] = {}

    def secret(self, value: Any, path: Path, address: Address) -> Any:
        """Return a secret, as text or with where it comes from, or KEEP.

        :raises WishError: there is none.
        """
        if isinstance(value, str):
            if not self._literal:
                raise WishError(
                    path,
                    "a secret must not stand in a file",
                    "write {env: NAME}, {file: PATH} or {keep: true}",
                )
            return value
        self.references[address] = value
        if value == KEEP:
            return KEEP
        try:
            found = self._resolver(value)
        except OSError as error:
            text = "%s cannot be read: %s" % (value.name, error.strerror)
            raise WishError(path, text) from error
        except LookupError as error:
            raise WishError(path, str(error.args[0])) from error
        return KEEP if found is None else Secret(found, value.dump())


def parse(
    documents: Sequence[Mapping[str, Any]],
    references: Resolver = _references.resolve,
    literal_secrets: bool = False,
) -> Wish:
    """Return the wish that documents describe: each is a stage.

    :param references: returns the secret that a reference means, or None to keep what the server
        has, for a wish that is only read.
    :param literal_secrets: take secrets as text: the caller has them from a vault.
    :raises WishError: a document is wrong.
    """
    stages: List[Stage] = []
    plain: List[Dict[str, Any]] = []
    name = ""
    if not documents:
        raise WishError((), "there is no document", "write version: 1 and a section")
    for number, document in enumerate(documents):
        context = Context(references, literal_secrets)
        try:
            data = DOCUMENT.check(mapping(document, ()), ())
            if not number and "version" not in data:
                raise WishError((), "version is missing", "write version: %d" % VERSION)
            other = data.get("name", name)
            if number and other != name:
                text = "the first document has the name %r" % name
                raise WishError(("name",), text, "leave it out, or write the same")
            name = other
            stages.append(_stage(data, context))
        except WishError as error:
            raise WishError(error.path, error.text, error.remedy, number) from error
        plain.append(_public(data))
    return Wish(name, stages, plain)


def _stage(data: Mapping[str, Any], context: Context) -> Stage:
    names = [name for name in SECTIONS if name in data]
    resources = [each for name in names for each in SECTIONS[name].build(data[name], context)]
    checks = []
    for index, each in enumerate(data.get("checks", ())):
        checks.append(_check(each, ("checks", index)))
    return Stage(resources, checks, names, context.references)


def _check(data: Mapping[str, Any], path: Path) -> Check:
    options = dict(data)
    within, hold = options.pop("within", 0), options.pop("hold", 0)
    method = options["method"]
    if not is_read_only(method, options.get("params", ())):
        text = "%s is not known to change nothing" % method
        raise WishError((*path, "method"), text, "checks take only methods that read")
    check = Check(options, within, hold)
    try:
        check.condition()
    except ValueError as error:
        raise WishError(path, str(error)) from error
    return check


def _public(value: Any, name: str = "") -> Any:
    """Return checked data as plain data without secrets."""
    if isinstance(value, Reference):
        return value.dump()
    if isinstance(value, dict):
        return {each: _public(member, each) for each, member in value.items()}
    if isinstance(value, list):
        return [_public(each) for each in value]
    if name in _SECRET and isinstance(value, str):
        return KEEP.dump()
    return value


_SECRET = ("auth_password", "auth_ha1")


def _digest(documents: Sequence[Mapping[str, Any]]) -> str:
    from hashlib import sha256
    from json import dumps

    text = dumps(documents, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode("ascii")).hexdigest()
