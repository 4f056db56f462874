# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of regex, in the notation of :mod:`.notation`."""

TEXT = """
regex.reload -> - repeatable
 Reloads the file of patterns
 %refused=group matching not enabled
"""
