# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Three ways to look at decoded values, and what each of them drops.

=================  ============================================================
:func:`to_pairs`   nothing: structs become lists of ``(name or None, value)`` tuples
:func:`to_json`    the difference between an array and a struct, a bytes and a str record,
                   and between a member and an unnamed struct of one member
:func:`to_dict`    what a dict cannot hold, but not silently: it raises unless told how
=================  ============================================================
"""

from __future__ import annotations

from .catalogue.arrays import arrays_of
from .errors import BinrpcError
from .values import Fixed, Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import AbstractSet, Any, Dict, List, Optional, Sequence


class LossyView(BinrpcError, ValueError):
    """A dict cannot hold this struct; the message names the members and the ways out."""


def to_pairs(value: Any) -> Any:
    """Turn every struct in ``value`` into a list of ``(name or None, value)`` tuples."""
    if isinstance(value, Struct):
        return [(name, to_pairs(member)) for name, member in value.items()]
    if isinstance(value, list):
        return [to_pairs(item) for item in value]
    return value


def to_json(value: Any, arrays: AbstractSet[str] = frozenset(), path: str = "") -> Any:
    """Turn ``value`` into what ``json.dumps`` takes, in the shape of Kamailio's jsonrpcs.

    A struct becomes an object. It becomes a list where ``arrays`` holds its path, where no
    member has a name, and where a name repeats (jsonrpcs would write the same key twice and
    most parsers would keep one): an unnamed member is then an item, a named one an object
    with one key, as jsonrpcs has it.

    :param arrays: dotted paths of the members that the server's code builds as arrays, from
        :func:`.catalogue.arrays.arrays_of`; ``.`` is the value itself.
    :param path: where ``value`` stands.
    """
    if isinstance(value, Struct):
        return _struct_to_json(value, arrays, path, (path or ".") in arrays)
    if isinstance(value, list):
        return [to_json(item, arrays, path) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Fixed):
        whole, rest = divmod(value.raw, 1000)
        return float(value) if rest else whole
    return value


def _struct_to_json(struct: Struct, arrays: AbstractSet[str], path: str, as_list: bool) -> Any:
    members: List[Any] = []
    names = set()
    for name, member in struct.items():
        names.add(name)
        if name is None and isinstance(member, Struct):
            # It has the path of the array around it, and is not an array itself.
            members.append((None, _struct_to_json(member, arrays, path, as_list=False)))
        elif name is None:
            members.append((None, to_json(member, arrays, path)))
        else:
            members.append((name, to_json(member, arrays, path + "." + name if path else name)))
    if as_list or None in names or len(names) < len(members):
        return [member if name is None else {name: member} for name, member in members]
    return dict(members)


def reply_to_json(values: Sequence[Any], method: str) -> List[Any]:
    """Turn the values of a reply into a list that ``json.dumps`` takes.

    Always a list: jsonrpcs leaves it out around a single value for most methods, which would
    make the shape depend on the number of values.
    """
    arrays = arrays_of(method)
    return [to_json(value, arrays) for value in values]


def to_dict(value: Any, repeated: str = "error") -> Any:
    """Turn every struct in ``value`` into a dict.

    A struct without any named member becomes a list, since it is Kamailio's form of one.

    :param repeated: what to do with a name that repeats, or where only some members
        have a name: ``error``, ``first``, ``last``, or ``list`` (such names get a list of
        their values; unnamed members gather under the key None).
    :raises LossyView: with ``error``, naming the members.
    :raises ValueError: another word than those.
    """
    if repeated not in ("error", "first", "last", "list"):
        raise ValueError("repeated is error, first, last or list, not %r" % repeated)
    if isinstance(value, list):
        return [to_dict(item, repeated) for item in value]
    if not isinstance(value, Struct):
        return value
    members = value.items()
    if members and not any(name is not None for name, _member in members):
        return [to_dict(member, repeated) for _name, member in members]
    gathered: Dict[Any, List[Any]] = {}
    for name, member in members:
        gathered.setdefault(name, []).append(member)
    return {name: _one_of(name, same, repeated) for name, same in gathered.items()}


def _one_of(name: Optional[str], members: List[Any], repeated: str) -> Any:
    """Turn the members of one name into the value of a dict."""
    if name is not None and len(members) == 1:
        return to_dict(members[0], repeated)
    if repeated == "error":
        raise LossyView(
            "a dict cannot hold %s of this struct; use items(), to_pairs(), or "
            "to_dict(..., repeated='list')"
            % ("the unnamed members" if name is None else "all %d %r" % (len(members), name))
        )
    if repeated == "list":
        return [to_dict(member, repeated) for member in members]
    return to_dict(members[0 if repeated == "first" else -1], repeated)
