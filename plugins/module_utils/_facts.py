# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What kamailio_ctl_facts and kamailio_ctl_info share. Private to this collection.

from __future__ import annotations

from ._task import Task
from .binrpc.desired.options import Option, Options
from .binrpc.desired.outcome import message
from .binrpc.errors import BinrpcError
from .binrpc.facts import gather, select

SUBSET = Options({"gather_subset": Option("list", elements="str", default=["all"])})


def facts_task(place, together=None):
    """Return the Task of one of the twins.

    :param place: gets the facts and returns members of the result.
    :param together: as for Task.
    """

    def prepare(params):
        try:
            parts = select(params["gather_subset"])
        except ValueError as error:
            raise ValueError("gather_subset: %s" % error) from None

        def job(endpoint, setting):
            try:
                return place(gather(endpoint.call, parts))
            except BinrpcError as error:
                return {"failed": True, "msg": message(error)}

        return job

    return Task(SUBSET, prepare, together)
