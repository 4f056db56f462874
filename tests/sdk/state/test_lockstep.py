# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Generators of many servers, answered by one call of a fleet for each question."""

from __future__ import annotations

import contextlib

import pytest

from kamailio_binrpc.core.desired.drive import Ask, Do, Now, Save, Sleep
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.faults import Fault
from kamailio_binrpc.lab import HashTables, LabServer
from kamailio_binrpc.state.lockstep import Lockstep


@pytest.fixture
def labs(tmp_path):
    with contextlib.ExitStack() as running:
        found = {}
        for name in ("one", "two", "three"):
            lab = LabServer(
                binrpc=f"unix:{tmp_path}/{name}", modules=[HashTables({"t": {"who": name}})]
            )
            found[name] = running.enter_context(lab.running_in_thread())
        yield found


def read(endpoints, talk, **options):
    found = {}
    Lockstep(endpoints, lambda name: talk(), found.__setitem__, **options).run()
    return found


def addresses(labs):
    return {name: lab.addresses[0] for name, lab in labs.items()}


def test_each_generator_gets_the_answers_of_its_server(labs):
    def talk():
        reply = yield Ask("htable.get", ("t", "who"))
        yield Save("before", None)
        first = yield Now()
        echo = yield Ask("core.echo", (reply[0]["item"]["value"],))
        return echo[0], (yield Now()) >= first

    assert read(addresses(labs), talk) == {name: (name, True) for name in labs}


def test_equal_questions_are_one_call_and_texts_are_not_numbers(labs):
    def talk(word):
        yield Ask("core.echo", (word,))

    words = {"one": 1, "two": "1", "three": 1}
    Lockstep(addresses(labs), lambda name: talk(words[name]), lambda *_end: None).run()
    sent = {name: lab.calls.of("core.echo")[-1].params[0] for name, lab in labs.items()}
    assert sent == words


def test_an_error_is_raised_where_the_question_was_asked(labs):
    def talk():
        try:
            yield Ask("no.such")
        except Fault as fault:
            return fault.code

    assert read(addresses(labs), talk) == dict.fromkeys(labs, 500)


def test_a_server_that_is_not_there_ends_its_own_generator_only(labs):
    def talk():
        reply = yield Ask("core.echo", ("x",))
        return reply[0]

    found = read({**addresses(labs), "gone": "unix:/nonexistent/s"}, talk)
    assert isinstance(found.pop("gone"), BinrpcError)
    assert found == dict.fromkeys(labs, "x")


def test_pauses_of_one_do_not_hold_up_the_others(labs):
    time = [0.0]
    order = []

    def talk(seconds):
        yield Sleep(seconds)
        yield Ask("core.echo", ("x",))
        order.append(seconds)
        return (yield Now())

    waits = {"one": 5.0, "two": 0.0, "three": 2.0}

    def pause(seconds):
        time[0] += seconds

    found = {}
    Lockstep(
        addresses(labs),
        lambda name: talk(waits[name]),
        found.__setitem__,
        clock=lambda: time[0],
        pause=pause,
    ).run()
    assert found == waits
    assert order == [0.0, 2.0, 5.0]


def test_nothing_is_changed(labs):
    def talk():
        yield Ask("core.echo", ("x",))
        yield Do("htable.delete", ("t", "who"))

    with pytest.raises(TypeError, match=r"htable\.delete would change"):
        read(addresses(labs), talk)


def test_what_a_callback_raises_reaches_the_caller(labs):
    def talk():
        yield Ask("core.echo", ("x",))

    def done(_name, _end):
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        Lockstep(addresses(labs), lambda name: talk(), done).run()
