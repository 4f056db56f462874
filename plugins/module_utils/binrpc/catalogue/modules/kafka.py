# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of kafka, in the notation of :mod:`.notation`."""

TEXT = """
kafka.stats -> str reads
 Numbers of messages sent and failed, in one text
kafka.stats_topic topic -> str reads
 The same for one topic
 %invalid=required topic|invalid=bad topic name
"""
