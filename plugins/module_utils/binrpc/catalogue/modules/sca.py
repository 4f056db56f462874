# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of sca, in the notation of :mod:`.notation`."""

TEXT = """
*aor: address of record
*contact: URI of the contact

sca.*
 %empty=empty subscription table|empty=no active appearances|absent=no appearances for
 %absent=is not in use|invalid=usage:|invalid=invalid state|invalid=must be > 0
 %refused=not implemented|refused=not yet implemented
sca.all_appearances -> str* reads
 Shared call appearances
sca.all_subscriptions -> str* reads
 Subscriptions to shared call appearances
sca.subscription_count event{call-info|line-seize} -> str reads
 Number of subscriptions
sca.show_subscription aor event{call-info|line-seize} [contact] -> str* reads
 Subscriptions of an address of record
sca.show_appearance -> - reads
 Not implemented: always a fault
sca.subscribers -> - reads
 Not implemented: always a fault
sca.deactivate_subscription -> -
 Not implemented: always a fault
sca.deactivate_all_subscriptions -> str*
 Ends all subscriptions
sca.seize_appearance aor owner -> str
 Seizes a line
sca.update_appearance aor index:int state{idle|...} [uri] -> -
 Sets the state of an appearance
sca.release_appearance aor index:int -> -
 Frees an appearance
"""
