# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The options of each kind of resource, as one table for Ansible, Salt, Python and files.

Everything is refused before the first call. :meth:`Options.check` does it for Salt, Python and
files. Ansible converts types by itself, between :func:`received` and :meth:`Options.settle`; it
guesses more than :meth:`Options.check`, for which text is neither a number nor a boolean.

Rules that hold for every option:

- An option given as null counts as not given. Where leaving it out would mean a default, and where
  it is required, null is refused: a template that has no value asks for neither.
- An empty text, list or mapping is refused unless the option says what it means.
- Whole numbers have 32 bits, as on the wire, unless the option says otherwise.
- Options that would have no effect beside others are refused.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import (
        Any,
        Callable,
        Dict,
        Iterator,
        List,
        Mapping,
        Optional,
        Sequence,
        Tuple,
        Union,
    )

    from ..masking import Secrets

    Names = Sequence[str]
    Condition = Tuple[str, Any, Names]
    Rule = Callable[[Mapping[str, Any]], str]

INT32 = (-(2**31), 2**31 - 1)


class Option:
    """One option.

    :param type: ``str``, ``int``, ``float``, ``bool``, ``list``, ``dict``, ``path``, or ``raw``
        for what the resource itself checks.
    :param elements: type of the items of a list.
    :param options: the options of each item of a list of ``dict``, or of a ``dict``.
    :param secret: the value must not be shown; False where only the name looks like it.
    :param named_by: the option that names the variable whose value this is: it must not be shown
        if the name sounds like that of a secret. ``keys`` for a mapping from names to values.
    :param empty: what an empty text, list or mapping means, in words; None refuses it. It holds for
        the items of a list as well.
    :param null: False refuses null also where leaving the option out means nothing else.
    :param low: the least number.
    :param high: the greatest number.
    :param above: a number that is too small, for options that are greater than it.
    :param wrong: gets a value, or each item of a list, and returns what is wrong with it, or "".
    """

    __slots__ = (
        "above",
        "choices",
        "default",
        "elements",
        "empty",
        "high",
        "low",
        "named_by",
        "null",
        "options",
        "required",
        "secret",
        "type",
        "wrong",
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
        empty: Optional[str] = None,
        null: bool = True,
        low: Optional[float] = None,
        high: Optional[float] = None,
        above: Optional[float] = None,
        wrong: Optional[Callable[[Any], str]] = None,
    ) -> None:
        self.type = type
        self.required = required
        self.default = default
        self.choices = choices
        self.elements = elements
        self.options = options
        self.secret = secret
        self.named_by = named_by
        self.empty = empty
        self.null = null
        self.low = INT32[0] if low is None and "int" in (type, elements) else low
        self.high = INT32[1] if high is None and "int" in (type, elements) else high
        self.above = above
        self.wrong = wrong

    def given(self, value: Any) -> bool:
        """Does this value differ from leaving the option out?"""
        return value is not None and value != self.default


class Options:
    """The options of one kind, and the conditions between them.

    An option that is null, or that has its default, is not given.

    :param required_if: ``(name, value, names)``: with that value these are required.
    :param required_one_of: groups of names; at least one of each has to be given.
    :param required_together: groups of names; all or none of each have to be given.
    :param required_by: name to names that it needs.
    :param mutually_exclusive: groups of names; at most one of each may be given.
    :param only_if: ``(name, value, names)``: these have an effect only with that value, or with one
        of several in a tuple.
    :param rules: functions that get all options and return what is wrong with them, or "".
    """

    def __init__(
        self,
        fields: Mapping[str, Option],
        required_if: Sequence[Condition] = (),
        required_one_of: Sequence[Names] = (),
        required_together: Sequence[Names] = (),
        required_by: Optional[Mapping[str, Names]] = None,
        mutually_exclusive: Sequence[Names] = (),
        only_if: Sequence[Condition] = (),
        rules: Sequence[Rule] = (),
    ) -> None:
        self.fields = fields
        self.required_if = required_if
        self.required_one_of = required_one_of
        self.required_together = required_together
        self.required_by = required_by or {}
        self.mutually_exclusive = mutually_exclusive
        self.only_if = only_if
        self.rules = rules

    def beside(self, fields: Mapping[str, Option]) -> Options:
        """Return these options together with others; of two with one name, the own one."""
        return Options(
            {**fields, **self.fields},
            self.required_if,
            self.required_one_of,
            self.required_together,
            self.required_by,
            self.mutually_exclusive,
            self.only_if,
            self.rules,
        )

    def remember_secrets(self, given: Mapping[str, Any], secrets: Secrets) -> None:
        """Remember the secrets in options, which may be wrong."""
        _remember(self.fields, given, secrets)

    def check(self, given: Mapping[str, Any]) -> Dict[str, Any]:
        """Return all options: those given in their types, the others with their defaults.

        :raises ValueError: the options are wrong; the message says how to write them.
        """
        params = _checked(self.fields, received(self.fields, given), "")
        self.settle(params)
        return params

    def settle(self, params: Mapping[str, Any]) -> None:
        """Check options that have their types and defaults already.

        :raises ValueError: a value, or a combination of options, is wrong.
        """
        _check_values(self.fields, params, "")
        for problem in self._contradictions(params):
            raise ValueError(problem)

    def given(self, params: Mapping[str, Any]) -> Dict[str, Any]:
        """Return the options that are neither null nor their defaults."""
        return {
            name: value
            for name, value in params.items()
            if name in self.fields and self.fields[name].given(value)
        }

    def _contradictions(self, params: Mapping[str, Any]) -> List[str]:
        given = self.given(params)
        found = []
        for names in self.mutually_exclusive:
            both = [name for name in names if name in given]
            if len(both) > 1:
                found.append("%s exclude each other; give one of them" % " and ".join(both))
        found += [
            "nothing is given of %s; give one of them" % ", ".join(names)
            for names in self.required_one_of
            if not given.keys() & set(names)
        ]
        found += [
            "%s belong together; give all of them" % ", ".join(names)
            for names in self.required_together
            if given.keys() & set(names) and not given.keys() >= set(names)
        ]
        for name, needed in self.required_by.items():
            if name in given:
                found += _missing(needed, given, "%s is given" % name)
        present = {name for name in params if params[name] is not None}
        for name, value, needed in self.required_if:
            if params[name] == value:
                found += _missing(needed, present, "%s is %s" % (name, value))
        for name, value, names in self.only_if:
            if params[name] not in (value if isinstance(value, tuple) else (value,)):
                found += [
                    "%s has no effect with %s: %s; leave it out" % (each, name, params[name])
                    for each in names
                    if each in given
                ]
        return found or [problem for problem in (rule(params) for rule in self.rules) if problem]


def received(
    fields: Mapping[str, Option], given: Mapping[str, Any], path: str = ""
) -> Dict[str, Any]:
    """Return options as they are checked further: without those given as null.

    These count as not given. Also refuses what a conversion to the wanted type would hide: lists,
    mappings and booleans as text, and an empty text as a list. Names that are not options stay as
    they are.

    :raises ValueError: a value is that, or null is given where leaving the option out would mean
        something else.
    """
    kept = {}
    for name, value in given.items():
        option = fields.get(name)
        if option is None:
            kept[name] = value
        elif value is not None:
            kept[name] = _received(option, value, path + str(name))
        elif option.required:
            raise ValueError("%s is null; give it" % (path + name))
        elif option.default is not None or not option.null:
            raise ValueError("%s is null; leave it out, or give a value" % (path + name))
    return kept


def _received(option: Option, value: Any, path: str) -> Any:
    _check_text(option, option.type, value, path)
    if option.type == "list" and value == "":
        raise ValueError("%s is empty; write a list" % path)
    if option.type == "list" and isinstance(value, (list, tuple)):
        if option.elements != "raw" and any(item is None for item in value):
            raise ValueError("%s has an item that is null; leave it out, or give a value" % path)
        for index, item in enumerate(value):
            _check_text(option, option.elements, item, "%s[%d]" % (path, index))
        if option.options is not None:
            return [
                received(option.options, item, "%s[%d]." % (path, index))
                if hasattr(item, "items")
                else item
                for index, item in enumerate(value)
            ]
    elif option.options is not None and hasattr(value, "items"):
        return received(option.options, value, path + ".")
    return value


def _check_text(option: Option, type: Optional[str], value: Any, path: str) -> None:
    if type in ("str", "path") and isinstance(value, (bool, list, tuple, dict)):
        shown = "not text" if option.secret else repr(value)
        raise ValueError("%s is %s; write text, in quotes" % (path, shown))


def _check_values(fields: Mapping[str, Option], params: Mapping[str, Any], path: str) -> None:
    """Refuse values that are empty or out of range.

    :raises ValueError: a value is.
    """
    for name, option in fields.items():
        value: Any = params.get(name)
        # A default needs no check, and may be what cannot be asked for.
        if not option.given(value):
            continue
        where = path + name
        problem = _wrong(option, value)
        if problem:
            shown = "" if option.secret or _is_empty(value) else " is %r" % (value,)
            raise ValueError("%s%s; %s" % (where, shown or " is refused", problem))
        if option.options is not None:
            if option.type != "list":
                _check_values(option.options, value, where + ".")
                continue
            for index, row in enumerate(value):
                _check_values(option.options, row, "%s[%d]." % (where, index))


def _wrong(option: Option, value: Any) -> str:
    """Return how a value has to be written, or "" if it is right."""
    if _is_empty(value) and option.empty is None:
        return "it is empty; leave it out, or give a value"
    for item in value if option.type == "list" else [value]:
        if item == "" and option.empty is None:
            return "an item is empty; leave it out, or give a value"
        if isinstance(item, (int, float)) and not isinstance(item, bool):
            problem = _out_of_range(option, item)
            if problem:
                return problem
        problem = option.wrong(item) if option.wrong else ""
        if problem:
            return problem
    return ""


def _out_of_range(option: Option, value: float) -> str:
    if value - value != 0:
        return "write a finite number"
    if option.above is not None and not value > option.above:
        return "write a number greater than %g" % option.above
    low, high = option.low, option.high
    if (low is None or value >= low) and (high is None or value <= high):
        return ""
    if high is None:
        return "write %s or more" % low
    return "write a number from %s to %s" % (low, high)


def _is_empty(value: Any) -> bool:
    return isinstance(value, (str, list, tuple, dict)) and not value


def no_blanks(value: Any) -> str:
    """Return what is wrong with a URI or an address that has blanks or control characters."""
    if isinstance(value, str) and any(
        sign.isspace() or sign < " " or sign == "\x7f" for sign in value
    ):
        return "remove the blanks and control characters"
    return ""


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
    if type in ("str", "path") and isinstance(value, (str, int)) and not is_bool:
        return str(value)
    if type == "list" and isinstance(value, (list, tuple)):
        return list(value)
    if type == "dict" and hasattr(value, "items"):
        return dict(value)
    raise ValueError("%s is %r; write %s" % (path, value, _WRITTEN[type]))


_WRITTEN: Dict[str, Union[str, Any]] = {
    "str": "text, in quotes",
    "path": "text, in quotes",
    "int": "a whole number, without quotes",
    "float": "a number, without quotes",
    "bool": "true or false, without quotes",
    "list": "a list",
    "dict": "a mapping",
}
