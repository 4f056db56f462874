# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the role kamailio_ctl has Kamailio check a configuration."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from tests.collection.conftest import ROOT

MARKED = r'^include_file ".*" # added by the Ansible role kamailio\.ctl\.kamailio_ctl'
OWN = r'^\s*(?:include|import)_file\s+"kamailio_ctl\.cfg"'
EXEC = "{ path=/usr/sbin/kamailio ; argv[]=%s ; ignore_errors=no ; start_time=[n/a] ; pid=0 }"


@pytest.fixture(scope="module")
def trial() -> ModuleType:
    path = ROOT / "roles" / "kamailio_ctl" / "files" / "trial.py"
    spec = importlib.util.spec_from_file_location("trial", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "command, arguments",
    [
        (
            "/usr/sbin/kamailio -P /run/kamailio/kamailio.pid -f $CFGFILE -m $SHM_MEMORY -A A=1",
            ["-m", "$SHM_MEMORY", "-A", "A=1"],
        ),
        ("/usr/sbin/kamailio -DD -f/etc/kamailio.cfg -P/run/pid", ["-DD"]),
        ('/usr/sbin/kamailio -A "A=1 2"', ["-A", "A=1 2"]),
        ("/usr/sbin/kamailio -A it's", ["-A", "it's"]),
        # With -c a script might start a server.
        ("/usr/local/bin/start-kamailio -m 64", []),
        ("", []),
    ],
)
def test_the_arguments_are_those_of_the_service(
    trial: ModuleType, command: str, arguments: list[str]
) -> None:
    properties = {"ExecStart": [EXEC % command]}
    assert trial.arguments_of(properties, "/usr/sbin/kamailio") == arguments


def test_a_service_that_is_not_there_has_no_arguments(trial: ModuleType) -> None:
    assert trial.arguments_of({}, "/usr/sbin/kamailio") == []


def test_user_environment_and_limits_are_those_of_the_service(trial: ModuleType) -> None:
    properties = {
        "User": ["kamailio"],
        "Group": [""],
        "Environment": ["CFGFILE=/etc/kamailio/kamailio.cfg 'A=1 2'"],
        "EnvironmentFiles": [
            "/etc/default/kamailio (ignore_errors=yes)",
            "/etc/needed (ignore_errors=no)",
        ],
        "LimitNOFILE": ["524288"],
        "LimitNOFILESoft": ["1024"],
        "RuntimeDirectory": ["kamailio"],
    }
    assert trial.settings_of(properties) == [
        "User=kamailio",
        "Environment=CFGFILE=/etc/kamailio/kamailio.cfg 'A=1 2'",
        "EnvironmentFile=-/etc/default/kamailio",
        "EnvironmentFile=/etc/needed",
        "LimitNOFILE=1024:524288",
    ]


@pytest.mark.parametrize(
    "before, after",
    [
        (b"a\n", b'a\n\ninclude_file "/new"\n'),
        (b"a # Gr\xfc\xdfe", b'a # Gr\xfc\xdfe\ninclude_file "/new"\n'),
        (
            b'include_file "/old" # added by the Ansible role kamailio.ctl.kamailio_ctl\nb\n',
            b'include_file "/new"\nb\n',
        ),
        (b'  import_file "kamailio_ctl.cfg"\nb\n', b'include_file "/new"\nb\n'),
        (
            b'include_file "kamailio_ctl.cfg"\nb\n'
            b'include_file "/old" # added by the Ansible role kamailio.ctl.kamailio_ctl\n',
            b'include_file "/new"\nb\n',
        ),
        (
            b'#include_file "kamailio_ctl.cfg"',
            b'#include_file "kamailio_ctl.cfg"\ninclude_file "/new"\n',
        ),
    ],
)
def test_the_settings_are_included_once(
    trial: ModuleType, tmp_path: Path, before: bytes, after: bytes
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(before)
    source.chmod(0o640)
    trial.copy_config(str(source), str(target), [MARKED, OWN], "/new")
    assert target.read_bytes() == after
    assert target.stat().st_mode & 0o7777 == 0o640
