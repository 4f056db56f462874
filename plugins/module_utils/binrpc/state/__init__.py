# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Plan, apply, confirm: many resources of a server as one change, with a journal of the way back.

``wish`` says what is wanted, and ``plan`` compares it with what there is. ``run`` makes the change,
and undoes it if something fails. ``journal`` keeps what is needed for that on disk before anything
is sent. ``rollback`` goes back from it in another process, and ``guardian`` does so unless the
change is confirmed. ``transaction`` ties them together for blocking callers.
"""
