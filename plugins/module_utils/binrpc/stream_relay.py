# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
r"""The relay of streams: joins standard input and output on a host to a unix socket there.

A few hundred bytes, passed as arguments of ``sh -c``; nothing is installed. The shell takes the
first of Python 3, Python 2, Perl, socat, OpenBSD's nc and ncat that works. Before anything else
the relay writes one line, ``kamrpc-relay WORD PROGRAM``: the word is ``ok`` once the socket is
connected, the name of the failure's errno such as ``ENOENT``, or ``none`` if no program was found.
A client sends nothing before ``ok``, so a request whose relay failed has not run.

The Python and the Perl program read from the socket all the time and keep what the other side
does not take: ctl drops what is not read within 10 ms (docs/protocol.md#short-writes). socat and
nc do not, so that the end of a large reply may be lost on a slow line.

The texts hold no line feed, no ``!`` and no doubled backslash, which some login shell would change
even between single quotes.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

MARK = b"kamrpc-relay "
"""Begins the relay's first line; what precedes it was printed by a login script."""

_PYTHON = """\
import sys
del sys.path[0]
import os,select,socket,errno,fcntl
s=socket.socket(socket.AF_UNIX)
def say(w):os.write(1,("kamrpc-relay "+w+" "+sys.argv[2]+chr(10)).encode())
try:s.connect(sys.argv[1])
except socket.error:
 say(errno.errorcode.get(sys.exc_info()[1].args[0],"EIO"))
 os._exit(0)
say("ok")
try:
 fcntl.fcntl(1,fcntl.F_SETFL,fcntl.fcntl(1,fcntl.F_GETFL)|os.O_NONBLOCK)
 o=bytearray();i=[0];c=[s]
 while o or c:
  r,w,x=select.select(i+c,[1][:len(o)],[])
  if s in r:
   try:d=s.recv(65536)
   except socket.error:d=b""
   o+=d
   if not d:c=[]
  if w:del o[:os.write(1,o)]
  if 0 in r:
   d=os.read(0,65536)
   try:
    if d:s.sendall(d)
    else:
     i=[]
     s.shutdown(1)
   except socket.error:i=[]
finally:os._exit(0)
"""

# ${"\x21"} is Perl's $ERRNO by a name without the sign that csh takes for its history.
_PERL = (
    'use Socket;use Errno;use Fcntl;$SIG{PIPE}="IGNORE";'
    'sub say0{syswrite STDOUT,"kamrpc-relay $_[0] perl\\n"}'
    "socket S,AF_UNIX,SOCK_STREAM,0;"
    "unless(connect S,sockaddr_un($ARGV[0])){"
    'my($e)=grep{${"\\x21"}{$_}}qw(ENOENT EACCES ECONNREFUSED EPROTOTYPE EAGAIN ENOTSOCK);'
    'say0($e||"EIO");exit 0}'
    'say0("ok");'
    "fcntl(STDOUT,F_SETFL,fcntl(STDOUT,F_GETFL,0)|O_NONBLOCK);"
    'my($i,$c,$o)=(1,1,"");'
    'while($c||length $o){my($r,$w)=("","");'
    "vec($r,0,1)=1 if $i;vec($r,fileno S,1)=1 if $c;vec($w,1,1)=1 if length $o;"
    "select $r,$w,undef,undef;"
    "if($c&&vec($r,fileno S,1)){$c=sysread S,$o,65536,length $o}"
    "if(length $o&&vec($w,1,1)){my $n=syswrite STDOUT,$o;exit 0 unless defined $n;"
    'substr $o,0,$n,""}'
    "if($i&&vec($r,0,1)){my $d;$i=sysread STDIN,$d,65536;"
    "if($i){while(length $d){my $n=syswrite S,$d;if(defined $n){"
    'substr $d,0,$n,""}else{$i=0;$d=""}}}else{shutdown S,1}}}'
    "exit 0"
)

# What a program that cannot run the text ends with; one that ran it ends with 0 or by a signal.
_NEXT = "case $? in 1|2|126|127|255) ;; *) exit 0;; esac"
_SHELL = (
    "a() { command -v $1 >/dev/null 2>&1; }; "
    'w() { echo "kamrpc-relay $1 $2"; }; '
    'for i in python3 python python2; do if a $i; then $i -S -E -c "$2" "$1" $i; %(next)s; fi; '
    "done; "
    'if a perl; then perl -e "$3" "$1"; %(next)s; fi; '
    '%(others)sw none sh'
)  # fmt: skip

_OTHERS = (
    "if a socat || a nc || a ncat; then "
    '[ -e "$1" ] || { w ENOENT sh; exit 0; }; [ -S "$1" ] || { w ENOTSOCK sh; exit 0; }; '
    '[ -w "$1" ] || { w EACCES sh; exit 0; }; fi; '
    'if a socat; then if socat -u OPEN:/dev/null "UNIX-CONNECT:$1"; then w ok socat; '
    'exec socat -t 5 - "UNIX-CONNECT:$1"; fi; w ECONNREFUSED socat; exit 0; fi; '
    'case "$(nc -h 2>&1)" in *\\[-46*N*U*) if nc -z -U "$1"; then w ok nc; '
    'exec nc -N -U "$1"; fi; w ECONNREFUSED nc; exit 0;; esac; '
    'if a ncat; then w ok ncat; exec ncat -U "$1"; fi; '
)

# In an address of socat other characters have a meaning.
_PLAIN = re.compile(r"/[A-Za-z0-9_./-]+\Z")


def arguments(path: str) -> List[str]:
    """Return the arguments that relay to a unix stream socket, to be run on its host."""
    others = _OTHERS if _PLAIN.match(path) else ""
    script = _SHELL % {"next": _NEXT, "others": others}
    return ["sh", "-c", script, "kamrpc-relay", path, "exec(%r)" % _PYTHON, _PERL]
