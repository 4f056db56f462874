# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The variables that Kamailio's core and modules declare, in the order of ``cfg.list``.

Per line: name, type, default value (``-``: unset; ``_`` for a blank), lowest, highest (0 and 0:
any), flags and help; ``~`` is a blank at
the end or next to another; indented lines continue. ``name@6.0`` is there from 6.0 on,
``name@-6.0`` before. Flags: h(idden from cfg.get), r(ead only), o(ne
value for all group instances).
"""

VARIABLES = """\
[pdb]
timeout@6.0 int 50 0 0 - The time in miliseconds pdb_query() waits for and answer
[dbg]
mod_level_mode int 0 0 1 h Enable or disable per module log level (0 - disabled, 1 - enabled)
mod_facility_mode int 0 0 1 h Enable or disable per module log facility (0 - disabled, 1 -
  enabled)
mod_hash_size int 5 0 0 r power of two as size of internal hash table to store levels per module
[carrierroute]
use_domain int 0 0 1 - When using tree lookup per user, this parameter specifies whether to use
  the domain part for user matching or not.
fallback_default int 1 0 1 - If the user has a non-existing tree set and fallback_default is set
  to 1, the default tree is used. Else error is returned
fetch_rows int 2000 0 0 - The number of the rows to be fetched at once from database when
  loading the routing data.
[rtpengine]
rtpengine_disable_tout int 60 0 0 - The time after which rtpengine module will try to
  communicate with an RTPEngine instance after it has been marked disabled automatically.~
aggressive_redetection int 1 0 1 - Determines if the sip proxy should force a query of all nodes
  when all RTPEngine instances seem unavailable.
rtpengine_tout_ms int 1000 0 0 - The total number of nodes inside a set to be queried before
  giving up establishing a session
queried_nodes_limit int 30 0 30 - Timeout value expressed in milliseconds to wait for reply from
  RTPEngine
rtpengine_retr int 5 0 0 - How many times the module should retry to send and receive after
  timeout was generated
[dispatcher]
probing_threshold int 1 0 0 - Number of failed requests, before a destination is set to probing.
inactive_threshold int 1 0 0 - Number of successful requests, before a destination is set to
  active.
ping_reply_codes str - 0 0 o Additional, valid reply codes for the OPTIONS Pinger. Default is ""
[registrar]
realm_pref str - 0 0 - Realm prefix to be removed. Default is ""
default_expires int 3600 0 0 o Contains number of second to expire if no expire hf or contact
  expire present
default_expires_range int 0 0 100 o Percent from default_expires that will be used in generating
  the range for the expire interval
expires_range int 0 0 100 o Percent from incoming expires that will be used in generating the
  range for the expire interval
min_expires int 60 0 0 - The minimum expires value of a Contact. Value 0 disables the checking.~
max_expires int 0 0 0 o The maximum expires value of a Contact. Value 0 disables the checking.~
max_contacts int 0 0 0 - The maximum number of Contacts for an AOR. Value 0 disables the
  checking.~
retry_after int 0 0 0 - If you want to add the Retry-After header field in 5xx replies, set this
  parameter to a value grater than zero
case_sensitive int 0 0 0 - If set to 1 then AOR comparison will be case sensitive. Recommended
  and default is 0, case insensitive
default_q int -1 -1 1000 - The parameter represents default q value for new contacts.
append_branches int 1 0 0 - If set to 1(default), lookup will put all contacts found in msg
  structure
use_expired_contacts int 0 0 0 - Toggles using expired contacts as if they were active.
[xlog]
methods_filter int -1 0 0 - Methods filter value for xlogm(...).
[siputils]
ring_timeout int 30000 0 0 h define how long the Call-id is kept in the internal list
[maxfwd]
max_limit int 70 0 255 - Max. maxfwd limit
[tm]
auto_inv_100_reason string "trying_--_your_call_is_important_to_us" 0 0 - reason text of the
  automatically send 100 to an INVITE
default_reason string "Server_Internal_Error" 0 0 - default SIP reason phrase sent by t_reply(),
  if the function cannot retrieve its parameters
ac_extra_hdrs str - 0 0 - header fields prefixed by this parameter value are included in the
  CANCEL and negative ACK messages if they were present in the outgoing INVITE (depends on
  reparse_invite)
ruri_matching int 1 0 1 - perform Request URI check in transaction matching
via1_matching int 1 0 1 - perform first Via header check in transaction matching
callid_matching int 0 0 0 - perform callid check in transaction matching
callid_cseq_matching int 0 0 0 - perform callid+cseq instead of md5 in transaction matching
fr_timer int 30000 0 0 h timer which hits if no final reply for a request or ACK for a negative
  INVITE reply arrives (in milliseconds)
fr_inv_timer int 120000 0 0 h timer which hits if no final reply for an INVITE arrives after a
  provisional message was received (in milliseconds)
fr_inv_timer_next int 30000 0 0 - The value [ms] of fr_inv_timer for subsequent branches during
  serial forking.
wt_timer int 5000 0 0 h time for which a transaction stays in memory to absorb delayed messages
  after it completed
retr_timer1 int 500 0 0 h initial retransmission period (in milliseconds)
retr_timer2 int 4000 0 0 h maximum retransmission period (in milliseconds)
max_inv_lifetime int 180000 0 0 h maximum time an invite transaction can live from the moment of
  creation
max_noninv_lifetime int 32000 0 0 h maximum time a non-invite transaction can live from the
  moment of creation
noisy_ctimer int 1 0 1 - if set, INVITE transactions that time-out (FR INV timer) will be always
  replied
auto_inv_100 int 1 0 1 - automatically send 100 to an INVITE
unix_tx_timeout int 500 0 0 - Unix socket transmission timeout, in milliseconds
restart_fr_on_each_reply int 1 0 1 - restart final response timer on each provisional reply
pass_provisional_replies int 0 0 1 - enable/disable passing of provisional replies to
  TMCB_LOCAL_RESPONSE_OUT callbacks
aggregate_challenges int 1 0 1 - if the final response is a 401 or a 407, aggregate all the
  authorization headers (challenges) (rfc3261 requires this to be on)
unmatched_cancel int 0 0 2 - determines how CANCELs with no matching transaction are handled (0:
  statefull forwarding, 1: stateless forwarding, 2: drop)
default_code int 500 400 699 - default SIP response code sent by t_reply(), if the function
  cannot retrieve its parameters
reparse_invite int 1 0 1 - if set to 1, the CANCEL and negative ACK requests are constructed
  from the INVITE message which was sent out instead of building them from the received request
blst_503 int 0 0 1 - if set to 1, blocklist 503 SIP response sources
blst_503_def_timeout int 0 0 0 - default 503 blocklist time (in s), when no Retry-After header
  is present
blst_503_min_timeout int 0 0 0 - minimum 503 blocklist time (in s)
blst_503_max_timeout int 3600 0 0 - maximum 503 blocklist time (in s)
blst_methods_add int 1 0 0 - bitmap of method types that trigger blocklisting on transaction
  timeouts
blst_methods_lookup int -9 0 0 - Bitmap of method types that are looked-up in the blocklist
  before statefull forwarding
cancel_b_method int 1 0 2 h How to cancel branches on which no replies were received: 0 - fake
  reply, 1 - retransmitting the request, 2 - send cancel
reparse_on_dns_failover int 1 0 1 h if set to 1, the SIP message after a DNS failover is
  constructed from the outgoing message buffer of the failed branch instead of from the received
  request
disable_6xx_block int 0 0 1 - if set to 1, 6xx is treated like a normal reply (breaks rfc)
local_ack_mode int 0 0 2 - if set to 1 or 2, local 200 ACKs are sent to the same address as the
  corresponding INVITE (1) or the source of the 200 reply (2) instead of using the contact and
  the route set (it breaks the rfc, if ~it is not set to 0 but allows dealing with NATed
  contacts in some simple cases)
local_cancel_reason int 1 0 1 - if set to 1, a Reason header is added to locally generated
  CANCELs (see RFC3326)
e2e_cancel_reason int 1 0 1 - if set to 1, Reason headers from received CANCELs are copied into
  the corresponding generated hop-by-hop CANCELs
relay_100 int 0 0 1 - if set to 1, relay SIP 100 messages as a stateless proxy
enable_uac_fr int 0 0 1 - if set, enables failure route for UAC messages
[tcp]
connect_timeout int 10 -1 134217727 h used only in non-async mode, in seconds
send_timeout int 10 -1 2147483647 h in seconds
connection_lifetime int 120 -1 2147483647 h connection lifetime (in seconds)
max_connections int 2048 0 2147483647 h maximum tcp connections number, soft limit
max_tls_connections int 2048 0 2147483647 h maximum tls connections number, soft limit
no_connect int 0 0 1 - if set only accept new connections, never actively open new ones
fd_cache int 1 0 1 r file descriptor cache for tcp_send
async int 1 0 1 r async mode for writes and connects
connect_wait int 1 0 1 r parallel simultaneous connects to the same dst. (0) or one connect
conn_wq_max int 32768 0 1048576 - maximum bytes queued for write per connection (depends on
  async)
wq_max int 10485760 0 1073741824 - maximum bytes queued for write allowed globally (depends on
  async)
defer_accept int 0 0 3600 r 0/1 on linux, seconds on freebsd (see docs)
delayed_ack int 1 0 1 - initial ack will be delayed and sent with the first data segment
syncnt int 0 0 1024 - number of syn retransmissions before aborting a connect (0=not set)
linger2 int 0 0 3600 - lifetime of orphaned sockets in FIN_WAIT2 state in s (0=not set)
keepalive int 1 0 1 - enables/disables keepalives for tcp
keepidle int 0 0 86400 - time before sending a keepalive if the connection is idle (linux)
keepintvl int 0 0 86400 - time interval between keepalive probes on failure (linux)
keepcnt int 0 0 1024 - number of failed keepalives before dropping the connection (linux)
crlf_ping int 1 0 1 - enable responding to CRLF SIP-level keepalives~
accept_aliases int 0 0 1 - turn on/off tcp aliases (see tcp_accept_aliases)~
alias_flags int 1 0 2 - flags used for adding new aliases (FORCE_ADD:1 , REPLACE:2)~
new_conn_alias_flags int 2 0 2 - flags for the def. aliases for a new conn. (FORCE_ADD:1,
  REPLACE:2~
accept_no_cl int 0 0 1 - accept TCP messages without Content-Length~
reuse_port int 0 0 1 - reuse TCP ports~
wait_data_ms@-6.0 int 5000 0 7200000 - wait for data on new tcp connetions (milliseconds)
wait_data_ms@6.0 int 5000 0 7200000 - wait for data on new tcp connections (milliseconds)
close_rst@6.0 int 0 0 1 - trigger an RST on connection close
rd_buf_size int 16384 512 16777216 - internal read buffer size (should be > max. expected
  datagram)
wq_blk_size int 2100 1 65535 - internal async write block size (debugging use only for now)
[core]
debug int 2 0 0 - debug level
log_facility facility 24 0 0 h syslog facility, see "man 3 syslog"
memdbg int 4 0 0 - log level for memory debugging messages
use_dst_blocklist int 0 0 1 h enable/disable destination blocklisting
dst_blocklist_expire int 60 0 0 - how much time (in s) a blocklisted destination is kept in the
  list
dst_blocklist_mem int 256000 0 0 h maximum shared memory amount (in KB) used for keeping the
  blocklisted destinations
dst_blocklist_udp_imask int 0 0 0 - blocklist event ignore mask for UDP
dst_blocklist_tcp_imask int 0 0 0 - blocklist event ignore mask for TCP
dst_blocklist_tls_imask int 0 0 0 - blocklist event ignore mask for TLS
dst_blocklist_sctp_imask int 0 0 0 - blocklist event ignore mask for SCTP
dns_try_ipv6 int 0 0 1 h enable/disable IPv6 DNS lookups
dns_try_naptr int 0 0 1 - enable/disable NAPTR DNS lookups
dns_udp_pref int 30 0 0 - udp protocol preference when doing NAPTR lookups
dns_tcp_pref int 20 0 0 - tcp protocol preference when doing NAPTR lookups
dns_tls_pref int 10 0 0 - tls protocol preference when doing NAPTR lookups
dns_sctp_pref int 20 0 0 - sctp protocol preference when doing NAPTR lookups
dns_retr_time int -1 0 0 - time in s before retrying a dns request
dns_slow_query_ms int 0 0 0 - max time in ms before a dns request is considered slow
dns_retr_no int -1 0 0 - number of dns retransmissions before giving up
dns_servers_no int -1 0 0 - how many dns servers from the ones defined in /etc/resolv.conf will
  be used
dns_use_search_list int 1 0 1 - if set to 0, the search list in /etc/resolv.conf is ignored
dns_search_full_match int 1 0 1 - enable/disable domain name checks against the search list in
  DNS answers
dns_reinit int 0 1 1 h set to 1 in order to reinitialize the DNS resolver
dns_naptr_ignore_rfc int 1 0 0 - ignore the Order field required by RFC 2915
use_dns_cache int 1 0 1 h enable/disable the dns cache
dns_cache_flags int 0 0 4 - dns cache specific resolver flags (1=ipv4 only, 2=ipv6 only,
  4=prefer ipv6
use_dns_failover int 0 0 1 h enable/disable dns failover in case the destination resolves to
  multiple ip addresses and/or multiple SRV records (depends on use_dns_cache)
dns_srv_lb int 0 0 1 - enable/disable load balancing to different srv records of the same
  priority based on the srv records weights (depends on dns_failover)
dns_cache_negative_ttl int 60 0 0 - time to live for negative results ("not found") in seconds.
  Use 0 to disable
dns_cache_min_ttl int 0 0 0 - minimum accepted time to live for a record, in seconds
dns_cache_max_ttl int -1 0 0 - maximum accepted time to live for a record, in seconds
dns_cache_mem int 512000 0 0 h maximum memory used for the dns cache in Kb
dns_cache_del_nonexp int 0 0 1 - allow deletion of non-expired records from the cache when there
  is no more space left for new ones
dns_cache_rec_pref int 0 0 3 - DNS cache record preference: ~0 - do not check duplicates 1 -
  prefer old records 2 - prefer new records 3 - prefer records with longer lifetime
dns_cache_mode@6.1 int 0 0 1 - dns cache mode - controls the dns cache management
mem_dump_pkg int 0 0 0 - dump process memory status, parameter: pid_number
mem_dump_shm int 0 0 0 h dump shared memory status
max_while_loops int 100 0 0 - maximum iterations allowed for a while loop
udp_mtu int 0 0 65535 - fallback to a congestion controlled protocol if send size exceeds
  udp_mtu
udp_mtu_try_proto int 0 1 4 - if send size > udp_mtu use proto (1 udp, 2 tcp, 3 tls, 4 sctp)
udp4_raw int 0 -1 1 h enable/disable using a raw socket for sending UDP IPV4 packets. Should be
  ~faster on multi-CPU linux running machines.
udp4_raw_mtu int 1500 28 65535 - set the MTU used when using raw sockets for udp sending. This
  ~value will be used when deciding whether or not to fragment the packets.
udp4_raw_ttl int -1 -1 255 h set the IP TTL used when using raw sockets for udp sending. -1 will
  use the same value as for normal udp sockets.
force_rport int 0 0 1 - force rport for all the received messages
memlog int 4 0 0 - log level for memory status/summary information
mem_summary int 12 0 31 - memory debugging information displayed on exit (flags): ~0 - off, 1 -
  dump all the pkg used blocks (status), 2 - dump all the shm used blocks (status), 4 - summary
  of pkg used blocks, 8 - summary of shm used blocks, 16 - short status instead of dump
mem_safety int 1 0 0 - safety level for memory operations
mem_join int 1 0 0 - join free memory fragments
mem_status_mode int 0 0 0 - print status for free or all memory fragments
sip_parser_log_oneline int 0 0 0 - sip msg print on one line
sip_parser_log int -1 0 0 - log level for sip msg parser error messages
corelog int -1 0 0 - log level for non-critical core error messages
latency_cfg_log int 3 0 0 - log level for printing latency of routing blocks
latency_log int -1 0 0 - log level for latency limits alert messages
latency_limit_db int 0 0 0 - limit in ms for alerting on time consuming db commands
latency_limit_action int 0 0 0 - limit in ms for alerting on time consuming config actions
latency_limit_cfg int 0 0 0 - limit in ms for alerting on time consuming config execution
pv_cache_dump@6.0 int 0 0 0 - dump process pv cache, parameter: pid_number
pv_cache_limit int 2048 0 0 - limit to alert if too many vars in pv cache
pv_cache_action int 0 0 0 - action to do if too many vars in pv cache
"""
