# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The programs of the relay, one for each interpreter, and the shell commands that run them.

No text has an apostrophe or a backslash before a newline: the shell gets it in apostrophes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, Iterable, List

# Python 2.6 and later. Modules of C only: others cost a tenth of a second on small machines. A file
# in the current folder must not take the place of a module.
_PYTHON = r"""
import sys
sys.path=[p for p in sys.path if p]
import _socket as S,binascii as B,errno,posix,time
try:import _signal as G
except ImportError:import signal as G
now=getattr(time,"monotonic",time.time)
t=sys.stdin.readline().strip()
def say(*a):
 sys.stdout.write(" ".join((t,)+a)+" .\n");sys.stdout.flush()
def word(e):
 n=e.args and e.args[0]
 return "late" if isinstance(e,S.timeout) else errno.errorcode.get(n,"EIO")
def bye(*a):sys.exit(1)
for n in(1,14,15):G.signal(n,bye)
s=f=None
end=0
fresh=ok=False
def left():
 n=end-now()
 if n<=0:raise S.timeout("late")
 s.settimeout(n)
def shut():
 global s,f
 if s:s.close()
 if f:
  try:posix.unlink(f)
  except OSError:pass
 s=f=None
def connect(k,a,p):
 global s,f
 d=k=="unixd" or k=="udp"
 if k[:4]=="unix":to=[(S.AF_UNIX,a)]
 else:
  to=[(x[0],x[4])for x in S.getaddrinfo(a.decode(),int(p),0,d and 2 or 1)]
  if d:to.sort(key=lambda x:x[0]!=S.AF_INET)
 e=None
 for m,a in to:
  shut()
  s=S.socket(m,d and 2 or 1)
  try:
   if d:s.setsockopt(S.SOL_SOCKET,S.SO_RCVBUF,1<<20)
   if k=="unixd":
    r=open("/dev/urandom","rb");n=B.hexlify(r.read(9)).decode();r.close()
    n="/tmp/kamailio_binrpc_"+n
    u=posix.umask(127)
    try:s.bind(n)
    finally:posix.umask(u)
    f=n
   left();s.connect(a)
   if f:
    posix.chmod(f,438)
    s.settimeout(0)
    try:
     while s.recv(1):pass
    except S.error:pass
   return d
  except S.error:
   e=sys.exc_info()[1]
 raise e
def ask(p,still,most):
 n=0
 w=need=None
 got=[]
 size=0
 try:
  while n<len(p):
   left();n+=s.send(p[n:])
 except S.error:
  w=word(sys.exc_info()[1])
 say("sent",str(n))
 try:
  while n and not(n<len(p)and w=="late"):
   left()
   if size and still<end-now():s.settimeout(still)
   c=s.recv(262144)
   if not c and not d:w=w or"eof";break
   got.append(c);size+=len(c)
   if need is None:
    h=bytearray(b"".join(got)[:10])
    if h and h[0]!=161:w="whole";break
    if len(h)>3:
     l=1+(h[1]>>2&3)
     need=2+l+1+(h[1]&3)
     if len(h)>=2+l:
      v=0
      for x in h[2:2+l]:v=v*256+x
      need+=v
      if v>most:w="whole";break
     else:need=None
   if need is not None and size>=need:w="whole";break
 except S.error:
  w=w or word(sys.exc_info()[1])
  if w=="late"and size and now()<end:w="still"
 for c in got:say("data",B.b2a_base64(c).decode().strip())
 say("end",w)
 return w=="whole"
say("hello",sys.argv[1])
try:
 while 1:
  l=sys.stdin.readline().split()
  if l[-1:]!=["."]:break
  if l[0]=="open":
   shut();ok=False
   end=now()+float(l[4]);G.alarm(int(float(l[4]))+5)
   try:
    d=connect(l[1],B.a2b_base64(l[2].encode()),l[3])
    ok=fresh=True
    say("open","ok")
   except S.gaierror:say("open","resolve")
   except S.error:say("open",word(sys.exc_info()[1]))
  elif not ok:say("skip")
  else:
   if not fresh:end=now()+float(l[1]);G.alarm(int(float(l[1]))+5)
   fresh=False
   say("go")
   ok=ask(B.a2b_base64(l[4].encode()),float(l[2]),int(l[3]))
 say("bye")
finally:shut()
"""

# Perl 5.14 and later with what Debian's perl-base has. That has no clock finer than a second: the
# time that select() leaves over is counted instead.
_PERL = r"""
use Socket;use Fcntl;use Errno;$|=1;
$t=<STDIN>;$t=~s/\s//g;
sub say_{print join(" ",$t,@_,""),".\n"}
sub word{my($n)=sort grep{$!{$_}}keys%!;$n||"EIO"}
sub raw{my($s,$r)=(shift,"");$s=~tr#A-Za-z0-9+/##cd;$s=~tr#A-Za-z0-9+/# -_#;
while($s=~/(.{1,60})/g){$r.=unpack("u",chr(32+int(length($1)*3/4)).$1)}$r}
sub coded{my($s,$r)=(shift,"");while($s=~/\G(.{1,45})/gs){my$u=substr(pack("u",$1),1);chop$u;$r.=$u}
$r=~tr#` -_#AA-Za-z0-9+/#;my$p=(3-length($s)%3)%3;substr($r,-$p)="="x$p if$p;$r}
sub shut_{close$s if$s;unlink$f if$f;undef$s;undef$f}
for(qw(HUP TERM ALRM)){$SIG{$_}=sub{shut_();exit 1}}
$SIG{PIPE}="IGNORE";
sub ready{my($w,$most)=@_;return 0 if$left<=0||time>$stop;
my$b="";vec($b,fileno$s,1)=1;my$m=defined$most&&$most<$left?$most:$left;
my($r,$o)=($b,$w?$b:undef);my($n,$l)=select($r,$o,undef,$m);
$left-=$m-$l;return$n>0?1+vec($r,fileno$s,1):0}
sub opened{my($k,$a,$p)=@_;my($e,@to);$d=$k eq"unixd"||$k eq"udp";my$y=$d?SOCK_DGRAM:SOCK_STREAM;
if($k=~/^unix/){@to=[AF_UNIX,pack_sockaddr_un($a)]}
else{my($x,@r)=Socket::getaddrinfo($a,$p,{socktype=>$y});return"resolve"if$x||!@r;
@to=map{[$_->{family},$_->{addr}]}@r;@to=sort{($a->[0]!=AF_INET)<=>($b->[0]!=AF_INET)}@to if$d}
for(@to){shut_();my($m,$to)=@$_;
socket($s,$m,$y,0)or return word();
setsockopt($s,SOL_SOCKET,SO_RCVBUF,1<<20)if$d;
if($k eq"unixd"){open(my$r,"<","/dev/urandom");sysread$r,my$z,9;
my$n="/tmp/kamailio_binrpc_".unpack("H*",$z);
my$u=umask 0177;my$b=bind$s,pack_sockaddr_un($n);umask$u;$b or return word();$f=$n}
fcntl$s,F_SETFL,O_NONBLOCK;
my$c;while(!($c=connect$s,$to)&&$!{EAGAIN}&&$left>0){select undef,undef,undef,.01;$left-=.01}
if(!$c&&$!{EINPROGRESS}){if(!ready(1)){$e="late";next}
$!=unpack"i",getsockopt$s,SOL_SOCKET,SO_ERROR;$c=$!==0}
if(!$c){$e=$!{EAGAIN}?"late":word();next}
if($f){chmod 0666,$f;1 while sysread$s,my$z,1}
return"ok"}$e}
sub ask{my($p,$still,$most)=@_;my($n,$w,$need,@got,$size,$h)=(0);
while($n<length$p){if(!ready(1)){$w="late";last}
my$c=syswrite$s,$p,length($p)-$n,$n;
if(!defined$c){next if$!{EAGAIN}||$!{EINTR};$w=word();last}$n+=$c}
say_("sent",$n);
while($n&&!($n<length$p&&$w eq"late")){
if(!ready(0,$size?$still:undef)){$w||=$left>0&&$size?"still":"late";last}
my$c=sysread$s,my$b,262144;
if(!defined$c){next if$!{EAGAIN}||$!{EINTR};$w||=word();last}
if(!$c&&!$d){$w||="eof";last}
push@got,$b;$size+=$c;
if(!defined$need){$h.=substr$b,0,10;if(length$h&&ord$h!=161){$w="whole";last}
if(length$h>3){my$g=ord substr$h,1,1;my$l=1+($g>>2&3);if(length$h>=2+$l){
my$v=0;$v=$v*256+$_ for unpack"C*",substr$h,2,$l;$need=3+$l+($g&3)+$v;
if($v>$most){$w="whole";last}}}}
if(defined$need&&$size>=$need){$w="whole";last}}
say_("data",coded($_))for@got;say_("end",$w);$w eq"whole"}
say_("hello",$ARGV[0]);
sub till{$left=shift;$stop=time+int($left)+2;alarm int($left)+5}
while(<STDIN>){my@l=split;last if!@l||pop@l ne".";
if($l[0]eq"open"){shut_();till($l[4]);my$w=opened($l[1],raw($l[2]),$l[3]);
$fresh=$ok=$w eq"ok";shut_()if!$ok;say_("open",$w)}
elsif(!$ok){say_("skip")}
else{till($l[1])if!$fresh;$fresh=0;say_("go");$ok=ask(raw($l[4]),@l[2,3])}}
say_("bye");shut_();
"""

# A shell around a program that copies one connection: a new one for each packet. It cannot tell how
# much was sent.
_SHELL = r"""
exec 3>&1
IFS= read -r t;t=${t%%[!0-9a-zA-Z]*}
say(){ echo "$t $* .";}
say hello "$0"
SETUP
while read -r w a b c d z;do [ "$z" = . ]||break;case $w in
open)k=$a n=$(echo "$b"|base64 -d) p=$c s=$d ok=1 o=;;
ask)[ "$ok" ]||{ say skip;continue;}
[ "$o" ]&&s=$a
s=${s%.*};s=$((s+1))
say go
e=$({ printf "%s data " "$t"
echo "$d"|base64 -d|{ COPY||echo "rc=$?">&2;}|base64|tr -d "\n";echo " .";} 2>&1 >&3)
case $e in
*efused*)r=ECONNREFUSED;;*"o such file"*)r=ENOENT;;*"ermission denied"*)r=EACCES;;
*"rong type"*)r=EPROTOTYPE;;*"not known"*|*resol*|*"invalid host"*)r=resolve;;*)r=;esac
if [ "$r" ];then ok=;say open "$r";else
[ "$o" ]||say open ok
o=1;say sent "?"
case $e in *rc=124*|*rc=143*)ok=;say end late;;*)say end eof;;esac;fi;;esac;done
say bye
"""

_LIMITED = r"""
lim(){ if command -v timeout >/dev/null 2>&1;then timeout "$s" "$@";else "$@";fi;}
"""

# The end of the input tells the server that this was all, so that it closes after its answer.
_SOCAT = r"""lim socat -t "$((s+1))" -T "$((s+1))" - "$(if [ "$k" = unixs ]
then echo "UNIX-CONNECT:$n"
else case $n in *:*)echo "TCP6:[$n]:$p";;*)echo "TCP:$n:$p";;esac;fi)" """

_NC = r"""if [ "$k" = unixs ];then lim nc -N -w "$((s+1))" -U "$n"
else lim nc -v -N -w "$((s+1))" "$n" "$p";fi"""

# Bash cannot close one half of a connection, so it has to see where an answer ends.
_BASH_SETUP = r"""
hex(){ dd bs=1 count="$1" <&4 2>/dev/null|od -An -v -tx1|tr -d " \n";}
raw(){ h=$1;while [ "$h" ];do printf "\x${h:0:2}";h=${h:2};done;}
copy(){ exec 4<>"/dev/tcp/$n/$p"||return 1
cat>&4;g=$(hex 2);raw "$g"
[ "${g:0:2}" = a1 ]||return 0
f=$((16#${g:2}));l=$((1+(f>>2&3)));g=$(hex $((l+1+(f&3))));raw "$g"
head -c "$((16#${g:0:l*2}))" <&4;}
export -f hex raw copy;export n p
"""

_BASH = 'timeout "$s" bash -c copy'


class _Way:
    """How one interpreter is found and run.

    :param kinds: the protocols of addresses that it can reach.
    :param test: a shell command that succeeds if it will do.
    :param run: the shell command that runs a program, which follows it.
    """

    def __init__(self, kinds: str, test: str, run: str, program: str) -> None:
        self.kinds = kinds.split()
        self.test = test
        self.run = run
        self.program = program.strip("\n")


def _python(name: str) -> _Way:
    test = '%s -ESc "import _socket,binascii" </dev/null' % name
    return _Way(_ALL, test, name + " -ESc", _PYTHON)


def _shell(copy: str, setup: str = _LIMITED) -> str:
    return _SHELL.replace("COPY", copy).replace("SETUP\n", setup.strip("\n") + "\n")


_ALL = "unixs unixd udp tcp"
_STREAMS = "unixs tcp"
_SOCAT_IS_THERE = "command -v socat && command -v base64"
_NC_IS_THERE = 'command -v base64 && case $(nc -h 2>&1) in *"[-"*N*U*);;*)false;;esac'
_BASH_IS_THERE = "command -v bash && command -v timeout && command -v base64"

_WAYS: Dict[str, _Way] = {
    "python3": _python("python3"),
    "python": _python("python"),
    "python2": _python("python2"),
    "/usr/libexec/platform-python": _python("/usr/libexec/platform-python"),
    "perl": _Way(_ALL, 'perl -MSocket=getaddrinfo -e "" </dev/null', "perl -e", _PERL),
    "socat": _Way(_STREAMS, _SOCAT_IS_THERE, "sh -c", _shell(_SOCAT)),
    "nc": _Way(_STREAMS, _NC_IS_THERE, "sh -c", _shell(_NC)),
    "bash": _Way("tcp", _BASH_IS_THERE, "bash -c", _shell(_BASH, _BASH_SETUP)),
}

INTERPRETERS = tuple(_WAYS)
"""The names, in the order in which they are tried."""


def able(protocol: str, names: Iterable[str] = INTERPRETERS) -> List[str]:
    """Return those of some interpreters that can reach addresses of a protocol."""
    return [name for name in names if protocol in _WAYS[name].kinds]


def command(name: str) -> str:
    """Return the shell command that runs the relay with an interpreter that is there."""
    way = _WAYS[name]
    # A shell around a program that is gone would say hello all the same.
    return "command -v %s >/dev/null&&exec %s '%s' %s" % (name, way.run, way.program, name)


def search(names: Iterable[str] = INTERPRETERS) -> str:
    """Return the shell command that runs the relay with the first interpreter that will do.

    Its ``hello`` says which one that was. It answers ``none`` if there is none.
    """
    lines = []
    last = ""
    for name in names:
        way = _WAYS[name]
        if way.program != last:
            lines.append("p='%s'" % way.program)
            last = way.program
        lines.append(
            'if { %s;} >/dev/null 2>&1;then exec %s "$p" %s;fi' % (way.test, way.run, name)
        )
    lines.append('IFS= read -r t;echo "$t none ."')
    return "\n".join(lines)
