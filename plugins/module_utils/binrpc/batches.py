# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Batches of endpoints, as Ansible's ``serial`` has them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List, Sequence, Union

    Batch = Union[int, str]


def batches(
    names: Sequence[str], serial: Union[Batch, Sequence[Batch], None]
) -> List[Sequence[str]]:
    """Cut names into batches the way Ansible's ``serial`` does.

    :raises ValueError: a size is neither a positive number nor a percentage.
    """
    if not names:
        return []
    if serial is None:
        return [names]
    sizes = [serial] if isinstance(serial, (int, str)) else list(serial)
    result: List[Sequence[str]] = []
    start = 0
    while start < len(names):
        size = _batch_size(sizes[min(len(result), len(sizes) - 1)], len(names))
        result.append(names[start : start + size])
        start += size
    return result


def _batch_size(size: Batch, total: int) -> int:
    text = str(size).strip()
    try:
        number = int(total * float(text[:-1]) / 100) if text.endswith("%") else int(text)
        if number < 1 and text.endswith("%") and float(text[:-1]) > 0:
            return 1
    except ValueError:
        number = 0
    if number < 1:
        raise ValueError("serial is a number from 1 or a percentage such as 25%%, not %r" % size)
    return number
