# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Aliases and the names of the built-in commands.

An alias is looked for before a built-in of the same name, so ``version`` is always
``core.version``.
"""

from __future__ import annotations

_DNS = "%v (%v){}: size=%v ref=%v expire=%vs last=%vs ago f=%v\\n"
_MEMORY = "%v / %v\\n"
_BLOCKED = "%v:%v:%v expire:%v flags: %v\\n"

ALIASES = {
    "ps": ("core.ps", "%v\\t%v\\n"),
    "psx": ("core.psx", ""),
    "list": ("system.listMethods", ""),
    "ls": ("system.listMethods", ""),
    "ver": ("core.version", ""),
    "version": ("core.version", ""),
    "who": ("ctl.who", "[%v] %v: %v %v -> %v %v\\n"),
    "listen": ("ctl.listen", "[%v] %v: %v %v\\n"),
    "dns_mem_info": ("dns.mem_info", _MEMORY),
    "dns_debug": ("dns.debug", _DNS.format("")),
    "dns_debug_all": (
        "dns.debug_all",
        _DNS.format(" [%v]") + "\\t\\t%v:%v expire=%vs f=%v\\n",
    ),
    "dst_blocklist_mem_info": ("dst_blocklist.mem_info", _MEMORY),
    "dst_blocklist_debug": ("dst_blocklist.debug", _BLOCKED),
}
"""Short name -> method and template; both as they are shown."""

OLD_ALIASES = {
    "dst_blacklist_mem_info": "dst_blocklist_mem_info",
    "dst_blacklist_debug": "dst_blocklist_debug",
}
"""Names of up to 5.6, where kamcmd had forgotten that the methods had been renamed."""

_HELP = "displays help for a command"
_EXIT = "exits kamcmd"

BUILTINS = {
    "?": "help",
    "help": _HELP,
    "version": "displays the version",
    "quit": _EXIT,
    "exit": _EXIT,
    "warranty": "displays kamcmd's warranty info",
    "license": "displays kamcmd's license",
}
"""Name -> what ``help`` says about it."""


def find_alias(name: str) -> tuple[str, str] | None:
    """Return an alias's method and template."""
    return ALIASES.get(OLD_ALIASES.get(name, name))
