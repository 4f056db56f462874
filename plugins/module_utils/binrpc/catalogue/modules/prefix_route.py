# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of prefix_route, in the notation of :mod:`.notation`."""

TEXT = """
prefix_route.dump -> str* reads
 Prefixes and their routes
prefix_route.reload -> str repeatable
 Reads prefixes from the database
"""
