# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Texts that are printed now and then."""

from __future__ import annotations

from ..._version import __version__

VERSION = f"version: kamcmd 1.6 (pykamcmd {__version__})"

MADE = "pykamcmd is Python; nothing was compiled"

BANNER = (
    f"pykamcmd {__version__}, in place of kamcmd",
    "Copyright The kamailio-binrpc authors",
    "This is free software with ABSOLUTELY NO WARRANTY.",
    "For details type `warranty'.",
)
"""As many lines as kamcmd's, for scripts that skip them."""

LICENCE = f"""\
{BANNER[0]}
{BANNER[1]}

    This program is free software under the MIT licence: you may use, copy, modify and
    distribute it if the copyright and permission notices stay with it. It is provided
    "as is", without warranty of any kind, express or implied, including but not limited
    to the warranties of merchantability, fitness for a particular purpose and
    noninfringement. In no event shall the authors or copyright holders be liable for any
    claim, damages or other liability arising from it or its use."""

USAGE = f"""\
{VERSION}
Usage: pykamcmd [options] [-s ADDRESS] [METHOD [ARGUMENT...]]

Calls a method of a running Kamailio through its ctl module and prints the reply. Without a
method it reads commands, one a line.

Options, also behind the method unless -- comes first:
    -s ADDRESS  where the server listens
    -R NAME     path of the reply socket (unix datagram only)
    -D DIR      folder for a reply socket with a name of its own (default: /tmp)
    -f FORMAT   print the values of the reply through a template: %v is the next value,
                %% a percent sign; \\n, \\r, \\t and \\\\ are resolved
    -v          tell more; -vv shows packet headers, -vvv packets
    -U          a bare name as ADDRESS is a host, called over UDP
    -b          binrpc (the default)
    -j          JSON-RPC, through the datagram socket of the jsonrpcs module
    -t SECONDS  how long to wait for an answer (default: 30; with -j: 2)
    -z KIB      accepted; replies may have any size
    -V          version
    -h          this text
    --strict-exit
                exit with status 1 when the server answers with a fault
ADDRESS:
    [PROTOCOL:]NAME[:PORT], where PROTOCOL is unix, unixs, unixd, udp or tcp:
    unixs:/run/kamailio/kamailio_ctl (the default), tcp:localhost:2049, udp:[::1]:2049
ARGUMENT:
    a number or a text; s: makes a number a text, as in s:1

Exit status: 0 when the server answered, also with a fault; 255 for anything else.
Examples:
    pykamcmd -s unixs:/run/kamailio/kamailio_ctl system.listMethods
    pykamcmd -f "pid: %v  desc: %v\\n" -s udp:localhost:2047 core.ps
    pykamcmd ps"""
