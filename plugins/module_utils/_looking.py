# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# What information modules have in common. Private to this collection.

from __future__ import annotations

from ._ctl import argument_spec, message, visible
from ._state import Server
from ._work import Work
from .binrpc.errors import BinrpcError


def looking_work(gather, **options):
    """Return the Work of an information module.

    :param gather: gets a Server and the options, and returns members of the result.
    """

    def prepare(params):
        def job(endpoint, setting):
            result = {"changed": False, "endpoint": visible(endpoint.address)}
            try:
                result.update(visible(gather(Server(endpoint), params)))
            except BinrpcError as error:
                result.update(failed=True, msg=visible(message(error)))
            return result

        return job

    return Work(argument_spec(**options), prepare)
