# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Seals of secrets: whether one is still the same can be told from them, and what it is cannot.

A seal is a keyed digest. The key is a file beside the journals, for this user alone, so a journal
or a saved plan that is copied elsewhere cannot be used to try passwords.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

SIZE = 32
"""Bytes of a key."""

FILE = "seal.key"


class Seal:
    """Makes seals.

    :param key: is secret; 32 bytes.
    """

    def __init__(self, key: bytes) -> None:
        from hashlib import sha256

        self._key = key
        self._name = sha256(b"name of the key" + key).hexdigest()[:8]

    def __call__(self, secret: Any) -> str:
        """Return the seal of a secret."""
        import hmac

        text = str(secret).encode("utf-8", "surrogateescape")
        return "%s:%s" % (self._name, hmac.new(self._key, text, "sha256").hexdigest())

    def made(self, mark: Any) -> bool:
        """Was a seal made with this key? Only then it can be compared."""
        return isinstance(mark, str) and mark.startswith(self._name + ":")


def seal_of(folder: str, create: bool = False) -> Optional[Seal]:
    """Return what makes the seals of a folder of journals; None if there is no key.

    :param folder: is there, and only its owner can read it.
    :param create: make a key if there is none.
    :raises OSError: the key cannot be read or written.
    """
    path = os.path.join(folder, FILE)
    key = _key(path)
    if key is None and create:
        # Under a name of its own first: a key is there as a whole, and the first one stays.
        part = "%s.%s" % (path, os.urandom(6).hex())
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(part, flags, 0o600)
        try:
            os.write(file, os.urandom(SIZE))
            os.fsync(file)
        finally:
            os.close(file)
        try:
            os.link(part, path)
        except FileExistsError:
            pass  # another process was faster
        finally:
            os.unlink(part)
        key = _key(path)
    return None if key is None else Seal(key)


def _key(path: str) -> Optional[bytes]:
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        key = os.read(file, SIZE + 1)
    finally:
        os.close(file)
    return key if len(key) == SIZE else None
