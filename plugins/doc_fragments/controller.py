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
      - The file that names endpoints and groups of them. The command line C(kamrpc) and the Python
        library read the same file.
      - Without it, that is the file in the environment variable E(KAMRPC_CONFIG), otherwise
        C(kamrpc/config.ini) in E(XDG_CONFIG_HOME), which is C(~/.config) unless set, or in C(/etc).
        A missing file is not an error.
      - An INI file, with C(name = address) in the section C([endpoints]), C(name = endpoint group)
        in C([groups]), and C(endpoint), C(timeout) and C(connect_wait) in C([defaults]).
    type: path
    version_added: 0.1.0
  timeout:
    description:
      - Seconds for one call as a whole, which is to resolve, connect, send and receive.
      - Without it, the one in O(config) counts, otherwise 5.
    type: float
    version_added: 0.1.0
  connect_wait:
    description:
      - Further seconds to go on trying while no server listens, for a server that is starting.
      - Without it, the one in O(config) counts, otherwise 0.
    type: float
    version_added: 0.1.0
requirements:
  - Python 3.11 or later on the controller
notes:
  - Runs on the controller, so a unix socket is one of the controller.
  - Kamailio has to load its C(ctl) module. Nothing else is needed on the server.
"""
