# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# The part that all state modules have in common: options, run, result. Private to this
# collection.

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ._ctl import argument_spec, open_endpoint, visible
from ._state import StateError, apply
from .binrpc.errors import EncodeError


def state_spec(**options):
    """Return a state module's options: its own, and those of the fragments ctl and state."""
    return argument_spec(
        busy_timeout={"type": "float", "default": 60},
        warn_lost={"type": "bool", "default": True},
        **options,
    )


def run_module(build, options, **conditions):
    """Run a state module.

    :param build: gets the module's options and returns the Area.
    :param conditions: further arguments of AnsibleModule.
    """
    module = AnsibleModule(
        argument_spec=state_spec(**options), supports_check_mode=True, **conditions
    )
    try:
        area = build(module.params)
    except (StateError, EncodeError) as error:
        module.fail_json(msg=visible(str(error)))
    with open_endpoint(module) as endpoint:
        result = apply(area, endpoint, module.check_mode, module.params["busy_timeout"])
        finish(module, endpoint, result)


def finish(module, endpoint, result):
    """End the module with a result of the engine."""
    result["endpoint"] = visible(endpoint.address)
    for warning in result.pop("warnings", []):
        module.warn(warning)
    lost = result.pop("lost", "")
    if lost and module.params["warn_lost"] and not module.check_mode:
        module.warn("This change is lost when Kamailio is restarted, unless %s" % lost)
    if module._diff:
        result["diff"] = {"before": result["before"] or {}, "after": result["after"] or {}}
    if result["failed"]:
        module.fail_json(**result)
    module.exit_json(**result)
