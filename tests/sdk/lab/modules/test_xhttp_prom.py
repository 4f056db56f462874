# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import re

import pytest

from kamailio_binrpc import Client
from kamailio_binrpc.lab import Prometheus
from tests.conformance.furniture import METRICS
from tests.sdk.lab.modules.support import ODD, Pair, Params, fault, lab
from tests.support.releases import holds

LIST = "xhttp_prom.metric_list_print"
NAMES = (*METRICS, "nope", "")
LABELS: tuple[Params, ...] = (
    *((), ("INVITE",), ("INVITE", "200"), ("INVITE", "404"), ("a", "b", "c"), ("", "")),
    *((1,), ("a", 1), ("a", "b", 1)),
)


def without_times(outcome: object) -> str:
    return re.sub(r" \d{13}\b", " TIME", repr(outcome))


@pytest.mark.real
def test_xhttp_prom(real: Client) -> None:
    pair = Pair(real, Prometheus(METRICS))
    pair.same_methods("xhttp_prom.")
    pair.same(LIST, normalise=without_times)
    numbers: tuple[Params, ...] = ((), (5,), (0,), (-3,), (0.5,), (-2.25,), (9.0,), (2.5,), ("x",))
    with_number = ["counter_inc", "gauge_set", "histogram_observe"]
    with_number += ["gauge_inc"] if holds("peerstate") else []
    for method in ("counter_reset", "gauge_reset", *with_number):
        pair.each("xhttp_prom." + method, *ODD)
        for name in NAMES:
            for number in numbers if method in with_number else ((),):
                for labels in LABELS:
                    pair.same("xhttp_prom." + method, name, *number, *labels)
        pair.same(LIST, normalise=without_times)


def lines(engine):
    return [line.rpartition(" ")[0] for line in engine.call(LIST)[0].splitlines()]


def test_what_a_scrape_shows():
    metrics = {"calls": {"type": "counter"}, "time": {"type": "histogram", "buckets": [1, 2.5]}}
    engine, _clock = lab(Prometheus(metrics, beginning="lab_"))
    engine.call("xhttp_prom.counter_inc", "calls", 2)
    engine.call("xhttp_prom.histogram_observe", "time", 2.0)
    assert engine.call(LIST)[0].splitlines()[1] == "lab_calls 2 1700000000000"
    assert lines(engine)[2:] == [
        'lab_time_bucket{le="1.000000"} 0',
        'lab_time_bucket{le="2.500000"} 1',
        'lab_time_bucket{le="+Inf"} 1',
        "lab_time_sum 2.000000",
        "lab_time_count 1",
    ]
    assert lab(Prometheus({}))[0].call(LIST) == ["# NO User defined metrics\n"]


@pytest.mark.parametrize("timeout, left", [(60, 0), (0, 1)])
def test_values_that_no_one_changes_are_forgotten(timeout, left):
    engine, clock = lab(Prometheus({"a": {"type": "gauge"}, "b": {"type": "gauge"}}, "", timeout))
    engine.call("xhttp_prom.gauge_set", "a", 1.5)
    clock.now += 3601
    engine.call("xhttp_prom.gauge_set", "b", 1.5)
    assert lines(engine).count("a 1.500000") == left


def test_gauges_go_up_and_down():
    engine, _clock = lab(Prometheus({"load": {"type": "gauge"}}), version="6.1")
    engine.call("xhttp_prom.gauge_inc", "load", 2.0)
    engine.call("xhttp_prom.gauge_inc", "load", -0.5)
    assert lines(engine)[1] == "kamailio_load 1.500000"
    no_label = fault(engine, "xhttp_prom.gauge_inc", "load", 1.0, "a")
    assert no_label == (500, "Failed to add 1.000000 to gauge: load (a)")


def test_a_type_that_does_not_exist():
    with pytest.raises(ValueError, match="no metric of type 'meter'; there are counter, gauge"):
        Prometheus({"a": {"type": "meter"}})
