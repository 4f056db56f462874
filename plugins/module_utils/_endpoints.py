# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

# One task at many endpoints at once. Private to this collection.
#
# Threads and not asyncio, since the engine of the state modules is written once and waits for its
# calls: at 1,000 endpoints both take about the same time.

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor

from ._endpoint import Endpoint, failure, run_job
from .binrpc.batches import Batches
from .binrpc.config import load_config
from .binrpc.errors import BinrpcError
from .binrpc.printable import listed

SHOWN = 5
"""Maximum number of endpoint names listed in a message."""


def addresses(endpoints, config_file=None):
    """Return name -> address for what the option endpoints holds.

    :param endpoints: such a mapping, or names of the shared configuration and addresses in a
        list, or in a text with commas, as wrong_endpoints() lets it pass.
    :raises BinrpcError, ValueError: an element is neither an address nor a known name.
    """
    if hasattr(endpoints, "items"):
        return {str(name): address for name, address in endpoints.items()}
    if isinstance(endpoints, str):
        endpoints = [part.strip() for part in endpoints.split(",") if part.strip()]
    return load_config(config_file).select(endpoints)


class Place:
    """One endpoint of a task, and what it has to do there."""

    def __init__(self, name, endpoint, job):
        self.name = name
        self.endpoint = endpoint
        self.job = job

    def result(self, **members):
        return {
            "name": self.name,
            "endpoint": self.endpoint.address,
            "changed": False,
            "failed": False,
            **members,
        }

    def run(self, setting):
        """Do it, and return the result whatever happens."""
        try:
            return self.result(**run_job(self.job, self.endpoint, setting))
        except Exception as error:  # noqa: BLE001  (the results of the others must not get lost)
            text = "unexpected error, and whether something was changed is unknown: %r"
            return self.result(
                failed=True,
                changed=True,
                msg=text % (error,),
                exception=traceback.format_exc(),
            )

    def skipped(self):
        return self.result(skipped=True, msg="Not called, since too many before it had failed")


def run_everywhere(task, params, setting):
    """Run a Task at each of the endpoints, and return the result of the task."""
    try:
        chosen = addresses(params["endpoints"], params["config_file"])
        batches = Batches(
            list(chosen), params["serial"], params["max_fail_percentage"], params["deadline"]
        )
        places = {
            name: Place(
                name,
                Endpoint(params, address, batches.limit, setting.secrets, setting.connect),
                task.prepare(params),
            )
            for name, address in chosen.items()
        }
    except (BinrpcError, ValueError) as error:
        return failure(error)
    if setting.log:
        # Many at once would be confusing, and threads must not share it.
        setting.log = None
    results = []
    with _threads(params["forks"], len(places)) as threads:
        try:
            for batch in batches:
                for result in threads.map(lambda name: places[name].run(setting), batch):
                    batches.count(failed=result["failed"])
                    results.append(result)
        except BaseException:
            batches.limit.stop()  # what has not started will not; leaving awaits what has
            raise
    results += [places[name].skipped() for name in batches.skipped]
    return summary(results, batches.stopped)


def _threads(forks, count):
    return ThreadPoolExecutor(max(1, min(forks, count)))


def summary(results, stopped):
    """Return the result of the task from those of the endpoints.

    :param stopped: too many failed.
    """
    counts = {
        name + "_count": sum(bool(each.get(name)) for each in results)
        for name in ("changed", "failed", "skipped")
    }
    whole = {
        "changed": counts["changed_count"] > 0,
        "failed": stopped,
        "results": results,
        "warnings": [],
        **counts,
    }
    if not results:
        whole.update(skipped=True, skip_reason="There is no endpoint in endpoints")
    failures = [each for each in results if each["failed"]]
    if failures:
        text = "%d of %d endpoints failed. %s" % (
            len(failures),
            len(results),
            "; ".join(grouped((each, each["msg"]) for each in failures)),
        )
        if counts["skipped_count"]:
            text += ". %d were not called after that" % counts["skipped_count"]
        if stopped:
            whole["msg"] = text
        else:
            whole["warnings"].append(text)
    warnings = [(each, text) for each in results for text in each.pop("warnings", [])]
    whole["warnings"] += grouped(warnings, len(results))
    if any("diff" in each for each in results):
        whole["diff"] = [
            diff for each in results for diff in _with_name(each) if diff["before"] != diff["after"]
        ]
    return whole


def grouped(pairs, total=0):
    """Return texts, each once and with the names of the endpoints that it is about.

    :param pairs: results of endpoints and texts.
    :param total: number of all endpoints; a message about all of them lists no names.
    """
    groups = {}
    for result, text in pairs:
        # What differs from endpoint to endpoint is its address.
        shape = text.replace(result["endpoint"], "the endpoint")
        groups.setdefault(shape, []).append(result["name"])
    lines = []
    for text, names in sorted(groups.items(), key=lambda item: -len(item[1])):
        if len(names) == total > 1:
            lines.append(text)
            continue
        lines.append("%s: %s" % (listed(names, SHOWN), text))
    return lines


def _with_name(result):
    diffs = result.get("diff", [])
    for diff in [diffs] if isinstance(diffs, dict) else diffs:
        named = dict(diff)
        for side in ("before_header", "after_header"):
            header = diff.get(side)
            named[side] = "%s: %s" % (result["name"], header) if header else result["name"]
        yield named
