# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Secrets by reference: a file says where a secret is, and never what it is."""

from __future__ import annotations

import os

from ..desired.frozen import Frozen
from .shapes import Flag, Record, Shape, Text, WishError, described

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Optional

    from ..masking import Secrets
    from .shapes import Path

    Resolver = Callable[["Reference"], Optional[str]]


def remember_secrets(document: Any, secrets: Secrets) -> None:
    """Remember passwords in a document, and values of variables that sound like them.

    :param document: of any shape: it may be wrong.
    """
    if isinstance(document, (list, tuple)):
        for each in document:
            remember_secrets(each, secrets)
    if not isinstance(document, dict):
        return
    for name, each in document.items():
        if name in ("auth_password", "auth_ha1") and isinstance(each, str):
            secrets.add(each)
        remember_secrets(each, secrets)
    secrets.named({str(name): v for name, v in document.items() if isinstance(v, (str, int))})


LARGEST = 64 * 1024
"""Bytes that a file with a secret may have."""


class Reference(Frozen):
    """Where a secret is.

    :ivar kind: ``env`` for a variable of the environment, ``file`` for the first line of a file,
        ``keep`` for what the server has: there must be one.
    :ivar name: of the variable or the file; "" for ``keep``.
    """

    __slots__ = ("kind", "name")
    kind: str
    name: str

    def __init__(self, kind: str, name: str = "") -> None:
        self._set(kind=kind, name=name)

    def dump(self) -> Dict[str, Any]:
        """Return the reference as a file has it."""
        return {self.kind: True if self.kind == "keep" else self.name}


KEEP = Reference("keep")


def resolve(reference: Reference) -> str:
    """Return the secret that a reference of the kind ``env`` or ``file`` means.

    :raises LookupError: there is none, or it is empty.
    :raises OSError: the file cannot be read.
    """
    if reference.kind == "env":
        secret = os.environ.get(reference.name)
        if secret is None:
            raise LookupError("there is no variable %s in the environment" % reference.name)
    else:
        with open(reference.name, "rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise LookupError("%s is larger than %d bytes" % (reference.name, LARGEST))
        secret = data.decode("utf-8", "surrogateescape").split("\n", 1)[0].rstrip("\r")
    if not secret:
        raise LookupError("%s is empty" % reference.name)
    if "\0" in secret:
        raise LookupError("%s holds NUL, which no parameter can" % reference.name)
    return secret


class SecretShape(Shape):
    """A secret: a reference, or a text where the caller takes one."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        one = "exactly one of env, file and keep"
        self.record = Record(
            {
                "env": Text("Variable of the environment that holds the secret."),
                "file": Text("File whose first line is the secret."),
                "keep": Flag("The server has to have one, and keeps it.", only=True),
            },
            exclusive=[("env", "file", "keep")],
        )
        self._one = one

    def check(self, value: Any, path: Path) -> Any:
        if isinstance(value, (Reference, str)) and value:
            return value
        if not hasattr(value, "items"):
            # What stands in the place of a secret is not shown.
            what = described(value) if value in (None, "") else "it is not text"
            raise WishError(path, what, "write %s" % self._one)
        found = self.record.check(value, path)
        if not found:
            raise WishError(path, "it says nothing", "write %s" % self._one)
        ((kind, name),) = found.items()
        return KEEP if kind == "keep" else Reference(kind, name)

    def _schema(self) -> Dict[str, Any]:
        schema = self.record.schema()
        schema["minProperties"] = schema["maxProperties"] = 1
        del schema["allOf"]
        return schema
