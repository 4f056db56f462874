# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A kind of resource, as users choose it by name."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Mapping, Optional

    from .options import Options
    from .resource import Resource


class Kind:
    """A kind of resource: its options, and how it is made of them.

    :param name: as in the names of Ansible's modules and Salt's states.
    :param build: gets all options, checked, and returns the Resource.
    :param subject: the option that says which resource of this kind it is, if a single one does.
    """

    def __init__(
        self,
        name: str,
        options: Options,
        build: Callable[[Dict[str, Any]], Resource],
        subject: Optional[str] = None,
    ) -> None:
        self.name = name
        self.options = options
        self.build = build
        self.subject = subject

    def make(self, given: Mapping[str, Any]) -> Resource:
        """Check options and return the Resource.

        :raises ValueError: the options are wrong.
        """
        return self.build(self.options.check(given))
