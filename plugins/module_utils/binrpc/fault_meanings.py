# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Faults whose meaning neither their code nor their text alone tells.

Loaded with the first fault. ``absent`` what was asked for does not exist, ``exists`` what was
to be added does, ``empty`` there is nothing to list, ``busy`` later it may work and nothing
was changed, ``refused`` this configuration or build does not allow it, ``invalid`` a parameter
is missing, of the wrong type or of no meaning.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, Tuple

# Methods (module.* for all of a module), then meaning=part of the text in lower case.
_TEXT = """
dispatcher.list|empty=no destination sets
dispatcher.set_state dispatcher.set_duid_state|absent=state update failed|invalid=unknown state
dispatcher.*|refused=not ready for reload
htable.listTables htable.stats|empty=no htables
htable.setxs htable.setxi|absent=failed to set the item
htable.*|invalid=no htable name
htable.reload htable.store|refused=no htable db_url|refused=no database htable
permissions.addressDump|empty=no address table
permissions.subnetDump|empty=no subnet table
permissions.domainDump|empty=no domain list table
permissions.trustedDump|empty=no trusted table
domain.dump|empty=server domain cache empty|refused=cache disabled
domain.reload|refused=cache disabled
mtree.*|empty=empty tree list|empty=no mtrees defined|absent=no tree|absent=can not find
lcr.dump_rules|empty=empty reply
lcr.defunct_gw|absent=parameter value error
lcr.load_gws|invalid=parameter error
lcr.defunct_gw|invalid=parameters required
dialplan.dump dialplan.translate|absent=dialplan id not matched|absent=no translation\
|invalid=missing parameter|invalid=empty input
dialplan.reload|refused=not ready for reload
pdt.list|empty=no records|invalid=error reading parameters|invalid=bad prefix
cr.*|refused=not running in config file mode|invalid=get argument failed\
|invalid=get options failed|absent=update options failed
regex.reload|refused=group matching not enabled
pdb.*|refused=active field not initialized
dbcl.list_clusters|empty=clusters not found
dbcl.disable_connection|refused=cannot disable last active
pl.*|absent=unknown pipe|invalid=unknown algorithm|invalid=out of range
rl.*|absent=unknown pipe|invalid=unknown algorithm|invalid=out of range|absent=invalid pipe\
|refused=max_queues reached
pike.*|invalid=bad argument
rtpengine.*|empty=no sets loaded|refused=no database url
auth_xkeys_.list|empty=no keys
secfilter.*|invalid=invalid parameters
tls.reload|refused=no tls configuration file
ws.*|absent=unknown connection id
cdp.*|invalid=required peer fqdn
uac.reg_dump uac.reg_info uac.reg_enable uac.reg_disable uac.reg_register uac.reg_unregister\
|refused=not enabled|invalid=unsupported filter attribute
uac.reg_active|refused=not initialized|invalid=missing parameter
userblocklist.*|invalid=needed (
uac.reg_add|invalid=invalid password or ha1
ul.db_users ul.db_contacts ul.db_expired_contacts|refused=not supported in db_mode\
|refused=does not support raw queries
ul.lookup|empty=aor has no contacts
ul.*|invalid=domain missing in aor
nathelper.enable_ping|refused=natping disabled|invalid=no parameter
dlg.list dlg.list_ctx|empty=not found
dlg.list_match dlg.list_match_ctx|empty=not found|invalid=matching operator not supported
dlg.is_alive|absent=not in confirmed state|invalid=too few parameters
dlg.terminate_dlg|absent=couldnt find callid|invalid=need a callid
dlg.set_state|invalid=need the callid|invalid=invalid state value
keepalive.*|invalid=parameter is len less|absent=couldn't get data|absent=couldn't delete data
dmq.remove|absent=failure
mqueue.fetch|empty=empty queue|invalid=no queue name|invalid=invalid queue name
mqueue.get_size|invalid=no queue name|invalid=invalid queue name
mohqueue.*|invalid=too few parameters|busy=unable to lock
siptrace.status sipcapture.status|invalid=bad parameter
imc.list_members|absent=room not found|invalid=room name
msrp.cmaplist|refused=no connections map
call_obj.list|invalid=requires arguments|invalid=shouldn't be negative
call_obj.free|invalid=required object number|invalid=cannot convert|absent=error freeing object
sca.*|empty=empty subscription table|empty=no active appearances|absent=no appearances for\
|absent=is not in use|invalid=usage:|invalid=invalid state|invalid=must be > 0\
|refused=not implemented|refused=not yet implemented
presence.refreshWatchers presence.updateWatchers|invalid=empty |invalid=no file uri
ctl.who|empty=no open stream connection
ctl.*|refused=rpc available only over binrpc
core.*|refused=not compiled|refused=support disabled
core.shmmem|invalid=bad param
system.methodHelp|absent=command not found
system.methodSignature|refused=not implemented yet
dns.*|refused=dns cache support disabled|refused=permanent entries cannot|invalid=invalid type\
|invalid=failed to add the entry
dst_blocklist.* dst_blacklist.*|refused=support disabled|invalid=unknown protocol\
|invalid=malformed ip|invalid=failed to add the entry
modparam.*|refused=not acceptable here
cfg.get|absent=failed to get the variable|refused=not readable via rpc\
|invalid=failed to get the parameters
cfg.help cfg.reset|absent=failed to get the variable
cfg.*|invalid=wrong group syntax
cnt.*|absent=non-existent counter|absent=no description for|invalid=name required
stats.*|refused=stats support not enabled|invalid=please provide
statsc.report|busy=nothing collected yet|refused=not initialized|invalid=invalid command\
|invalid=missing command
pkg.stats|invalid=invalid filter type|invalid=one more parameter
mod.*|invalid= needed
corex.pkg_summary|invalid=not provided|invalid=unsupported selector|invalid=out of range
cfgutils.*|refused=no hash file|invalid=invalid percent
tm.cancel tm.reply tm.reply_callid|absent=no such transaction|absent=transaction not found\
|invalid= expected|invalid=invalid transaction id|invalid=read error
tm.t_uac_start tm.t_uac_wait tm.t_uac_wait_block|refused=not supported by this rpc transport\
|invalid=too few parameters|invalid=invalid |invalid=empty method|invalid=no local socket
tm.hash_stats|refused=not supported
ts.lookup|invalid=no ruri to lookup
dbg.*|refused=not initialized|refused=reset_msgid is 0|absent=no such pid\
|absent=facility not found|invalid= missing|invalid=missing |invalid=unknown
benchmark.*|absent=register timer failure|invalid=invalid timer name
evrexec.run|absent=event route not found
pv.shvSet|invalid=missing |invalid=unknown parameter type
shm.report|refused=no report callback
app_jsdt.* app_lua.* app_python.*|refused=no script file|refused=reload not enabled
xhttp_prom.*|invalid=required |invalid=identifier|absent=failed to
autheph.rm_secret|absent=failed removing secret
"""

_rules: Dict[str, List[Tuple[str, str]]] = {}


def _load() -> None:
    for line in _TEXT.split("\n"):
        names, *rules = line.split("|")
        for name in names.split():
            pairs = _rules.setdefault(name, [])
            for rule in rules:
                meaning, _other, part = rule.partition("=")
                pairs.append((meaning, part))


def meanings_of(method: str) -> List[Tuple[str, str]]:
    """``(meaning, part of the text in lower case)`` for the faults of a method."""
    if not _rules:
        _load()
    own = _rules.get(method, [])
    return own + _rules.get(method.partition(".")[0] + ".*", [])


def meaning_of(method: str, text: str) -> str:
    """What a fault of this method with this text means, or ""."""
    lower = text.lower()
    for meaning, part in meanings_of(method):
        if part in lower:
            return meaning
    return ""
