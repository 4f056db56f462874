# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from kamailio_binrpc import Kamailio, RetryPolicy


def tell(error: BaseException, attempts: int) -> None:
    print(f"attempt {attempts}: {error}")


policy = RetryPolicy(retries=5, busy_wait=2)
with Kamailio("unix:/run/kamailio/kamailio_ctl", retry=policy, on_retry=tell) as kamailio:
    kamailio.dispatcher.add(1, "sip:192.0.2.13:5060", priority=5)
    kamailio.dispatcher.reload()  # refused until reload_delta has passed: waits and tries again
    print("reloaded")
