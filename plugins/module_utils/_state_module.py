# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The part that all state modules have in common: options, run, result. Private to this
# collection.

from __future__ import annotations

from ._ctl import argument_spec, visible
from ._state import apply
from ._work import Work


def state_spec(**options):
    """Return a state module's options: its own, and those of the fragments."""
    return argument_spec(
        busy_timeout={"type": "float", "default": 60},
        warn_lost={"type": "bool", "default": True},
        **options,
    )


def state_work(build, options, **conditions):
    """Return the Work of a state module.

    :param build: gets the options and returns the Area.
    :param options: those that are the module's own.
    :param conditions: further arguments of AnsibleModule.
    """

    def prepare(params):
        area = build(params)

        def job(endpoint, setting):
            wait = params["busy_timeout"]
            result = apply(area, endpoint, setting.check_mode, wait, pause=endpoint.pause)
            return finished(result, endpoint, params, setting)

        return job

    return Work(state_spec(**options), prepare, **conditions)


def finished(result, endpoint, params, setting):
    """Complete a result of the engine."""
    result["endpoint"] = visible(endpoint.address)
    lost = result.pop("lost", "")
    if lost and params["warn_lost"] and not setting.check_mode:
        result["warnings"].append(
            "This change is lost when Kamailio is restarted, unless %s" % lost
        )
    if setting.diff:
        result["diff"] = {"before": result["before"] or {}, "after": result["after"] or {}}
    return result
