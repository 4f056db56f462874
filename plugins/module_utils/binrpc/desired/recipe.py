# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Resources to JSON and back: the class and the arguments that made them.

A resource is what its arguments say and nothing more, so another process can make it again.
Secret arguments are written down as where they come from, or left out.
"""

from __future__ import annotations

from .leaf import UNKNOWN, Secret, dump, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Mapping, Optional, Type

    from .leaf import Resolve
    from .resource import Resource


def dump_resource(resource: Resource) -> Dict[str, Any]:
    """Return how to make a resource, in what JSON has.

    :raises TypeError: an argument cannot be written down.
    """
    args, named = resource.given
    secret = resource.secret_arguments
    return {
        "class": type(resource).__name__,
        "args": [dump(_plain(each)) for each in args],
        "named": {
            name: dump(_hidden(each) if name in secret else _plain(each))
            for name, each in named.items()
            if each is not None
        },
    }


def load_resource(
    data: Mapping[str, Any],
    resolve: Optional[Resolve] = None,
    classes: Optional[Mapping[str, Type[Resource]]] = None,
) -> Resource:
    """Undo :func:`dump_resource`.

    :param resolve: gets the source of a secret and returns its value; see :func:`.leaf.load`.
    :param classes: classes by name; None for those of this package.
    :raises LookupError: the class is not known.
    :raises StateError: the arguments are wrong.
    """
    known = classes
    if known is None:
        from .kinds import CLASSES

        known = CLASSES
    named = {name: load(each, resolve) for name, each in data["named"].items()}
    return known[data["class"]](
        *(load(each, resolve) for each in data["args"]),
        **{name: each for name, each in named.items() if each is not UNKNOWN},
    )


def _hidden(value: Any) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _plain(value: Any) -> Any:
    """Return a value without sets and the like, whose order means nothing."""
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str, Secret)):
        return value
    raise TypeError("%r has no form in JSON" % type(value).__name__)
