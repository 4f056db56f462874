# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of rls, in the notation of :mod:`.notation`."""

TEXT = """
rls.cleanup -> -
 Removes expired list subscriptions
rls.update_subs uri event -> -
 Updates the subscriptions of a resource list
 uri: of the subscriber
 %invalid=not enough parameters|invalid=empty
"""
