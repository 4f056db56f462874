# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""``tls.*``: TLS connections."""

from .base import Count, Model, Text


class TlsInfo(Model):
    """``tls.info``.

    :ivar clear_text_write_queued_bytes: bytes that wait to be encrypted.
    """

    max_connections: Count
    opened_connections: Count
    clear_text_write_queued_bytes: Count = 0


class TlsConnection(Model):
    """``tls.list``: one connection.

    :ivar timeout: seconds until it is closed if nothing comes.
    :ivar ct_wq_size: bytes that wait to be encrypted.
    :ivar enc_rd_buf: bytes that wait to be decrypted.
    :ivar sni: from 5.7 on.
    """

    id: Count
    timeout: Count = 0
    src_ip: str
    src_port: Count
    dst_ip: str
    dst_port: Count
    cipher: Text = None
    ct_wq_size: Count = 0
    enc_rd_buf: Count = 0
    flags: Count = 0
    state: Text = None
    sni: Text = None
