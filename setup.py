# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""The compiled decoder; all else about the package is in pyproject.toml.

It is optional: without a compiler, or where it does not compile, the package installs without
it and the wheel is one for every platform. KAMAILIO_BINRPC_PUREPYTHON=1 asks for that wheel.

Free-threaded Pythons get it as well: an extension that is not tested without the GIL would
switch the GIL on again for the whole process.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel

SPEEDUPS = Extension(
    "kamailio_binrpc._speedups",
    ["sdk/kamailio_binrpc/_speedups.c"],
    optional=True,
    # Neither paths of the machine nor what a debugger wants: equal sources make equal wheels.
    extra_compile_args=["-g0"],
    extra_link_args=["-Wl,-s"] if sysconfig.get_platform().startswith("linux") else [],
)
PURE = os.environ.get("KAMAILIO_BINRPC_PUREPYTHON") == "1" or bool(
    sysconfig.get_config_var("Py_GIL_DISABLED")
)


class Wheel(bdist_wheel):
    """A wheel that claims a platform only if it holds something compiled."""

    def run(self) -> None:
        if self.distribution.ext_modules:
            self.run_command("build_ext")
            built = self.get_finalized_command("build_ext").get_outputs()
            if not any(Path(name).exists() for name in built):
                self.distribution.ext_modules = []
                self.root_is_pure = True
        super().run()


setup(ext_modules=[] if PURE else [SPEEDUPS], cmdclass={"bdist_wheel": Wheel})
