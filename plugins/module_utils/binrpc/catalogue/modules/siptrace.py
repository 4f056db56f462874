# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of siptrace, in the notation of :mod:`.notation`."""

TEXT = """
siptrace.status command{on|off|check} -> str reads(check) repeatable
 Switches SIP tracing, or shows it: Enabled or Disabled
 %invalid=bad parameter
"""
