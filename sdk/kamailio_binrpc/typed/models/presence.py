# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``presence.*``: published states and who watches them."""

from .base import Count, Model, Size, Text


class Presentity(Model):
    """``presence.presentity_list`` and ``presence.presentity_show``: one published state.

    :ivar expires: when it ends: seconds since 1970, as ``received_time``.
    :ivar received_time: and the rest: in mode ``full`` only.
    :ivar body: the document.
    """

    user: str
    domain: str
    event: Text = None
    etag: Text = None
    sender: Text = None
    expires: Size = 0
    received_time: Size | None = None
    priority: Count | None = None
    ruid: Text = None
    body: Text = None
    hashid: Size | None = None


class Watcher(Model):
    """``presence.watcher_list``: one watcher of an address.

    :ivar expires: when it ends: seconds since 1970.
    :ivar reason: and the rest: in mode ``full`` only.
    """

    pres_uri: str
    to_user: Text = None
    to_domain: Text = None
    from_user: Text = None
    from_domain: Text = None
    watcher_user: Text = None
    watcher_domain: Text = None
    contact: Text = None
    event_id: Text = None
    callid: Text = None
    user_agent: Text = None
    expires: Size = 0
    status: Size = 0
    version: Count = 0
    flags: Size = 0
    reason: Text = None
    to_tag: Text = None
    from_tag: Text = None
    socket: Text = None
    local_contact: Text = None
    record_route: Text = None
    auth_rules: Text = None
    remote_cseq: Size | None = None
    local_cseq: Size | None = None
    recv_event: Count | None = None
    updated: Count | None = None
    updated_winfo: Count | None = None
