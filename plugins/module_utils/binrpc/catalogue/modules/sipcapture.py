# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of sipcapture, in the notation of :mod:`.notation`."""

TEXT = """
sipcapture.status command{on|off|check} -> str reads(check) repeatable
 Switches SIP capturing, or shows it: Enabled or Disabled
 %invalid=bad parameter
"""
