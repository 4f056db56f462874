# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of xhttp_pi, in the notation of :mod:`.notation`."""

TEXT = """
xhttp_pi.reload -> str repeatable
 Reads the framework of the provisioning interface from its file again
 ?Reload failed
"""
