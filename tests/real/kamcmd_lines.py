# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Command lines and sessions that kamcmd and pykamcmd are compared with.

``{s}`` is the address and ``{dir}`` an empty folder; a line without ``{s}`` gets ``-s ADDRESS``
in front.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.support.releases import holds


@dataclass(frozen=True)
class Line:
    """One command line.

    masked     its output has times or counters in it: numbers are compared as ``#``
    same_text  standard error is compared, too
    why        the line is an exception, for this reason; it must differ
    """

    args: tuple[str, ...]
    stdin: bytes | None = None
    masked: bool = False
    same_text: bool = True
    why: str = ""
    env: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        text = " ".join(repr(arg) if not arg or " " in arg else arg for arg in self.args)
        return text if self.stdin is None else f"{text} < {self.stdin!r}"


def words(*texts: str, **options: object) -> list[Line]:
    return [Line(tuple(text.split()), **options) for text in texts]  # type: ignore[arg-type]


def line(*args: str, **options: object) -> Line:
    return Line(args, **options)  # type: ignore[arg-type]


REPLIES = [
    *words(
        "core.version", "core.info", "core.psx", "core.ps", "core.psa", "core.modules", "core.arg",
        "core.pwd", "core.flags", "core.ppdefines", "core.ppdefines_full", "core.sockets_list",
        "core.aliases_list", "core.tcp_options", "core.udp4_raw_info", "system.listMethods",
        "system.methodHelp core.uptime", "system.methodSignature core.uptime", "ctl.listen",
        "cfg.list", "cfg.list lab", "cfg.get lab", "cfg.get lab label", "cfg.get lab max_calls",
        "cfg.help lab label", "cfg.get core", "cfg.diff", "cnt.grps_list", "cnt.var_list core",
        "cnt.get core drop_requests", "cnt.help core drop_requests", "dispatcher.list",
        "dispatcher.hash 1", "htable.listTables", "htable.dump t", "htable.dump a",
        "htable.get t a", "htable.stats", "dlg.list", "dlg.stats_active", "ul.dump",
        "permissions.addressDump", "permissions.subnetDump", "permissions.domainDump",
        "permissions.trustedDump", "mtree.list mt", "mtree.summary", "domain.dump",
        "lcr.dump_gws", "lcr.dump_rules", "dialplan.dump 1", "dialplan.translate 1 s:123",
        "pdt.list", "cr.dump_routes", "userblocklist.dump_blocklist", "secfilter.stats",
        "secfilter.print", "pl.list", "rl.get_pipes", "rtpengine.show all", "rtpproxy.list",
        "uac.reg_dump", "uac.reg_info l_uuid trunk-1", "pv.shvGet", "pv.shvGet maintenance",
        "dmq.list_nodes", "mqueue.get_size events", "imc.list_rooms", "app_jsdt.api_list",
        "corex.list_sockets", "corex.list_aliases", "corex.debug", "dbg.ls", "sl.stats",
        "stats.get_statistics core:", "stats.fetch core.drop_requests", "tm.list", "msrp.cmaplist",
        "jsonrpc.echo a b", "pike.list", "cfgutils.get_gflags", "benchmark.timer_list",
        "dns.mem_info", "dns.debug", "dns.debug_all", "dst_blocklist.debug", "pkg.stats",
        masked=True,
    ),
    *words("core.uptime", "core.runinfo", "core.shmmem", "core.tcp_info", "tm.stats",
           "ctl.who", "ctl.connections", "mod.stats core shm", "htable.stats", masked=True),
]  # fmt: skip

FAULTS = words(
    "core.nosuch", "htable.get", "htable.get t", "htable.get nosuch s:a", "htable.get t 5",
    "htable.get t s:nosuch", "htable.seti t a b", "cfg.get", "cfg.get nosuch", "cfg.get lab nosuch",
    "dispatcher.set_state", "dlg.is_alive x y z", "system.methodHelp nosuch", "core.printi abc",
    "core.prints 5", "dlg.end_dlg 1", "-v core.nosuch", "-f [%v] core.nosuch", "5", "1.5",
    "s:core.version", "Core.Version", "core.version;", "no such",
)  # fmt: skip

TYPING = [
    *words(
        "core.echo a", "core.echo 1 2 3", "core.echo s:5", "core.echo s:s:x", "core.echo s:",
        "core.echo S:5 i:5 d:5", "core.echo 2147483647 2147483648 4294967295 4294967296",
        "core.echo 99999999999 9223372036854775807 9223372036854775808 123456789012345678901",
        "core.echo +5 005 1_000 5L 0b1", "core.prints s:5", "core.printi 5", "core.printi 5.5",
        "-- core.echo -1 -2147483648 -2147483649", "-- core.echo -5 - -- -x", "core.echo 1.5",
        "core.echo 1e5 0x10 .5 5.", "core.echo inf", "core.echo nan", "core.echo 0x 0xg 1e e5",
        "-- core.printi -1", "htable.sets t num 5", "htable.sets t num s:5", "htable.get t num",
        "htable.seti t int 7", "htable.get t int", "htable.delete t nosuch",
    ),
    line("core.echo", ""),
    line("core.echo", " 5", "5 ", "\t5", " ", "  x"),
    line("core.echo", "a b", "c\td", "e\nf", "\u00e4", "\udcff\udcfe"),
    line("core.echo", *["x"] * 256),
    line("core.echo", *["x"] * 257),
    line("core.prints", "x" * 900),
    line("core.prints", "x" * 70000, same_text=False),
    line(""),
    line(" "),
]  # fmt: skip

TEMPLATES = [
    line("-f", text, "core.tcp_options")
    for text in (
        "%v", "%v\\n", "", "x", "x\\n", "%v|%v|%v\\n", "a%vb%vc", "%%v %v %%\\n", "\\t\\q\\\\%v\\r",
        "%v\\", "%v\\n%%", "%v%v%v%v%v%v%v%v%v%v%v%v%v%v%v%v%v%v%v%v", "\u00e4%v\\n", "\\\\n%v",
    )
] + [
    *words("-f %v; core.pwd", "-f[%v] core.pwd", "core.pwd -f <%v>", "-f %v -f (%v) core.pwd",
           "-f %v\\n ps", "-f %v\\n ver", "-f %v dns_debug", "-vf %v core.pwd"),
    line("-f", "pid: %v  desc: %v\\n", "core.ps"),
    line("-f", "%v %v\\n", "dlg.list"),
]  # fmt: skip

OPTIONS = [
    *words(
        "-v core.version", "-vv core.version", "-vvv core.version", "-v -v -v core.pwd",
        "-vvvv core.pwd", "-vv core.nosuch", "-vvv core.nosuch", "core.version -v", "-v dlg.list",
        "core.version -s {s}", "core.version -s{s} -v", "-vs {s} core.version",
        "-s{s} core.version",
        "-s /nonexistent -s {s} core.version", "-- core.version", "-v -- core.version",
        "core.echo -- -v", "core.echo a -- -v -- b", "-U core.version", "-D {dir} core.version",
        "-D{dir} core.version", "-R {dir}/reply core.version", "-s {s} -D {dir} core.version -v",
        "-x", "-vx core.version", "core.version -x", "-s", "-f", "-R", "-D", "-v -s",
        "core.version -f", "-1", "-xV", "-Uq", "- ",
    ),
    line("-\x07", "core.version"),
    line("-\u00e4", same_text=False),
    line("core.echo", "a", "-v", env=(("POSIXLY_CORRECT", "1"),)),
    line("-v", "core.echo", "a", "-1", env=(("POSIXLY_CORRECT", "1"),)),
]  # fmt: skip

ADDRESSES = words(
    "-s /nonexistent core.version", "-s unix:/nonexistent core.version",
    "-s UNIXS:/nonexistent core.version", "-s unixd:/nonexistent core.version",
    "-s nosuchfile core.version", "-s unix:relative/nosuch core.version",
    "-s fifo:/nonexistent core.version", "-s tcp:127.0.0.1:1 core.version",
    "-s udp:127.0.0.1:1 core.version", "-s 127.0.0.1:1 core.version", "-s {dir} core.version",
    "-s /etc/passwd core.version", "-s unixd:/etc/passwd core.version",
    "-s /nonexistent quit", "-s /nonexistent help ps", "-s /nonexistent",
    "-D /nonexistent -s unixd:{dir}/x core.version",
    "-R /nonexistent/x -s unixd:{dir}/x core.version",
    "-R /etc/passwd -s unixd:{dir}/x core.version",
) + words(
    "-s tcp:2049 core.version", "-s tcp:nosuch.invalid:1 core.version",
    "-s udp:nosuch.invalid core.version", "-s tcp:127.0.0.1:nosuch core.version",
    "-s /run/a:b core.version", "-s unix:/" + "x" * 200 + " core.version", same_text=False,
)  # fmt: skip

BUILTINS = [
    *words(
        "ps", "psx", "list", "ls", "ver", "version", "listen", "dns_mem_info", "dns_debug",
        "dns_debug_all", "dst_blocklist_mem_info_", "quit", "exit", "quit 5", "quit x y",
        "help ps", "help psx", "help list", "help ls", "help ver", "help version", "help who",
        "help listen", "help dns_mem_info", "help dns_debug", "help dns_debug_all", "help quit",
        "help exit", "help help", "help ?", "? help", "? ps", "help warranty", "help license",
        "help core.uptime", "help nosuch", "help s:ps", "help ps x", "-f [%v] help core.uptime",
        "-f [%v] help ps", "-v help core.uptime", "-v help ps", "-vv help core.uptime", "h",
        "-f [%v] help nosuch", "?x", "ver x", "list -v",
    ),
    *words("who", "-f <%v> who", masked=True),
]  # fmt: skip

LICENCE = "pykamcmd names itself, its authors and its licence"
RENAMED = "kamcmd 1.5 lists the aliases dst_blacklist_*, which call methods that no longer exist"
MEANT = "an argument that is a negative number is sent instead of being refused as an option"
EXCEPTIONS = [
    line("-V", why=LICENCE),
    line("-h", why=LICENCE),
    line("license", why=LICENCE),
    line("warranty", why=LICENCE),
    line("core.echo", "-1", why=MEANT),
    line("core.echo", "a", "-.5", why=MEANT),
]

PIPED = [
    line(stdin=text.encode(), **options)
    for text, options in (
        ("core.version\nquit\n", {}),
        ("core.version\n", {}),
        ("core.version", {}),
        ("", {}),
        ("\n\n  \ncore.pwd\n", {}),
        ("core.nosuch\nhtable.get t\ncore.pwd\nexit\ncore.version\n", {}),
        ('core.echo "a b" 5 s:5 \'c\n', {}),
        ("  core.pwd   \nver\nps\n", {}),
        ("help ps\nhelp nosuch\nhelp core.uptime\n? quit\nquit now\n", {}),
        ("core.version\r\ncore.pwd\r\n", {}),
        ("core.echo ~ $HOME !! `x` \\n\n", {}),
        ("core.echo -1 -5 -- x\n-v\n", {}),
        ("core.echo \u00e4 \u20ac\n", {}),
        ("htable.sets t piped s:v\nhtable.get t piped\nhtable.delete t piped\n", {}),
        ("core.prints " + "x " * 20 + "\n", {}),
        ("QUIT\n5\ns:quit\n", {}),
    )
] + [
    line("-v", stdin=b"core.version\nquit\n"),
    line("-f", "<%v>\\n", stdin=b"core.version\nps\nlisten\ncore.nosuch\n"),
    line("-v", "-f", "%v", stdin=b"core.version\n"),
]

RENAMED_LINES = words("help", "?", "help 5", "dst_blocklist_mem_info")
if holds("aliases are right"):
    BUILTINS += RENAMED_LINES
else:
    EXCEPTIONS += [replace(each, why=RENAMED) for each in RENAMED_LINES]

TAB = "a tab in a piped line separates words; line editing would take it for completion"
EXCEPTIONS += [line(stdin=b"core.echo a\tb\n", why=TAB)]

LINES = {
    "replies": REPLIES,
    "faults": FAULTS,
    "typing": TYPING,
    "templates": TEMPLATES,
    "options": OPTIONS,
    "addresses": ADDRESSES,
    "aliases and built-ins": BUILTINS,
    "piped sessions": PIPED,
    "exceptions": EXCEPTIONS,
}

UP, ETX, EOT, WIPE = "\x1b[A", "\x03", "\x04", "\x15"

TERMINAL: list[tuple[str, ...]] = [
    ("core.version\n", "quit\n"),
    ("core.version\n", EOT),
    (EOT,),
    ("core.ver\t\n", EOT),
    ("core.version\n", UP + "\n", EOT),
    ("core.pwd\n", "core.version\n", UP, UP, "\n", EOT),
    ("help co\tre.pw\t\n", EOT),
    ("cfg.get la\t", "lab\t\n", EOT),
    ("cfg.get drain lev\t\n", EOT),
    ("cfg.get drain nosuch\t\n", EOT),
    ("cnt.get core drop\t", "\t", WIPE, EOT),
    ("dlg.\t", "\t", WIPE, EOT),
    ("cnt.var_list m\t", "\t", WIPE, EOT),
    ("qu\t\n",),
    ("core.versionx\x7f\n", "exit\n"),
    ("version core\x01help \x05\n", EOT),
    ("core.nosuch\n", "\n", "   \n", "quit 5\n"),
]
"""Keys for sessions on a terminal; each text is sent when the one before has had its effect."""

INTERRUPTED = ("core.version\n", "core.ver", ETX)
"""Ends both by SIGINT; only kamcmd echoes the key."""

TERMINAL_EXCEPTIONS = {
    INTERRUPTED: "the interrupt key is not echoed; the process ends by SIGINT all the same",
    ("\t", "\t", "n", EOT): "more than 100 candidates are listed without a question before",
}
