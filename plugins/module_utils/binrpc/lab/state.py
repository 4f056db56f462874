# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The state of a lab server, and what it pretends to be: limits, version, processes, clock."""

from __future__ import annotations

import os
import time

from .failures import Failures

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, List, Optional, Tuple

# A series stands for one of its releases.
RELEASES = {"5.6": "5.6.3", "5.7": "5.7.7", "5.8": "5.8.8", "6.0": "6.0.7", "6.1": "6.1.5"}
MASTER = "6.2.0-dev1"

COMPILE_FLAGS = (
    "USE_TCP, USE_TLS, USE_SCTP, TLS_HOOKS, USE_RAW_SOCKS, DISABLE_NAGLE, USE_MCAST, "
    "DNS_IP_HACK, SHM_MMAP, PKG_MALLOC, Q_MALLOC, F_MALLOC, TLSF_MALLOC, DBG_SR_MEMORY, "
    "USE_FUTEX, FAST_LOCK-ADAPTIVE_WAIT, USE_DNS_CACHE, USE_DNS_FAILOVER, USE_NAPTR, "
    "USE_DST_BLOCKLIST, HAVE_RESOLV_RES, TLS_PTHREAD_MUTEX_SHARED"
)


class Process:
    """A row of ``core.psa``: rank is 1 up for workers, negative for special processes."""

    __slots__ = ("description", "pid", "rank", "status")

    def __init__(self, pid: int, description: str, rank: int = -1, status: int = 1) -> None:
        self.pid = pid
        self.description = description
        self.rank = rank
        self.status = status


def parse_version(text: str) -> Tuple[str, Tuple[int, ...]]:
    """Resolve a release or a series to its full name and a tuple to compare.

    :raises ValueError: neither.
    """
    name = MASTER if text == "master" else RELEASES.get(text, text)
    parts = name.partition("-")[0].split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise ValueError(
            "version %r: a release such as 5.6.3, a series (%s) or master"
            % (text, ", ".join(RELEASES))
        )
    return name, tuple(int(part) for part in parts)


class LabState:
    """Shared by every method of one server; change the attributes freely.

    :param version: the Kamailio release to imitate, a series, or ``master``.
    :param faithful: copy what is merely odd about the original; False makes vanishing
        faults visible. Hangs and reads outside buffers are never copied.
    :param autoconversion: convert every parameter, as the modparam does.
    :param body_limit: bytes of the values at the top of a reply.
    :param struct_limit: bytes of one struct's own members.
    :param printf_limit: bytes of a printf value with its NUL.
    :ivar modules: the added modules by name, for methods that look at another's state.
    :ivar failures: what is to go wrong, see :mod:`.failures`.
    """

    def __init__(
        self,
        version: str = "5.6.3",
        faithful: bool = True,
        autoconversion: bool = False,
        body_limit: int = 32 * 1024,
        struct_limit: int = 8 * 1024,
        printf_limit: int = 1024,
    ) -> None:
        self.version, self.release = parse_version(version)
        self.sane = not faithful
        self.autoconversion = autoconversion
        self.body_limit = body_limit
        self.struct_limit = struct_limit
        self.printf_limit = printf_limit
        self.modules: Dict[str, Any] = {}
        self.failures = Failures()
        self.rpc_exec_delta = 0
        """The core parameter of 5.7: seconds between two runs of a method that is limited so."""
        self.last_runs: Dict[str, float] = {}

        release = self.release
        self.c_string_lookup = release < (5, 7)
        self.int_as_double = (
            (5, 6, 6) <= release < (5, 7) or (5, 7, 7) <= release < (5, 8) or release >= (5, 8, 2)
        )
        self.printf_off_by_one = release < (6, 0, 7) or (6, 1) <= release < (6, 1, 4)

        # What the methods of core.* tell.
        self.clock: Callable[[], float] = time.time
        self.started = self.clock()
        self.name = "kamailio"
        self.architecture = "x86_64/Linux" if release >= (6, 1) else "x86_64/linux"
        self.source_id = "unknown "
        self.compiler = "gcc 12.2.0"
        self.compiled = ""
        self.flags = COMPILE_FLAGS
        self.directory = "/"
        self.arguments = ["/usr/sbin/kamailio", "-DD", "-E", "-f", "/etc/kamailio/kamailio.cfg"]
        pid = os.getpid()
        self.processes = [
            Process(pid, "main process - attendant", 0),
            Process(pid + 1, "udp receiver child=0 sock=127.0.0.1:5060", 1),
            Process(pid + 2, "slow timer"),
            Process(pid + 3, "timer"),
            Process(pid + 4, "ctl handler", -2),
            Process(pid + 5, "tcp receiver (generic) child=0", 2),
            Process(pid + 6, "tcp main process", -4),
        ]
        self.defines: List[Tuple[str, str]] = []
        """Preprocessor defines of the configuration, ``(name, value or "")``."""
        self.aliases: List[Tuple[str, str, int]] = []
        """``(protocol or "*", host, port or 0)``, as ``core.aliases_list`` gives them."""
        self.sockets = [("udp", "127.0.0.1", "5060"), ("tcp", "127.0.0.1", "5060")]
        self.load_order: Optional[List[str]] = None
        """Kamailio modules to list; None lists those whose methods are served."""

    def restart(self) -> None:
        """Become another process: boot time, process IDs, and every module's state."""
        self.started = self.clock()
        self.last_runs.clear()
        span = max((each.pid for each in self.processes), default=0)
        span -= min((each.pid for each in self.processes), default=0)
        for process in self.processes:
            process.pid += span + 1
        for module in self.modules.values():
            module.restart()
        for module in self.modules.values():
            module.added()

    @property
    def loaded(self) -> List[str]:
        """Kamailio's module names in load order."""
        if self.load_order is not None:
            return list(self.load_order)
        names: List[str] = []
        for module in self.modules.values():
            names += [name for name in module.loads if name not in names]
        return names

    def ctime(self, when: float) -> str:
        """Write a time as Kamailio does: ``Mon Nov 23 00:42:49 2026``."""
        return time.strftime("%a %b %e %H:%M:%S %Y", time.localtime(when))
