# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The result of a call."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, List, Sequence

    Base = list[Any]
else:
    Base = list


class Reply(Base):
    """The values of a reply, in order: a list, since a reply has no outer container.

    A method that adds nothing gives an empty list, which means success.

    :ivar method: the method that was called.
    :ivar params: what was sent.
    """

    __slots__ = ("method", "params")

    def __init__(
        self, values: Iterable[Any] = (), method: str = "", params: Sequence[Any] = ()
    ) -> None:
        super().__init__(values)
        self.method = method
        self.params = params

    @property
    def value(self) -> Any:
        """The value of a reply that has exactly one.

        :raises ValueError: it has none, or several.
        """
        if len(self) != 1:
            raise ValueError(
                "%s: the reply has %d values, not one" % (self.method or "reply", len(self))
            )
        return self[0]

    def to_json(self) -> List[Any]:
        """Return the values as ``json.dumps`` takes them: see :func:`views.reply_to_json`."""
        # Not a statement: Ansible would ship the views with modules that never look at one.
        from importlib import import_module

        views = import_module(__name__.rpartition(".")[0] + ".views")
        found: List[Any] = views.reply_to_json(self, self.method)
        return found

    def __repr__(self) -> str:
        # For logs and tracebacks: what the catalogue knows as secret is in the values only.
        from .masking import hide_reply

        return "Reply(%r)" % hide_reply(self.method, self, self.params)
