# Copyright: The kamailio-binrpc authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    # The options of what runs on the controller: plugin_utils/_controller.py reads them.
    DOCUMENTATION = r"""
options:
  config:
    description:
      - File with the names of endpoints and groups. The command-line tool C(kamrpc) and the Python
        library read the same file.
      - The default is the file in the environment variable E(KAMRPC_CONFIG), otherwise
        C(kamrpc/config.ini) in E(XDG_CONFIG_HOME) (C(~/.config) by default) or in C(/etc). A
        missing file is not an error.
      - This is an INI file with C(name = address) in the section C([endpoints]),
        C(name = endpoint group) in C([groups]), and C(endpoint), C(timeout) and C(connect_wait) in
        C([defaults]).
    type: path
    version_added: 0.1.0
  timeout:
    description:
      - Time limit for one call in seconds, including name resolution, connecting, sending and
        receiving.
      - The default is the value in O(config), otherwise 5.
    type: float
    version_added: 0.1.0
  connect_wait:
    description:
      - Additional seconds to keep trying while no server listens, for servers that are still
        starting.
      - The default is the value in O(config), otherwise 0.
    type: float
    version_added: 0.1.0
requirements:
  - Python 3.11 or later on the controller
notes:
  - This plugin runs on the controller, so unix sockets are those of the controller.
  - Kamailio must have its C(ctl) module loaded. Nothing else is needed on the server.
"""
