# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The file of a recording."""

from __future__ import annotations

import pytest

from kamailio_binrpc import Fault, Struct
from kamailio_binrpc.lab import Recording, RecordingError, read_recording

ODD = [
    Struct(a=1, b=2.0, c="x"),
    Struct([("n", 1), ("n", 2), (None, Struct.of(1.5, "y"))]),
    Struct([("$members", 1)]),
    [-5, 4294967295, "\udcff\x00\n", "ä", 0.001, b"\x00\xff", []],
    Struct(),
]
HEAD = '{"format": "kamailio-recording", "version": 1, "calls": '


def test_a_file_gives_back_what_was_recorded():
    recording = Recording("kamailio 5.6.3")
    recording.add("one", [], ODD)
    recording.add("one", ["x", 7, 1.5], [])
    recording.add("two", [], Fault(404, "none\n", "two"))
    recording.helps["one"] = "Counts."
    again = Recording.load(recording.dump())
    assert again.find("one", []) == ODD
    assert [type(value) for value in again.find("one", [])[3]] == [type(v) for v in ODD[3]]
    assert again.find("one", [])[0]["b"].__class__ is float
    assert again.find("one", ["x", "7", 1.5]) == []
    assert again.find("one", ["x"]) is None
    fault = again.find("two", [])
    assert (fault.code, fault.text) == (404, "none\n")
    assert (again.server, again.helps, len(again)) == ("kamailio 5.6.3", {"one": "Counts."}, 3)
    assert again.dump() == recording.dump()


@pytest.mark.parametrize(
    "text, match",
    [
        ("nonsense", "not JSON"),
        ("[]", "not a recording"),
        ('{"format": "kamailio-recording", "version": 9}', "version 9; this program reads 1"),
        ('{"format": "kamailio-recording", "version": 1}', '"calls" is not a list'),
        ('{"format": "kamailio-recording", "version": 1, "calls": [7]}', "call 1 is malformed"),
        (
            '{"format": "kamailio-recording", "version": 1, "calls": '
            '[{"method": "a", "reply": []}, {"method": "b", "reply": [null]}]}',
            "call 2 is malformed",
        ),
        ("[" * 100_000, "not JSON: the JSON text is nested deeper"),
        ('{"version": ' + "9" * 5000 + "}", "not JSON: .* has 5000 digits"),
        (HEAD + '[{"method": "a", "reply": [{"$members": [["$bytes", "zz"]]}]}]}', "call 1"),
        (HEAD + '[{"method": "a", "reply": [{"$members": [[]]}]}]}', "call 1"),
        (HEAD + '[{"method": "a", "fault": {"code": "x", "text": ""}}]}', "call 1 is malformed"),
        (HEAD + '[{"method": "a", "fault": []}]}', "call 1 is malformed"),
        (HEAD + '[{"method": "a", "reply": 5}]}', "call 1 is malformed"),
    ],
)
def test_files_that_are_none(text, match, tmp_path):
    (tmp_path / "file").write_text(text)
    with pytest.raises(RecordingError, match=match):
        read_recording(str(tmp_path / "file"))
