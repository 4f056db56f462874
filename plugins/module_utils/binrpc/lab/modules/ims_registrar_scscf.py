# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``regscscf.*``: registrations at an S-CSCF (upstream ``ims_registrar_scscf/reg_rpc.c``).

The module needs a Diameter peer to start, so this follows its sources. Contacts are gone at once,
which there wait for a timer.
"""

from __future__ import annotations

from ..registry import Module, method


class ScscfRegistrar(Module):
    """The module ims_registrar_scscf: it acts on the identities of ims_usrloc_scscf."""

    name = "ims_registrar_scscf"
    loads = ("ims_registrar_scscf",)

    @method(
        "regscscf.dereg_impu",
        "S",
        help="De-register IMPU from S-CSCF",
        missing=(400, "required IMPU argument"),
    )
    def dereg_impu(self, impu: str) -> None:
        found = self.state.modules["ims_usrloc_scscf"].identities.get(impu)
        if found is not None:
            found["contacts"].clear()
