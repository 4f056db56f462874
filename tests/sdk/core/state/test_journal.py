# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import itertools
import os
import stat
import threading
from pathlib import Path

import pytest

from kamailio_binrpc.core.desired.drive import Save
from kamailio_binrpc.core.state import journal
from kamailio_binrpc.core.state.journal import Entry, JournalError, Journals, Taken, parse, read
from kamailio_binrpc.core.state.run import apply
from tests.support.state import four

SERVER = journal.server_of("unix:/run/it")


@pytest.fixture
def journals(tmp_path):
    return Journals(str(tmp_path / "journals"))


def begun(journals, id_="one"):
    return journals.create(id_, journals.lock(SERVER))


def test_no_one_else_can_read_it(journals):
    with begun(journals) as made:
        assert stat.S_IMODE(os.stat(made.entry.path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(journals.folder).st_mode) == 0o700


def test_a_folder_that_others_can_read_is_refused(journals):
    os.mkdir(journals.folder, 0o755)
    with pytest.raises(JournalError, match="0700"):
        journals.lock(SERVER)


def test_a_server_is_locked(journals):
    with begun(journals):
        with pytest.raises(Taken):
            journals.lock(SERVER)
        journals.lock(journal.server_of("unix:/run/other")).close()
    journals.lock(SERVER).close()


@pytest.mark.parametrize("state", journal.STATES)
def test_only_unfinished_changes_are_in_the_way(journals, state):
    with begun(journals) as made:
        made.move(state)
    lock = journals.lock(SERVER)
    if state in journal.UNFINISHED:
        with pytest.raises(Taken) as error:
            journals.check_free(lock)
        assert error.value.reason == ("pending" if state == "pending" else "open")
    else:
        journals.check_free(lock)
    lock.close()


def test_of_two_who_move_it_one_succeeds(journals):
    with begun(journals) as made:
        made.pend(60)
    (one,) = journals.entries("one")
    (other,) = journals.entries("one")
    journal.move(one, journal.CONFIRMED)
    with pytest.raises(Taken):
        journal.move(other, journal.CANCELLING)
    with pytest.raises(Taken):
        journals.resume(other)


def test_what_was_written_is_read(server, journals):
    with begun(journals) as made:
        server.drive(apply([four()], about={"endpoint": server.address}), made.save)
        made.write("end", {"outcome": {"outcome": "changed"}})
        made.pend(60)
    found = read(made.entry.path)
    assert not found.damaged
    assert found.endpoint == server.address
    assert len(found.records) == 4
    assert len(found.steps) == 6
    assert found.sent
    assert 0 < found.left() <= 60
    assert found.outcome == {"outcome": "changed"}
    assert ("htable", "flags", "x") in found.records[0].acted


def test_a_line_that_was_cut_is_passed_over(journals):
    with begun(journals) as made:
        made.write("end", {"outcome": {}})
        path = made.entry.path
    data = Path(path).read_bytes()
    assert not parse(data).damaged
    for end in range(1, len(data)):
        assert parse(data[:end]).outcome is None or end == len(data) - 1
        assert not parse(data[:end]).damaged
    with open(path, "ab") as file:
        file.write(b"1234567 {")
    with journals.resume(journals.entries()[0]) as made:
        made.write("end", {"outcome": {"outcome": "undone"}})
    assert read(made.entry.path).outcome == {"outcome": "undone"}


def test_a_flipped_bit_is_noticed(journals):
    with begun(journals) as made:
        made.write("begin", {})
        made.write("end", {"outcome": {}})
        path = made.entry.path
    data = bytearray(Path(path).read_bytes())
    for place in range(len(data)):
        broken = bytearray(data)
        broken[place] ^= 4
        found = parse(bytes(broken))
        assert found.damaged


def test_a_full_disk_is_a_journal_error(journals):
    with begun(journals) as made:
        os.close(made._file)
        made._file = os.open("/dev/full", os.O_RDWR)
        with pytest.raises(JournalError, match="cannot be written"):
            made.save(Save("intent", {}))


def test_old_journals_are_purged_and_unfinished_ones_stay(journals):
    for number, state in enumerate(journal.STATES):
        with begun(journals, "id-%d" % number) as made:
            made.move(state)
            os.utime(made.entry.path, (0, 0))
    assert journals.purge() == len(journal.STATES) - len(journal.UNFINISHED)
    assert {each.state for each in journals.entries()} == set(journal.UNFINISHED)


@pytest.mark.parametrize("name", ["", "x", "../x_0123456789abcdef.open", "a_0123456789abcdef.gone"])
def test_other_files_are_no_journals(name):
    with pytest.raises(ValueError, match="not the name"):
        Entry("/", name, 0.0)


def test_ids_sort_by_time_and_differ():
    assert journal.new_id() != journal.new_id()
    assert Entry("/", "%s_%s.open" % (journal.new_id(), SERVER), 0.0).server == SERVER


@pytest.mark.parametrize("luck", [(b"\xff\xff", b"\x00\x00"), (b"\x00\x00", b"\xff\xff")])
def test_ids_of_one_second_sort_by_time(monkeypatch, luck):
    """A history has the newest last, also of changes that follow each other at once."""
    moments = [1796137200.0, 1796137200.001, 1796137200.5, 1796137200.9999, 1796137201.0]
    clock = iter(moments)
    monkeypatch.setattr(journal.time, "time", lambda: next(clock))
    numbers = itertools.cycle(luck)
    monkeypatch.setattr(journal.os, "urandom", lambda count: next(numbers)[:count])
    ids = [journal.new_id() for _ in moments]
    assert ids == sorted(ids)
    assert {len(each) for each in ids} == {len("20261201-143000-1a2b3c")}


@pytest.mark.parametrize(
    "one, other",
    [
        ("unix:/run/it", "unixs:/run/it"),
        ("unix:/run/x/../it", "unixs:/run/it"),
        ("udp:h", "udp:h:2049"),
        ("tcp:[::1]", "tcp:[::1]:2049"),
    ],
)
def test_a_server_has_one_name_however_it_is_written(one, other):
    assert journal.server_of(one) == journal.server_of(other)
    assert journal.server_of(one) != journal.server_of("unix:/run/other")


def test_another_process_finds_a_socket_in_this_folder(tmp_path, monkeypatch):
    """A guardian has a folder of its own."""
    monkeypatch.chdir(tmp_path)
    assert journal.lasting("unix:it") == "unixs:%s/it" % tmp_path
    assert journal.lasting("unixd:./a/../it") == "unixd:%s/it" % tmp_path
    assert journal.lasting("udp:h:1") == "udp:h:1"
    assert journal.server_of("unix:it") == journal.server_of("unix:%s/it" % tmp_path)


def test_one_listing_serves_several_servers(journals, monkeypatch):
    listings = []
    original = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: listings.append(path) or original(path))
    servers = [f"{number:016x}" for number in range(5)]
    locks = [journals.lock(server) for server in servers]
    with journals.create("mine", locks[2]):
        found = journals.check_all_free(locks)
    assert [problem is not None for problem in found] == [False, False, True, False, False]
    assert "mine" in str(found[2])
    assert len(listings) == 1
    for lock in locks:
        lock.close()


def test_threads_share_a_listing_that_began_after_they_asked(journals, monkeypatch):
    """While one is under way, all who ask get the next one; each sees what was there before."""
    count = 20
    locks = [journals.lock(f"{number:016x}") for number in range(count)]
    first, others = threading.Event(), threading.Event()
    listings = []
    original = os.listdir

    def listed(path):
        names = original(path)
        listings.append(path)
        first.set()
        if len(listings) == 1:
            assert others.wait(60)
        return names

    monkeypatch.setattr(os, "listdir", listed)
    turn, asked = journals._listing._turn, threading.Semaphore(0)
    problems = []

    class Turn:
        def __enter__(self):
            asked.release()
            turn.acquire()

        def __exit__(self, *_error):
            turn.release()

    monkeypatch.setattr(journals._listing, "_turn", Turn())

    def look(lock):
        problems.append("late" in str(journals.check_all_free([lock])[0]))

    early = threading.Thread(target=look, args=(locks[0],))
    early.start()
    assert first.wait(60)
    for lock in locks:  # begun after the first listing was read
        journals.create("late", lock)
    late = [threading.Thread(target=look, args=(lock,)) for lock in locks[1:]]
    for thread in late:
        thread.start()
    for _thread in range(count):
        asked.acquire()
    others.set()
    for thread in (early, *late):
        thread.join(60)
    assert sorted(problems) == [False] + [True] * (count - 1)
    assert len(listings) == 2
    for lock in locks:
        lock.close()


def test_journals_of_other_servers_are_not_looked_at(journals, monkeypatch):
    """A fleet looks for each of its servers, and each look must not cost as much as all of them."""
    for number in range(30):
        begun(journals, f"id-{number}").close()
        (entry,) = journals.entries(f"id-{number}")
        os.rename(entry.path, entry.path.replace(entry.server, f"{number:016x}"))
    looked = []
    original = journal.Entry
    monkeypatch.setattr(journal, "Entry", lambda *words: looked.append(words) or original(*words))
    assert [each.id for each in journals.entries(server=f"{7:016x}")] == ["id-7"]
    assert [each.id for each in journals.entries("id-7")] == ["id-7"]
    assert len(looked) == 2
