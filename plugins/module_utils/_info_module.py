# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What information modules have in common. Private to this collection.

from __future__ import annotations

from ._task import Task
from .binrpc.desired.drive import drive
from .binrpc.desired.outcome import message
from .binrpc.errors import BinrpcError


def info_task(gather, options):
    """Return the Task of an information module.

    :param gather: gets the options; a generator that a driver runs, which returns members of the
        result. It raises ValueError where the server shows that an option is wrong.
    :param options: its Options.
    """

    def prepare(params):
        def job(endpoint, setting):
            result = {"changed": False, "endpoint": endpoint.address}
            try:
                result.update(drive(gather(params), endpoint))
            except (BinrpcError, ValueError) as error:
                result.update(failed=True, msg=message(error))
            return result

        return job

    return Task(options, prepare)
