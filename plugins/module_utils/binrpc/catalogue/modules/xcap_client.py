# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of xcap_client, in the notation of :mod:`.notation`."""

TEXT = """
xcap_client.refreshXcapDoc url -> - repeatable
 Gets a document from its XCAP server, and tells the modules that use it
 %invalid=not enough parameters|invalid=failed parsing url|invalid=invalid auid
"""
