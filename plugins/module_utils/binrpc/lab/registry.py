# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods by name, and the two ways to declare one.

::

    @lab.registry.method("my.add", "dd", help="Adds two numbers.")
    def add(left, right):
        return left + right

    class Door(Module):
        name = "door"

        @method("door.open", "s*d", help="Opens a door.", missing=(400, "Which door?"))
        async def open(self, door, seconds=5): ...

With a scan signature in Kamailio's format language (docs/protocol.md#scan-formats) the function
receives the scanned values; optional ones that were not sent are left to its defaults. A value
of a wrong type makes the scan fail, and where something is required the call with it,
as it does with Kamailio's ``if (rpc->scan(...) < 2)``. Without a signature the function
receives the :class:`~.context.Context` and scans for itself.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

    Version = Tuple[int, ...]

UNDOCUMENTED = "undocumented"


class Method:
    """One registered method.

    :ivar scan: its signature, None if the function takes the context.
    :ivar required: how many values it cannot do without.
    :ivar missing: ``(code, text)`` of the fault when they are not there; None leaves it to
        the fault that scanning has prepared.
    :ivar limited: the core parameter ``rpc_exec_delta`` limits how often it runs.
    """

    __slots__ = ("function", "help", "limited", "missing", "name", "required", "scan")

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        scan: Optional[str] = None,
        help: str = UNDOCUMENTED,
        missing: Optional[Tuple[int, str]] = None,
        limited: bool = False,
    ) -> None:
        self.name = name
        self.function = function
        self.limited = limited
        self.scan = scan
        self.help = help
        self.missing = missing
        self.required = len((scan or "").partition("*")[0].replace(".", ""))


class Declaration:
    """The mark that ``@method`` leaves on a function until its module is registered."""

    __slots__ = ("help", "limited", "missing", "name", "scan", "since", "until")

    def __init__(
        self,
        name: str,
        scan: Optional[str],
        help: str,
        missing: Optional[Tuple[int, str]],
        since: Version,
        until: Version,
        limited: Version,
    ) -> None:
        self.limited = limited
        self.name = name
        self.scan = scan
        self.help = help
        self.missing = missing
        self.since = since
        self.until = until


def method(
    name: str,
    scan: Optional[str] = None,
    *,
    help: str = UNDOCUMENTED,
    missing: Optional[Tuple[int, str]] = None,
    since: Version = (),
    until: Version = (999,),
    limited: Version = (999,),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function of a :class:`Module` as a method; several may be stacked.

    :param since: the first Kamailio version that has it, such as ``(5, 7)``.
    :param until: the first version that no longer has it.
    :param limited: the first version in which it runs at most every ``rpc_exec_delta`` seconds.
    """

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        declared = Declaration(name, scan, help, missing, since, until, limited)
        declarations = getattr(function, "rpc_methods", ())
        function.rpc_methods = (*declarations, declared)  # type: ignore[attr-defined]
        return function

    return mark


class Module:
    """A Kamailio module: its state, and the functions marked with ``@method``.

    :ivar name: the key in ``LabServer.modules``.
    :ivar loads: modules that ``core.modules`` shall list for it, in load order.
    :ivar survives: attributes that a restart of the server leaves as they are, such as the rows of
        its database; the others become what the constructor makes of its arguments.
    :ivar state: the server's :class:`~.state.LabState`, set when the module is added.
    """

    name = ""
    loads: Tuple[str, ...] = ()
    survives: Tuple[str, ...] = ()
    state: Any = None
    _made_with: Any = ((), {})

    def __new__(cls, *args: Any, **options: Any) -> Any:
        module = super().__new__(cls)
        module._made_with = (args, options)
        return module

    def added(self) -> None:
        """Called at the start and at each restart, after ``state`` is there."""

    def restart(self) -> None:
        """Forget what happened since the start, except for what ``survives``."""
        args, options = self._made_with
        fresh = type(self)(*args, **options)
        kept = {name: getattr(self, name) for name in ("state", *self.survives)}
        self.__dict__.clear()
        self.__dict__.update(fresh.__dict__, **kept)


class Registry:
    """All methods of one lab server.

    :param version: hides the methods of other Kamailio versions.
    """

    def __init__(self, version: Version = (999,)) -> None:
        self._methods: Dict[str, Method] = {}
        self._names: Optional[List[str]] = None
        self._version = version

    def method(
        self,
        name: str,
        scan: Optional[str] = None,
        *,
        help: str = UNDOCUMENTED,
        missing: Optional[Tuple[int, str]] = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a plain function; a method of that name is replaced."""

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self._methods[name] = Method(name, function, scan, help, missing)
            self._names = None
            return function

        return register

    def add_module(self, module: Module) -> None:
        """Register every function of a module that is marked with ``@method``."""
        for attribute in dir(type(module)):
            function = getattr(type(module), attribute)
            for one in getattr(function, "rpc_methods", ()):
                if one.since <= self._version < one.until:
                    bound = getattr(module, attribute)
                    limited = one.limited <= self._version
                    self._names = None
                    self._methods[one.name] = Method(
                        one.name, bound, one.scan, one.help, one.missing, limited
                    )

    def remove(self, name: str) -> None:
        """Forget a method.

        :raises KeyError: there is none of that name.
        """
        del self._methods[name]
        self._names = None

    def get(self, name: str) -> Optional[Method]:
        """Look a method up; exact and case sensitive."""
        return self._methods.get(name)

    def names(self) -> List[str]:
        """All names in the order of their bytes, as ``system.listMethods`` has them."""
        if self._names is None:
            self._names = sorted(self._methods, key=os.fsencode)
        return list(self._names)

    def __deepcopy__(self, memo: Any) -> Registry:
        return self  # a copy of a server's state has the same methods

    def __contains__(self, name: object) -> bool:
        return name in self._methods

    def __len__(self) -> int:
        return len(self._methods)
