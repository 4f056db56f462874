# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The options of each kind of resource, as one table for Ansible, Salt, Python and files.

Ansible turns a table into an argument specification and checks it by itself. All others call
:meth:`Options.check`, which means the same but guesses less: text is neither a number nor a
boolean.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

    from ..masking import Secrets

    Names = Sequence[str]
    Condition = Tuple[str, Any, Names]


class Option:
    """One option.

    :param type: ``str``, ``int``, ``float``, ``bool``, ``list``, ``dict``, or ``raw`` for what
        the resource itself checks.
    :param elements: type of the items of a list.
    :param options: the options of each item of a list of ``dict``, or of a ``dict``.
    :param secret: the value must not be shown; False where only the name looks like it.
    :param named_by: the option that names the variable whose value this is: it must not be shown
        if the name sounds like that of a secret. ``keys`` for a mapping from names to values.
    """

    __slots__ = (
        "choices",
        "default",
        "elements",
        "named_by",
        "options",
        "required",
        "secret",
        "type",
    )

    def __init__(
        self,
        type: str = "str",
        required: bool = False,
        default: Any = None,
        choices: Optional[Sequence[str]] = None,
        elements: Optional[str] = None,
        options: Optional[Mapping[str, Option]] = None,
        secret: Optional[bool] = None,
        named_by: str = "",
    ) -> None:
        self.type = type
        self.required = required
        self.default = default
        self.choices = choices
        self.elements = elements
        self.options = options
        self.secret = secret
        self.named_by = named_by


class Options:
    """The options of one kind, and the conditions between them.

    :param required_if: ``(name, value, names)``: with that value these are required.
    :param required_one_of: groups of names of which one has to be given.
    :param required_together: groups of names of which all or none have to be given.
    :param required_by: name to names that it needs.
    :param mutually_exclusive: groups of names of which at most one may be given.
    """

    def __init__(
        self,
        fields: Mapping[str, Option],
        required_if: Sequence[Condition] = (),
        required_one_of: Sequence[Names] = (),
        required_together: Sequence[Names] = (),
        required_by: Optional[Mapping[str, Names]] = None,
        mutually_exclusive: Sequence[Names] = (),
    ) -> None:
        self.fields = fields
        self.required_if = required_if
        self.required_one_of = required_one_of
        self.required_together = required_together
        self.required_by = required_by or {}
        self.mutually_exclusive = mutually_exclusive

    def remember_secrets(self, given: Mapping[str, Any], secrets: Secrets) -> None:
        """Remember the secrets in options, which may be wrong."""
        _remember(self.fields, given, secrets)

    def check(self, given: Mapping[str, Any]) -> Dict[str, Any]:
        """Return all options: those given in their types, the others with their defaults.

        :raises ValueError: the options are wrong; the message says how to write them.
        """
        params = _checked(self.fields, given, "")
        for problem in self._contradictions(params, {name for name in given if name in params}):
            raise ValueError(problem)
        return params

    def _contradictions(self, params: Dict[str, Any], named: Any) -> List[str]:
        given = {name for name in named if params[name] is not None}
        found = []
        for names in self.mutually_exclusive:
            both = [name for name in names if name in given]
            if len(both) > 1:
                found.append("%s exclude each other; give one of them" % " and ".join(both))
        found += [
            "nothing is given of %s; give one of them" % ", ".join(names)
            for names in self.required_one_of
            if not given & set(names)
        ]
        found += [
            "%s belong together; give all of them" % ", ".join(names)
            for names in self.required_together
            if given & set(names) and not given >= set(names)
        ]
        for name, needed in self.required_by.items():
            if name in given:
                found += _missing(needed, given, "%s is given" % name)
        for name, value, needed in self.required_if:
            if params[name] == value:
                present = {each for each in params if params[each] is not None}
                found += _missing(needed, present, "%s is %s" % (name, value))
        return found


def _remember(fields: Mapping[str, Option], given: Mapping[str, Any], secrets: Secrets) -> None:
    for name, option in fields.items():
        value = given.get(name)
        if option.secret:
            for text in _texts(value):
                secrets.add(text)
        elif option.named_by == "keys":
            for variables in _mappings(value):
                secrets.named(variables)
        elif isinstance(given.get(option.named_by), str):
            secrets.named({given[option.named_by]: value})
        for each in _mappings(value) if option.options is not None else ():
            _remember(option.options or {}, each, secrets)


def _texts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)
    else:
        yield value


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield a mapping and those in it, or those in a list."""
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from _mappings(each)


def _missing(needed: Names, present: Any, why: str) -> List[str]:
    missing = [name for name in needed if name not in present]
    return ["%s; give %s as well" % (why, ", ".join(missing))] if missing else []


def _checked(fields: Mapping[str, Option], given: Mapping[str, Any], path: str) -> Dict[str, Any]:
    unknown = sorted(str(name) for name in given if name not in fields)
    if unknown:
        raise ValueError(
            "there is no option %s; there are %s"
            % (", ".join(path + name for name in unknown), ", ".join(fields))
        )
    params = {}
    for name, option in fields.items():
        value = given.get(name)
        if value is None and name in given and option.default is not None:
            raise ValueError("%s is null; leave it out, or give a value" % (path + name))
        if value is None:
            if option.required:
                raise ValueError("%s is missing; give it" % (path + name))
            params[name] = option.default
            continue
        try:
            params[name] = _value(option, value, path + name)
        except ValueError:
            if not option.secret:
                raise
            raise ValueError(
                "%s is not shown; write %s" % (path + name, _WRITTEN[option.type])
            ) from None
    return params


def _value(option: Option, value: Any, path: str) -> Any:
    value = _typed(option.type, value, path)
    if option.type == "list" and option.elements:
        items = [
            _typed(option.elements, item, "%s[%d]" % (path, index))
            for index, item in enumerate(value)
        ]
        if option.options is not None:
            items = [
                _checked(option.options, item, "%s[%d]." % (path, index))
                for index, item in enumerate(items)
            ]
        value = items
    elif option.options is not None:
        value = _checked(option.options, value, path + ".")
    if option.choices is not None:
        for each in value if option.type == "list" else [value]:
            if each not in option.choices:
                raise ValueError(
                    "%s is %r; write one of %s" % (path, each, ", ".join(option.choices))
                )
    return value


def _typed(type: str, value: Any, path: str) -> Any:
    """Return a value in its type, or refuse it."""
    if type == "raw":
        return value
    is_bool = isinstance(value, bool)
    if type == "bool" and is_bool:
        return value
    if type == "int" and isinstance(value, int) and not is_bool:
        return value
    if type == "float" and isinstance(value, (int, float)) and not is_bool:
        return float(value)
    # Keys and names that look like numbers come as such out of YAML.
    if type == "str" and isinstance(value, (str, int)) and not is_bool:
        return str(value)
    if type == "list" and isinstance(value, (list, tuple)):
        return list(value)
    if type == "dict" and hasattr(value, "items"):
        return dict(value)
    raise ValueError("%s is %r; write %s" % (path, value, _WRITTEN[type]))


_WRITTEN: Dict[str, Union[str, Any]] = {
    "str": "text, in quotes",
    "int": "a whole number, without quotes",
    "float": "a number, without quotes",
    "bool": "true or false, without quotes",
    "list": "a list",
    "dict": "a mapping",
}
