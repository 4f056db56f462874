# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from kamailio_binrpc.core.desired.leaf import UNKNOWN, Sealed, Secret, dump, load
from kamailio_binrpc.core.state.seals import FILE, Seal, seal_of

SEAL = Seal(b"k" * 32)
OTHER = Seal(b"o" * 32)


def test_a_secret_is_recognised_and_not_known():
    data = dump(Secret("hidden-1"), SEAL)
    assert "hidden-1" not in str(data)
    found = load(data, seal=SEAL)
    assert isinstance(found, Sealed)
    assert found == Secret("hidden-1") == found == load(data, seal=SEAL)
    assert found != Secret("hidden-2") != found
    assert found not in (UNKNOWN, "hidden-1")
    assert "hidden-1" not in repr(found)
    assert dump(found, SEAL) == data


def test_with_another_key_nothing_can_be_told():
    data = dump(Secret("hidden-1"), SEAL)
    assert load(data, seal=OTHER) is UNKNOWN
    assert load(data) is UNKNOWN


def test_a_secret_of_a_source_is_had_again_if_it_is_still_the_same():
    source = {"env": "TRUNK"}
    data = dump(Secret("hidden-1", source), SEAL)
    same = load(data, lambda where: "hidden-1", SEAL)
    assert type(same) is Secret
    assert same.value == "hidden-1"
    other = load(data, lambda where: "hidden-2", SEAL)
    assert isinstance(other, Sealed)
    assert other == Secret("hidden-1")
    # Nothing to compare with: it is believed.
    assert load(data, lambda where: "hidden-2", OTHER) == Secret("hidden-2")


def test_no_secret_is_no_secret():
    assert load(dump(Secret("")), None) == Secret("")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    assert seal_of(str(tmp_path)) is None
    with ThreadPoolExecutor(8) as pool:
        seals = list(pool.map(lambda _n: seal_of(str(tmp_path), create=True), range(16)))
    assert len({seal("hidden-1") for seal in seals}) == 1
    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_key_that_was_cut_is_no_key(tmp_path):
    (tmp_path / FILE).write_bytes(b"short")
    assert seal_of(str(tmp_path), create=True) is None


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / FILE).symlink_to("/dev/zero")
    with pytest.raises(OSError, match=FILE):
        seal_of(str(tmp_path), create=True)
