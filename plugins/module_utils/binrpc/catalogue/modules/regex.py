# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of regex, in the notation of :mod:`.notation`."""

TEXT = """
regex.reload -> - repeatable
 Reads the file of patterns anew
 %refused=group matching not enabled
"""
