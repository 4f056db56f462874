#!/usr/bin/python

# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kamailio_rpc
short_description: Call RPC methods of a running Kamailio
version_added: 0.1.0
author:
  - The kamailio-binrpc authors (@kamailio-binrpc)
description:
  - Calls any RPC method of a running Kamailio through its C(ctl) module, as C(kamcmd) does.
  - A method that is known to only read never reports a change, and also runs in check mode.
  - Any other method is assumed to change something. With O(probe), the method runs only if
    necessary, its effect is verified afterwards, and check mode and diff mode are supported.
  - Changes are lost when Kamailio restarts, unless they are also written to its configuration or
    database.
extends_documentation_fragment:
  - kamailio.ctl.ctl
  - kamailio.ctl.endpoints
  - kamailio.ctl.state.unused
  - kamailio.ctl.attributes
attributes:
  check_mode:
    support: full
    details:
      - Methods that only read are called, others are not. Without O(probe), other methods are
        reported as changed.
      - In a batch, probes see the current state of the server, without the earlier changes of the
        batch.
  diff_mode:
    support: partial
    details: Requires O(probe), whose results before and after are the diff.
  idempotent:
    support: partial
    details: Requires O(probe), unless the method only reads.
options:
  method:
    description:
      - Name of the RPC method. C(system.listMethods) lists the methods of a server.
    type: str
    version_added: 0.1.0
  params:
    description:
      - Parameters of the method. Always use a list, because Ansible converts a single number to a
        string and splits a single string at commas.
      - Types matter. Integers, floating-point numbers and strings are sent as such, and booleans as
        V(1) or V(0). A string remains a string even if it consists of digits.
      - To force a type, use a mapping with C(type), which is V(str), V(int), V(float), V(bool) or
        V(bytes), and C(value). Write bytes as hexadecimal digits. The type V(escaped) is a string
        in which the escapes of results, such as C(\xff), stand for bytes.
      - Force the type of values from templates. With ansible-core 2.18, C("{{ number | int }}")
        arrives as a string.
      - If the collection does not know the method, it asks the server for the types with
        C(system.methodSignature). Kamailio up to 6.1 does not report them. In this case, strings
        that look like numbers are sent as strings, with a warning, unless their type is forced.
    type: list
    elements: raw
    version_added: 0.1.0
  mutates:
    description:
      - Whether the method changes something.
      - With V(auto), the collection uses its table of methods that only read, and assumes that any
        other method changes something.
    type: str
    choices: [auto, always, never]
    default: auto
    version_added: 0.1.0
  probe:
    description:
      - Another call, which determines whether O(method) needs to run.
      - If its result is as expected, nothing else is called and nothing changes.
      - Otherwise O(method) is called, and then the probe again. The task fails if its result is
        still not as expected.
    type: dict
    version_added: 0.1.0
    suboptions: &probe
      method:
        description: Name of the method. It must not change anything.
        type: str
        required: true
        version_added: 0.1.0
      params:
        description: Parameters of the method, as in O(params).
        type: list
        elements: raw
        version_added: 0.1.0
      mutates:
        description:
          - Set this to V(never) for a method that only reads, but that the collection does not
            know.
        type: str
        choices: [auto, always, never]
        default: auto
        version_added: 0.1.0
      path:
        description:
          - Path to a value in the reply, as steps separated by dots. A step is the name of a
            member, a position in a list, or V([NAME=text]), which selects the first item of a list
            whose member NAME has this text. NAME can be a path as well.
          - For example V(item.value), or V(RECORDS.[SET.ID=1].SET.TARGETS.0.DEST.FLAGS).
          - The path starts at the value of the reply, or at the list of values if the reply does
            not have exactly one.
          - Without a path, the whole value is compared.
        type: str
        version_added: 0.1.0
      expect:
        description:
          - Expected result of the probe. Types matter, so V(5) and V('5') differ, but V(5) and
            V(5.0) do not.
          - A mapping may omit members. A list must be complete.
          - A mapping with C(type) and C(value) forces a type, as in O(params).
          - Exactly one of O(probe.expect) and O(probe.fault) is required.
        type: raw
        version_added: 0.1.0
      fault:
        description:
          - Fault that the probe is expected to return, to verify that something does not exist.
            This is a fault code, a part of the fault text in upper or lower case, or a value of
            RV(fault.kind) such as V(not_found).
        type: raw
        version_added: 0.1.0
      ignore_faults:
        description:
          - Faults of the probe, as in O(probe.fault), after which O(method) is called.
          - With O(probe.expect), this always includes the kind V(not_found). With any other fault
            of the probe, the task fails before anything is changed.
        type: list
        elements: raw
        version_added: 0.1.0
  ignore_faults:
    description:
      - Faults of the method that do not cause the task to fail. Each is a fault code, a part of the
        fault text in upper or lower case, or a value of RV(fault.kind).
    type: list
    elements: raw
    version_added: 0.1.0
  calls:
    description:
      - Several calls over one connection, in order. The first failure ends the task.
      - Exactly one of O(method) and O(calls) is required.
    type: list
    elements: dict
    version_added: 0.1.0
    suboptions:
      method:
        description: See O(method).
        type: str
        required: true
        version_added: 0.1.0
      params:
        description: See O(params).
        type: list
        elements: raw
        version_added: 0.1.0
      mutates:
        description: See O(mutates).
        type: str
        choices: [auto, always, never]
        default: auto
        version_added: 0.1.0
      probe:
        description: See O(probe).
        type: dict
        version_added: 0.1.0
        suboptions: *probe
      ignore_faults:
        description: See O(ignore_faults).
        type: list
        elements: raw
        version_added: 0.1.0
  reveal:
    description:
      - Show secrets in replies, such as the passwords in C(uac.reg_dump). By default, they are
        replaced with C((hidden\)) everywhere in the result.
      - This also shows secrets of O(params) in the result if the server returns them. The
        invocation and logs never contain them.
      - Use this with C(no_log), and register the result.
    type: bool
    default: false
    version_added: 0.1.0
seealso:
  - module: kamailio.ctl.kamailio_ctl_facts
    description: Gather the version, the modules, the methods and more as Ansible facts.
  - module: kamailio.ctl.kamailio_ctl_info
    description: Read the version, the modules, the methods and more without setting facts.
  - name: Kamailio's RPC methods
    description: The methods of the core and of each module.
    link: https://www.kamailio.org/docs/docbooks/5.6.x/rpc_list/rpc_list.html
"""

EXAMPLES = r"""
- name: Talk to the same endpoint in several tasks
  module_defaults:
    group/kamailio.ctl.kamailio:
      endpoint: tcp:127.0.0.1:2049
      timeout: 10
  block:
    - name: Ask for the version
      kamailio.ctl.kamailio_rpc:
        method: core.version
      register: version

    - name: Show it
      ansible.builtin.debug:
        msg: "{{ version.value }}"

- name: Switch a feature on, unless it is on already
  kamailio.ctl.kamailio_rpc:
    method: htable.seti
    params: [features, recording, 1]
    probe:
      method: htable.get
      params: [features, recording]
      path: item.value
      expect: 1

- name: Send a number that came out of a template, and a text of digits
  kamailio.ctl.kamailio_rpc:
    method: htable.setxs
    params:
      - limits
      - "0049"
      - "100"
      - type: int
        value: "{{ lifetime }}"

- name: Delete an entry, if there is one
  kamailio.ctl.kamailio_rpc:
    method: htable.delete
    params: [features, recording]
    probe:
      method: htable.get
      params: [features, recording]
      fault: not_found

- name: Set a configuration variable
  kamailio.ctl.kamailio_rpc:
    method: cfg.seti
    params: [core, debug, 3]
    probe:
      method: cfg.get
      params: [core, debug]
      expect: 3

- name: Take a gateway out of service
  kamailio.ctl.kamailio_rpc:
    method: dispatcher.set_state
    params: [dx, 1, "sip:192.0.2.10:5060"]
    probe:
      method: dispatcher.list
      path: RECORDS.[SET.ID=1].SET.TARGETS.[DEST.URI=sip:192.0.2.10:5060].DEST.FLAGS
      expect: DX

- name: Reload, and do not mind a reload that is under way
  kamailio.ctl.kamailio_rpc:
    method: dispatcher.reload
    ignore_faults: [ongoing reload]

- name: Several calls over one connection
  kamailio.ctl.kamailio_rpc:
    calls:
      - method: core.uptime
      - method: htable.sets
        params: [greetings, de, Hallo]
      - method: stats.get_statistics
        params: [all]
  register: batch

- name: Show all values of the last one
  ansible.builtin.debug:
    # Not batch.results[2].values, which is a method of dictionaries in Jinja.
    var: batch.results[2]['values']

- name: Ask all servers of the inventory in one task
  kamailio.ctl.kamailio_rpc:
    endpoints: "{{ dict(servers | zip(servers | map('extract', hostvars, 'ctl_endpoint'))) }}"
    method: core.uptime
  vars:
    servers: "{{ groups['sbc'] }}"
  run_once: true
  register: uptimes

- name: Reach a port of the host that only it can reach
  kamailio.ctl.kamailio_rpc:
    endpoint: tcp:10.0.0.5:2049
    run_on: host
    method: core.version
"""

RETURN = r"""
value:
  description:
    - The value of the reply if the reply has exactly one, otherwise null.
    - All values, in order, are in the list C(values), which is empty if there was no reply. In
      templates, write C(result['values']), because C(result.values) is a method of dictionaries in
      Jinja.
    - Values have the same form as in Kamailio's own JSON-RPC.
  returned: when O(method) is given
  type: raw
  sample: "kamailio 5.6.3 (x86_64/linux) "
fault:
  description:
    - The fault that the server returned, even if O(ignore_faults) accepts it. Null if there was
      none.
    - If the probe caused the task to fail, the fault of the probe. With O(calls), the fault that
      caused the task to fail.
  returned: always
  type: dict
  contains:
    # include: fault
    code:
      description: Fault code. Modules of Kamailio use codes inconsistently, so prefer C(kind).
      returned: always
      type: int
    text:
      description: Fault text, as the server sent it.
      returned: always
      type: str
    kind:
      description:
        - Meaning of the fault, derived from its code, its text and the method. One of
          V(method_not_found), V(too_fast), V(busy), V(invalid_params), V(not_found),
          V(already_exists), V(reply_too_large), V(struct_too_large), or V(fault) for any other.
      returned: always
      type: str
    remedy:
      description: Advice on how to fix the problem, or an empty string.
      returned: always
      type: str
    # end: fault
  sample:
    code: 500
    text: No such htable
    kind: not_found
    remedy: ""
executed:
  description:
    - Whether the server has run O(method). V(unknown) if the connection was lost, or the time
      limit was reached, before the answer arrived.
    - With O(calls), V(unknown) if that applies to any of the calls, otherwise V(yes) if any has
      run.
  returned: always
  type: str
  choices: ['yes', 'no', unknown]
changed:
  description:
    - Whether anything changed, or would change in check mode. Also true if a method that changes
      something may have run without an answer.
  returned: always
  type: bool
method:
  description: Name of the RPC method.
  returned: when O(method) is given
  type: str
  sample: core.version
# include: endpoint
endpoint:
  description: Full address of the endpoint.
  returned: always
  type: str
  sample: unixs:/run/kamailio/kamailio_ctl
# end: endpoint
probe:
  description:
    - Result of O(probe). A fault appears as a mapping with the single key C(fault).
  returned: when O(probe) is given and could be run
  type: dict
  contains:
    before:
      description: Result of the probe before the call.
      type: raw
      returned: always
    after:
      description: Result of the probe after the call, or the result that check mode predicts.
      type: raw
      returned: always
    matched:
      description: Whether the result before the call was the expected one.
      type: bool
      returned: always
  sample:
    before: {fault: 500 Key name doesn't exist in htable.}
    after: 1
    matched: false
results:
  description:
    - With O(calls), one result per call. Each has the return values of a task with that O(method),
      and C(failed). Calls after the first failure are not executed, and C(msg) says so.
    - With O(endpoints), one result per endpoint, in the order of O(endpoints). Each has the return
      values of a task with that O(endpoint), so the results of O(calls) are in C(results) of an
      endpoint. It also has C(name), which is the name of the endpoint, or its address as given.
      C(skipped) is true if the endpoint was skipped because too many others had failed.
  returned: when O(calls) or O(endpoints) is given
  type: list
  elements: dict
  sample:
    - method: core.pwd
      values: [/]
      value: /
      fault: null
      executed: 'yes'
      changed: false
      failed: false
# include: counts
changed_count:
  description: Number of endpoints at which something changed, or would change in check mode.
  returned: when O(endpoints) is given
  type: int
failed_count:
  description: Number of endpoints at which the task failed.
  returned: when O(endpoints) is given
  type: int
skipped_count:
  description: Number of endpoints that were skipped because too many others had failed.
  returned: when O(endpoints) is given
  type: int
# end: counts
"""

from ansible_collections.kamailio.ctl.plugins.module_utils._task import Task
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.call import (
    Call,
    remember_secrets,
    run_all,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.drive import drive
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.desired.options import (
    Option,
    Options,
)
from ansible_collections.kamailio.ctl.plugins.module_utils.binrpc.errors import EncodeError


def call_fields(method_required):
    """Return the options that describe one call."""

    def common(required):
        return {
            "method": Option(required=required),
            "params": Option("list", elements="raw", empty="no parameters"),
            "mutates": Option(choices=["auto", "always", "never"], default="auto"),
            "ignore_faults": Option("list", elements="raw", empty="no fault"),
        }

    probe = {
        "path": Option(empty="the whole value"),
        "expect": Option("raw", empty="that value"),
        "fault": Option("raw"),
        **common(True),
    }
    return {"probe": Option("dict", options=probe), **common(method_required)}


def calls_of(params):
    """Return the calls of the task, checked as far as that goes without a server."""
    batch = params["calls"]
    calls = []
    for number, options in enumerate([params] if batch is None else batch, 1):
        try:
            calls.append(Call(options, params["reveal"]))
        except EncodeError as error:
            place = "" if batch is None else "call %d of %d, " % (number, len(batch))
            raise EncodeError("%s%s: %s" % (place, options["method"], error)) from error
    return calls


def summary(results):
    """Return the result of a batch from those of its calls."""
    executed = [result["executed"] for result in results]
    whole = {
        "results": results,
        "changed": any(result["changed"] for result in results),
        "executed": next((word for word in ("unknown", "yes") if word in executed), "no"),
        "fault": None,
        "failed": False,
    }
    for number, result in enumerate(results, 1):
        if result["failed"]:
            whole["failed"] = True
            whole["fault"] = result["fault"]
            whole["msg"] = "call %d of %d: %s" % (number, len(results), result["msg"])
            rest = len(results) - number
            if rest == 1:
                whole["msg"] += ". The call after it was not executed"
            elif rest:
                whole["msg"] += ". The %d calls after it were not executed" % rest
    return whole


def prepare(params):
    calls = calls_of(params)

    def job(endpoint, setting):
        results = drive(run_all(calls, setting.check_mode), endpoint)
        diffs = [result.pop("diff") for result in results if "diff" in result]
        warnings = [text for result in results for text in result.pop("warnings", [])]
        result = results[0] if params["calls"] is None else summary(results)
        result["endpoint"] = endpoint.address
        if warnings:
            result["warnings"] = list(dict.fromkeys(warnings))
        if setting.diff and diffs:
            result["diff"] = diffs[0] if params["calls"] is None else diffs
        return result

    return job


TASK = Task(
    Options(
        {
            "calls": Option(
                "list", elements="dict", options=call_fields(True), empty="no call is made"
            ),
            "reveal": Option("bool", default=False),
            **call_fields(False),
        },
        mutually_exclusive=[
            ("calls", name) for name in ("method", "params", "probe", "ignore_faults", "mutates")
        ],
        required_one_of=[("calls", "method")],
        required_by={name: ["method"] for name in ("params", "probe", "ignore_faults", "mutates")},
    ),
    prepare,
    remember_secrets=remember_secrets,
)


def main():
    TASK.main()


if __name__ == "__main__":
    main()
