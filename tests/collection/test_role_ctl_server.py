# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role ctl_server, with a small service manager instead of a host."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from tests.collection.role_host import LONG, RoleHost

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="the role gives files to root"),
]


class Host(RoleHost):
    """A folder with lab servers."""

    def __init__(self, folder: Path, collections: Path) -> None:
        super().__init__(folder, collections)
        self.variables |= {"ctl_server_python": sys.executable}
        self.places = {
            "__ctl_server_program": f"{folder}/lib/kamailio-lab.pyz",
            "__ctl_server_settings": f"{folder}/settings",
            "__ctl_server_unit": f"{folder}/units/kamailio-lab@.service",
            "__ctl_server_record": f"{folder}/records/operators.json",
        }


@LONG
def test_a_lab_server_runs_with_what_is_written(folder: Path, collections: Path) -> None:
    with Host(folder, collections) as host, socket.create_server(("127.0.0.1", 0)) as taken:
        host.environment["TAKEN_PORT"] = str(taken.getsockname()[1])
        host.play("ctl_server.yml")
