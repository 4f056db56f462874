# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

from kamailio_binrpc.lab import ScscfIdentities, ScscfRegistrar
from tests.sdk.lab.modules.support import fault, lab

IMPU = "sip:a@ims"


def test_registrations_of_an_identity_end():
    identities = {IMPU: {"contacts": {"sip:a@192.0.2.1": {}}}, "sip:b@ims": {}}
    engine, _clock = lab(ScscfIdentities(identities), ScscfRegistrar())
    assert len(engine.call("ulscscf.showimpu", IMPU)[0]["contacts"]) == 1
    assert engine.call("regscscf.dereg_impu", IMPU) == []
    assert len(engine.call("ulscscf.showimpu", IMPU)[0]["contacts"]) == 0
    # The server does not say that there is no such identity.
    assert engine.call("regscscf.dereg_impu", "sip:nobody@ims") == []
    assert fault(engine, "regscscf.dereg_impu") == (400, "required IMPU argument")
