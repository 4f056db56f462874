# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Stand-in for the pip bootstrap script that ansible-test downloads.

Every Python brings pip in ensurepip, so the sanity environments need no download from
outside the package index.
"""

from __future__ import annotations

import subprocess
import sys

# In a child process: in this one ensurepip would switch pip's configuration files off.
subprocess.check_call([sys.executable, "-m", "ensurepip"], stdout=subprocess.DEVNULL)
ARGS = [arg for arg in sys.argv[1:] if arg not in {"--no-setuptools", "--no-wheel"}]
sys.exit(subprocess.call([sys.executable, "-m", "pip", "install", "-q", *ARGS]))
