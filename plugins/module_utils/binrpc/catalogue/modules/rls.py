# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of rls, in the notation of :mod:`.notation`."""

TEXT = """
rls.cleanup -> -
 Removes expired list subscriptions
"""
