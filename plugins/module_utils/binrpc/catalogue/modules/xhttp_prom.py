# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Methods of xhttp_prom, in the notation of :mod:`.notation`."""

TEXT = """
*name: name of the thing that is asked for

xhttp_prom.*
 %invalid=required |invalid=identifier|absent=failed to
xhttp_prom.metric_list_print -> str reads
 The metrics, as Prometheus reads them
xhttp_prom.counter_inc name number:int [label1] [label2] [label3] -> -
 Adds to a counter of the configuration
xhttp_prom.counter_reset name [label1] [label2] [label3] -> -
 Sets a counter of the configuration to 0
xhttp_prom.gauge_set name number:float [label1] [label2] [label3] -> - repeatable
 Sets a gauge of the configuration
xhttp_prom.gauge_inc name number:float [label1] [label2] [label3] -> - @6.1
 Adds to a gauge of the configuration
 number: below 0 to take away
xhttp_prom.gauge_reset name [label1] [label2] [label3] -> -
 Sets a gauge of the configuration to 0
xhttp_prom.histogram_observe name number:float [label1] [label2] [label3] -> -
 Adds an observation to a histogram of the configuration
"""
