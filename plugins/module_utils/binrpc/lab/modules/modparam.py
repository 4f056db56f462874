# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``modparam.*``: parameters of modules (6.1, docs/protocol.md#modparam-methods)."""

from __future__ import annotations

from ...faults import Fault
from ...values import Struct
from ..registry import Module, method

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Iterator, Mapping, Optional, Union

    Value = Union[int, str]

_NAMES = (400, "Module And Parameter Names Expected")
_SAMPLE: Dict[str, Dict[str, Union[int, str]]] = {
    "ctl": {"binrpc_buffer_size": 1024, "mode": 0o600},
    "dispatcher": {"ds_ping_interval": 0, "reload_delta": 5},
}
_TYPE_TEXT, _TYPE_INT = 1, 2


class ModuleParameters(Module):
    """Parameters of the modules.

    :param params: by module and name.
    :param shared: those that can be changed, as ``module.name``.
    """

    name = "modparam"

    def __init__(
        self,
        params: Optional[Mapping[str, Mapping[str, Value]]] = None,
        shared: Any = ("dispatcher.reload_delta",),
    ) -> None:
        given = _SAMPLE if params is None else params
        self.params: Dict[str, Dict[str, Value]] = {
            module: dict(values) for module, values in given.items()
        }
        self.shared = set(shared)

    def _find(self, module: str, param: str) -> Value:
        if module not in self.params:
            raise Fault(404, "Module Not Found")
        if param not in self.params[module]:
            raise Fault(404, "Parameter Not Found")
        return self.params[module][param]

    def _shm(self, module: str, param: str) -> str:
        return "yes" if "%s.%s" % (module, param) in self.shared else "no"

    @method(
        "modparam.getn",
        "ss",
        missing=_NAMES,
        since=(6, 1),
        help="Get the value of an integer parameter.",
    )
    def getn(self, module: str, param: str) -> Struct:
        value = self._find(module, param)
        number = value if isinstance(value, int) else 0
        return Struct(module=module, param=param, shm=self._shm(module, param), value=number)

    @method(
        "modparam.gets",
        "ss",
        missing=_NAMES,
        since=(6, 1),
        help="Get the value of a string parameter.",
    )
    def gets(self, module: str, param: str) -> Struct:
        value = self._find(module, param)
        return Struct(module=module, param=param, shm="no", value=str(value))

    @method(
        "modparam.setn",
        "ssd",
        missing=(400, "Module, Parameter And Value Expected"),
        since=(6, 1),
        help="Set the value of an integer parameter kept in shared memory.",
    )
    def setn(self, module: str, param: str, value: int) -> Struct:
        old = self._find(module, param)
        if self._shm(module, param) == "no":
            raise Fault(488, "Not Acceptable Here - Not A Shm Param")
        self.params[module][param] = value
        return Struct(module=module, param=param, shm="yes", ovalue=old, value=value)

    @method("modparam.list", "*s", since=(6, 1), help="List the modules parameters")
    def list(self, module: str = "") -> Iterator[Struct]:
        if module and module not in self.params:
            raise Fault(404, "Module Not Found")
        for name, values in self.params.items():
            if module in ("", name):
                for param, value in values.items():
                    number = isinstance(value, int)
                    yield Struct(
                        module=name,
                        param=param,
                        typeval=_TYPE_INT if number else _TYPE_TEXT,
                        type="int" if number else "string",
                        use_func="no",
                        use_shm=self._shm(name, param),
                        value=value,
                    )
