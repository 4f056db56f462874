# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Compile the decoder as it is in the work tree, away from it.

An installed copy may be older than the source, or be none at all.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

import kamailio_binrpc

SOURCE = Path(kamailio_binrpc.__file__).with_name("_speedups.c")
HEADERS = Path(sysconfig.get_path("include"))


def compiler():
    """Return the command of the C compiler, or [] where there is none."""
    known = os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc"
    for command in (shlex.split(known), ["cc"], ["gcc"], ["clang"]):
        if shutil.which(command[0]):
            return command
    return []


def why_not():
    """Say why nothing can be compiled here, or return ""."""
    if not compiler():
        return "NOT TESTED: no C compiler"
    if not (HEADERS / "Python.h").is_file():
        return f"NOT TESTED: no {HEADERS}/Python.h"
    return ""


def build(folder, *flags):
    """Compile into ``folder``, with every warning an error, and return the file."""
    target = folder / ("_speedups" + sysconfig.get_config_var("EXT_SUFFIX"))
    warnings = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Wno-sign-conversion", "-Werror"]
    command = [*compiler(), *warnings, "-g", *flags, "-fPIC", "-shared", "-isystem", str(HEADERS)]
    done = subprocess.run(
        [*command, str(SOURCE), "-o", str(target)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return target


def load(path):
    """Import the compiled module from a file; sys.modules does not change."""
    spec = importlib.util.spec_from_file_location("kamailio_binrpc._speedups", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
