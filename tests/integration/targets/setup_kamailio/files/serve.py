# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a Kamailio for as long as a folder exists: serve.py COLLECTION FOLDER."""

from __future__ import annotations

import json
import os
import sys
import time

ROOT, FOLDER = sys.argv[1:]
sys.path.insert(0, ROOT)

from tests.support.kamailio import Kamailio  # noqa: E402

with Kamailio() as server:
    path = os.path.join(FOLDER, "endpoints.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump({"endpoints": list(server.endpoints.values())}, file)
    os.rename(path + ".new", path)
    # Tests that fail remove nothing, hence the limit; setup_kamailio's own is a little longer.
    give_up = time.monotonic() + 900
    while os.path.isdir(FOLDER) and time.monotonic() < give_up:
        time.sleep(0.2)
