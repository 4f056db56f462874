# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""A module ships nothing that it never imports, and needs nothing that it does not ship.

Each module runs from its payload alone, with calls that together use what it has: a change, many
endpoints, a fault. What is imported then is compared with what is shipped.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from kamailio_binrpc.core.lab.server import LabServer

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import payload  # noqa: E402

# Calls of each module, besides those that every module gets.
CALLS: dict[str, list[dict[str, Any]]] = {
    "kamailio_cfg": [{"group": "core", "name": "debug", "value": 3}],
    "kamailio_ctl_facts": [{}],
    "kamailio_ctl_info": [{}],
    "kamailio_debug_level": [{"level": 1}, {"module": "dispatcher", "level": 3}],
    "kamailio_dialog": [
        {"state": "drained", "wait_timeout": 0.2, "poll": 0.1},
        {"state": "terminated", "callid": "nosuch"},
    ],
    "kamailio_dispatcher_destination": [{"set_id": 1, "uri": "sip:192.0.2.13:5060"}],
    "kamailio_dispatcher_state": [{"set_id": 2, "all": True, "state": "disabled"}],
    "kamailio_htable": [{"table": "nosuch", "items": {"a": 1}}],
    "kamailio_htable_item": [{"table": "nosuch", "key": "a", "value": 1}],
    "kamailio_cfg_info": [{"group": "core"}],
    "kamailio_dialog_info": [{}],
    "kamailio_dispatcher_info": [{}],
    "kamailio_htable_info": [{}],
    "kamailio_pipelimit_info": [{}],
    "kamailio_uac_info": [{}],
    "kamailio_usrloc_info": [{}],
    "kamailio_permissions_info": [{}],
    "kamailio_pipelimit": [{"name": "p", "algorithm": "TAILDROP", "limit": 20}],
    "kamailio_reload": [{"what": "dispatcher"}],
    "kamailio_rpc": [
        {"method": "core.version", "retries": 1},
        {"method": "htable.get", "params": ["nosuch", "a"]},
        {"method": "dispatcher.reload"},
    ],
    "kamailio_rtpengine_node": [{"url": "udp:192.0.2.40:2223", "state": "disabled"}],
    "kamailio_shv": [{"name": "nosuch", "value": 1}],
    "kamailio_state": [
        {"document": {"version": 1, "pv": {"shv": {"maintenance": 1}}}},
        {"document": {"version": 1, "dispatcher": {"1": {"destinations": [{"uri": "sip:h"}]}}}},
        {"state": "confirmed", "id": ["nothing"]},
    ],
    "kamailio_stats_info": [{"names": ["shmem:"]}],
    "kamailio_toggle": [{"what": "siptrace", "enabled": True}],
    "kamailio_uac_registration": [{"l_uuid": "trunk-1", "state": "absent"}],
    "kamailio_usrloc_contact": [{"aor": "a", "contact": "sip:192.0.2.70:5060"}],
    "kamailio_wait_for": [{"method": "core.uptime"}],
}

CORE = "plugins/module_utils/binrpc/"

# Shipped, and imported by none of these calls, with the reason.
LATE = {
    CORE + "catalogue/__init__.py": "imported with the first fault",
    CORE + "catalogue/meanings.py": "imported with the first fault",
    CORE + "pacing.py": "imported with the first call that rebuilds what SIP workers read",
    CORE + "suggest.py": "imported when the name of an endpoint is not configured",
}

# Shipped with one module alone, with the reason.
EXCUSED = {
    "kamailio_ctl_facts": {
        # One class of tasks serves it and kamailio_ctl_info, which takes many endpoints.
        *(CORE + "config.py", "plugins/module_utils/_endpoints.py"),
    },
    "kamailio_state": {
        # Imported when a change is undone from its journal, by itself or by its guardian.
        *(CORE + "desired/kinds.py", CORE + "desired/toggle.py", CORE + "desired/dialog.py"),
        *(CORE + "desired/calls.py", CORE + "state/guardian.py"),
    },
}


def build(module: str, path: Path) -> None:
    """Write the payload as Ansible has it."""
    with zipfile.ZipFile(path, "w") as archive:
        for each in payload.files(module):
            name = each.relative_to(ROOT).as_posix()
            archive.write(each, f"ansible_collections/kamailio/ctl/{name}")
        for package in ("", "kamailio/", "kamailio/ctl/", "kamailio/ctl/plugins/"):
            archive.writestr(f"ansible_collections/{package}__init__.py", "")
        for package in ("modules", "module_utils"):
            archive.writestr(f"ansible_collections/kamailio/ctl/plugins/{package}/__init__.py", "")


def calls_of(module: str, address: str) -> list[dict[str, Any]]:
    calls = [{**options, "endpoint": address} for options in CALLS[module]]
    if module == "kamailio_rpc":
        calls.append({**CALLS[module][0], "endpoints": "nosuch"})
    if module != "kamailio_ctl_facts":  # facts of many servers have no place
        calls.append({**CALLS[module][0], "endpoints": {"a": address}})
    return calls


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The imports of each module, and those that its calls add, by module."""
    folder = tmp_path_factory.mktemp("payload")
    jobs = []
    with LabServer(f"unix:{folder}/ctl").running_in_thread() as lab:
        for module in payload.names():
            build(module, folder / f"{module}.zip")
            jobs.append([f"{folder}/{module}.zip", module, calls_of(module, lab.addresses[0])])
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name("payload_run.py")],
            input=json.dumps(jobs),
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stderr == ""
    return {each["module"]: each for each in map(json.loads, done.stdout.splitlines())}


def test_every_module_is_tried():
    assert sorted(CALLS) == payload.names()


@pytest.mark.parametrize("module", payload.names())
def test_what_is_shipped_is_imported(module, found):
    shipped = {path.relative_to(ROOT).as_posix() for path in payload.files(module)}
    for result in found[module]["results"]:
        assert "Unsupported parameters" not in result.get("msg", ""), result
        assert "missing required" not in result.get("msg", ""), result
    imported = {name for name in found[module]["files"] if not name.endswith("s/__init__.py")}
    assert imported - shipped == set()
    waste = shipped - imported - set(LATE)
    assert waste == EXCUSED.get(module, set()), f"{module} ships what it never imports"


def test_what_is_late_is_imported_somewhere(found):
    assert set(LATE) <= set(found["kamailio_rpc"]["files"])


def test_the_payload_is_small():
    shipped = {module: payload.files(module) for module in payload.names()}
    sizes = {module: payload.zipped(paths) for module, paths in shipped.items()}
    built = {module: payload.zipped(paths, built=True) for module, paths in shipped.items()}
    # In the place of a dozen tasks.
    assert sizes.pop("kamailio_state") <= 246_000
    assert built.pop("kamailio_state") <= 179_000
    assert sizes["kamailio_rpc"] <= 127_000
    assert max(sizes.values()) <= 150_000
    assert built["kamailio_rpc"] <= 87_000
    assert max(built.values()) <= 102_000
