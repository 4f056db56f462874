# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The part that all state modules have in common: options, run, result. Private to this
# collection.

from __future__ import annotations

from ._task import Task
from .binrpc.desired.engine import apply


def state_task(kind):
    """Return the Task of a state module.

    :param kind: a Kind of the core.
    """

    def prepare(params):
        resource = kind.build(params)

        def job(endpoint, setting):
            wait = params["busy_timeout"]
            result = apply(resource, endpoint, setting.check_mode, wait, pause=endpoint.pause)
            return finished(result, endpoint, params, setting)

        return job

    return Task(kind.options, prepare)


def finished(result, endpoint, params, setting):
    """Complete a result of the engine."""
    result["endpoint"] = endpoint.address
    persisted_by = result.pop("persisted_by", "")
    if persisted_by and params["warn_lost"] and not setting.check_mode:
        result["warnings"].append(
            "This change is lost when Kamailio is restarted, unless %s" % persisted_by
        )
    if setting.diff:
        result["diff"] = {"before": result["before"] or {}, "after": result["after"] or {}}
    return result
