# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of pua, in the notation of :mod:`.notation`."""

TEXT = """
pua.cleanup -> -
 Removes expired publications
pua.publish presentity expires event content_type id etag outbound_proxy headers \
[body] -> (int,str,...)
 Sends a PUBLISH request and waits for the answer
 presentity: its URI
 expires: seconds, as a text
 content_type: a dot if there is no body
 id: of the publication, or a dot
 etag: of an earlier publication, or a dot
 outbound_proxy: URI, or a dot
 headers: to add to the request, or a dot
 %invalid=too few or wrong type|invalid=invalid|absent=unknown event
pua.send_publish presentity expires event content_type id etag outbound_proxy headers [body] -> -
 Sends a PUBLISH request and does not wait for the answer
 content_type: a dot if there is no body
 headers: to add to the request, or a dot
 %= pua.publish
pua.subscribe presentity watcher event expires:int -> -
 Sends a SUBSCRIBE request
 presentity: its URI
 watcher: its URI, which is the contact too
 expires: seconds
 %invalid=invalid|absent=unknown event
"""
