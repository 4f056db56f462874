# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``cfgutils.*``: flags, probability, configuration hash (upstream ``cfgutils/cfgutils.c``)."""

from __future__ import annotations

import hashlib

from ...faults import Fault
from ..registry import Module, method


class CfgUtils(Module):
    """The module cfgutils.

    :ivar flags: the global flags, a number of 32 bits.
    :ivar probability: percent.
    :ivar config: text of the configuration file; its hash at the start is remembered.
    """

    name = "cfgutils"
    loads = ("cfgutils",)

    def __init__(self, flags: int = 0, probability: int = 10, config: str = "") -> None:
        self.flags = flags
        self.probability = self._initial = probability
        self.config = config
        self._hash = self._digest()

    def _digest(self) -> str:
        return hashlib.md5(self.config.encode("utf-8")).hexdigest()  # noqa: S324 - as there

    @method(
        "cfgutils.set_gflag",
        "d",
        help="Sets the bits specified by the argument.",
        missing=(500, "Invalid Parameters"),
    )
    def set_flag(self, bits: int) -> None:
        self.flags |= bits & 0xFFFFFFFF

    @method(
        "cfgutils.reset_gflag",
        "d",
        help="Resets the bits specified by the argument.",
        missing=(500, "Invalid Parameters"),
    )
    def reset_flag(self, bits: int) -> None:
        self.flags &= ~(bits & 0xFFFFFFFF)

    @method(
        "cfgutils.is_gflag",
        "d",
        help="Checks if the bits specified by the argument are all set.",
        missing=(500, "Invalid Parameters"),
    )
    def is_flag(self, bits: int) -> str:
        bits &= 0xFFFFFFFF
        return "TRUE" if self.flags & bits == bits else "FALSE"

    @method("cfgutils.get_gflags", "", help="Return the value for global flags.")
    def get_flags(self) -> str:
        return "0x%X (%d)" % (self.flags, self.flags)

    @method(
        "cfgutils.rand_set_prob",
        "d",
        help="Set the random probability.",
        missing=(500, "Invalid Parameters"),
    )
    def set_probability(self, percent: int) -> None:
        if not 0 <= percent <= 100:
            raise Fault(500, "Invalid Percent")
        self.probability = percent

    @method("cfgutils.rand_reset_prob", "", help="Reset the random probability.")
    def reset_probability(self) -> None:
        self.probability = self._initial

    @method("cfgutils.rand_get_prob", "", help="Get the random probability.")
    def get_probability(self) -> str:
        return "actual probability: %d percent" % self.probability

    @method("cfgutils.get_config_hash", "", help="Get config hash value.")
    def get_hash(self) -> str:
        return self._hash

    @method("cfgutils.check_config_hash", "", help="Check config hash value.")
    def check_hash(self) -> str:
        return "Identical hash" if self._digest() == self._hash else "Different hash"
