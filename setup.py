# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The compiled decoder; all else about the package is in pyproject.toml.

It is optional: without a compiler, or where it does not compile, the package installs without
it. KAMAILIO_BINRPC_PUREPYTHON=1 leaves it out, which gives a wheel for every platform.
"""

from __future__ import annotations

import os

from setuptools import Extension, setup

SPEEDUPS = Extension(
    "kamailio_binrpc._speedups", ["sdk/kamailio_binrpc/_speedups.c"], optional=True
)
PURE = os.environ.get("KAMAILIO_BINRPC_PUREPYTHON") == "1"

setup(ext_modules=[] if PURE else [SPEEDUPS])
