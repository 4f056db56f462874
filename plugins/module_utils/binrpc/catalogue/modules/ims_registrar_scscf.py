# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of ims_registrar_scscf, in the notation of :mod:`.notation`."""

TEXT = """
regscscf.dereg_impu impu -> -
 Ends all registrations of a public identity
 %invalid=required impu argument
"""
