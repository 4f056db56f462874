# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""pykamcmd without a server: options, typing, addresses, templates, records, and what it loads."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kamailio_binrpc.cli.kamcmd import arguments, commands, endpoint, jsonrpc, options, records
from kamailio_binrpc.cli.kamcmd.errors import Failure
from kamailio_binrpc.cli.kamcmd.template import Template
from kamailio_binrpc.cli.text import render
from kamailio_binrpc.core import wire
from kamailio_binrpc.core.decoder import decode_records
from kamailio_binrpc.core.encoder import Encoder
from kamailio_binrpc.core.errors import DecodeError
from kamailio_binrpc.core.values import Fixed, Struct
from tests.sdk.core import strategies

# --- options


def parsed(*argv):
    return options.parse(argv)


def test_options_are_found_behind_the_method():
    found = parsed("-v", "core.echo", "a", "-vf", "%v", "-sADDR", "b", "--", "-v", "--")
    assert (found.words, found.verbosity) == (["core.echo", "a", "b", "-v", "--"], 2)
    assert (found.template, found.address) == ("%v", "ADDR")


def test_every_option_is_known():
    found = parsed("-U", "-j", "-R", "r", "-D", "d", "-t", "1.5", "-z", "64", "--strict-exit", "m")
    assert (found.udp, found.jsonrpc, found.strict_exit) == (True, True, True)
    assert (found.reply_name, found.reply_folder, found.seconds) == ("r", "d", 1.5)
    assert found.words == ["m"]
    assert parsed("-jb", "m").jsonrpc is False


@pytest.mark.parametrize("text", ["-1", "0", "x", "nan", "1e99"])
def test_a_useless_timeout_means_the_default(text):
    assert parsed("-t", text, "m").seconds is None


def test_a_negative_number_behind_the_method_is_an_argument():
    assert parsed("m", "-1", "-.5", "-5x").words == ["m", "-1", "-.5", "-5x"]
    with pytest.raises(Failure, match="Unknown option `-1'"):
        parsed("-1", "m")


@pytest.mark.parametrize(
    "argv, text",
    [
        (["-x"], "Unknown option `-x'."),
        (["-vvx"], "Unknown option `-x'."),
        (["m", "-s"], "Unknown option `-s'."),
        (["-\x07"], "Unknown option character `\\x7'."),
        (["--strict"], "Unknown option `--'."),
    ],
)
def test_option_errors(argv, text):
    with pytest.raises(Failure) as caught:
        parsed(*argv)
    assert caught.value.text == text


def test_help_and_version_end_the_reading():
    assert parsed("-V", "-x").show == "version"
    assert parsed("-vh").show == "help"


def test_posixly_correct_stops_at_the_method(monkeypatch):
    monkeypatch.setenv("POSIXLY_CORRECT", "")
    assert parsed("-v", "m", "-v").words == ["m", "-v"]


# --- typing


@pytest.mark.parametrize(
    "word, value",
    [
        ("", 0),
        ("5", 5),
        (" \t+5", 5),
        ("5 ", "5 "),
        (" ", " "),
        ("-0", 0),
        ("4294967295", -1),
        ("99999999999", 1215752191),
        ("9" * 30, -1),
        ("-" + "9" * 30, 0),
        ("1_0", "1_0"),
        ("\u0663", "\u0663"),
        ("s:5", "5"),
        ("s:s:5", "s:5"),
        ("S:5", "S:5"),
        ("i:5", "i:5"),
        ("a b", "a b"),
        ("0x", "0x"),
        ("1e", "1e"),
        ("nano", "nano"),
        ("nan(a-b)", "nan(a-b)"),
        ("+-5", "+-5"),
    ],
)
def test_words_become_ints_and_texts(word, value):
    found = arguments.parse(word)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    "word, raw",
    [
        ("1.5", 1500),
        ("-1.0009", -1000),
        (".5", 500),
        ("5.", 5000),
        ("1e5", 100000000),
        ("0x10", 16000),
        ("0x.8p1", 1000),
        ("-0.0", 0),
        ("inf", -(2**63)),
        ("-Infinity", -(2**63)),
        ("nan", -(2**63)),
        ("NAN(x_1)", -(2**63)),
        ("1e400", -(2**63)),
        ("0x1p5000", -(2**63)),
        ("9223372036854776", -(2**63)),
    ],
)
def test_words_become_doubles(word, raw):
    if word.isdecimal():
        word += ".0"
    found = arguments.parse(word)
    assert isinstance(found, Fixed)
    assert found.raw == raw


def test_more_arguments_than_kamcmd_takes():
    assert len(arguments.parse_all(["x"] * 256)) == 256
    with pytest.raises(Failure, match="too many args 257, only 256 allowed"):
        arguments.parse_all(["x"] * 257)


# --- addresses


@pytest.mark.parametrize(
    "text, address",
    [
        ("", "unixs:/run/kamailio/kamailio_ctl"),
        ("/a/b", "unixs:/a/b"),
        ("//a/b", "unixs:/a/b"),
        ("unix:///a/b", "unixs:/a/b"),
        ("UNIXD:/a", "unixd:/a"),
        ("name", "unixs:name"),
        ("host:1", "udp:host:1"),
        ("tcp:host", "tcp:host:2049"),
        ("udp:[::1]:5", "udp:[::1]:5"),
        ("[::1]", "udp:[::1]:2049"),
    ],
)
def test_addresses(text, address):
    assert str(endpoint.find(parsed("-s", text) if text else parsed())) == address


def test_addresses_with_other_defaults():
    assert str(endpoint.find(parsed("-U", "-s", "host"))) == "udp:host:2049"
    assert str(endpoint.find(parsed("-U", "-s", "/a"))) == "unixs:/a"
    assert str(endpoint.find(parsed("-j"))) == "unixd:/run/kamailio/kamailio_rpc.sock"
    assert str(endpoint.find(parsed("-j", "-s", "/a"))) == "unixd:/a"


@pytest.mark.parametrize("text", ["fifo:/a", "tcp:2049", "::1", "tcp:h:nosuch", "/" + "x" * 200])
def test_what_is_no_address(text):
    with pytest.raises(Failure, match="ERROR: error parsing server socket address") as caught:
        endpoint.find(parsed("-s", text))
    assert caught.value.advice


def test_jsonrpc_wants_datagrams():
    with pytest.raises(Failure):
        endpoint.find(parsed("-j", "-s", "tcp:host:1"))


# --- templates and records


def filled(template, *texts):
    return b"".join(Template(template).fill((0, b"", text.encode()) for text in texts)).decode()


@pytest.mark.parametrize(
    "template, texts, result",
    [
        ("%v\\n", "ab", "a\nb\n"),
        ("%v-%v|", "abc", "a-b|c-|"),
        ("<", "ab", "<a<b"),
        ("<", "", "<"),
        ("%v;%v", "", ";"),
        ("%%v%v", "ab", "%va%vb"),
        ("\\t\\q\\\\%v\\", "a", "\t\\q\\a\\"),
        ("", "ab", "ab"),
    ],
)
def test_templates(template, texts, result):
    assert filled(template, *texts) == result


@pytest.mark.parametrize("template", ["%", "%x", "%v%", "%d"])
def test_templates_that_would_never_end(template):
    with pytest.raises(Failure, match="neither %v nor %%"):
        Template(template)


def printed(body):
    rows = (b"\t" * depth + name + text + b"\n" for depth, name, text in records.walk(body, 0))
    return b"".join(rows)


def without_nul(value):
    """kamcmd prints what stands before a NUL; a name never has one."""
    if isinstance(value, Struct):
        return Struct((name, without_nul(member)) for name, member in value.items())
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, bytes):
        return value.partition(b"\0")[0]
    return value


@strategies.thorough
@given(st.lists(strategies.values, max_size=4))
def test_records_print_as_the_decoded_values_do(values):
    encoder = Encoder()
    encoder.add_all(values)
    body = bytes(encoder.out)
    lines = render(without_nul(decode_records(body))).encode("utf-8", "surrogateescape")
    # Arrays are indented one deeper at their start, which Kamailio never sends.
    assert [row.strip(b"\t") for row in printed(body).split(b"\n")] == [
        row.strip(b"\t") for row in lines.split(b"\n")
    ]


@strategies.thorough
@given(strategies.bodies)
def test_bad_records_are_bad_for_the_decoder_too(body):
    try:
        printed(body)
    except records.BadRecord as error:
        assert wire.ERROR_TEXTS[-4] in error.text or "record" in error.text
        with pytest.raises(DecodeError):
            decode_records(body)


def test_a_bad_record_comes_after_the_good_ones():
    seen = []
    with pytest.raises(records.BadRecord) as caught:
        seen += (record for record in records.walk(b"\x10\x05\x0f", 0))
    assert caught.value.text == (
        "ERROR:: while parsing the record 1, @2: 0f : record doesn't match type"
    )


# --- the rest


def test_aliases_go_before_built_ins_and_old_names_still_work():
    assert commands.find_alias("version") == ("core.version", "")
    assert commands.find_alias("dst_blacklist_debug") == commands.ALIASES["dst_blocklist_debug"]
    assert commands.find_alias("help") is None


def test_a_jsonrpc_request():
    values = [5, Fixed(1500), 'a"\\\n\x01', "\u00e4"]
    assert jsonrpc.build("m", values, 7).decode() == (
        '{ "jsonrpc": "2.0", "method": "m", '
        '"params": [5, 1.500, "a\\"\\\\\\n\\u0001", "\u00e4"], "id": 7 }'
    )

    # Not JSON: the server does not answer, as it does not answer kamcmd.
    text = jsonrpc.build("m", arguments.parse_all(["inf", "1e400"]), 7).decode()
    assert '"params": [inf, inf]' in text


def pykamcmd(*args, **options):
    command = [sys.executable, "-m", "kamailio_binrpc.cli.kamcmd.main", *args]
    return subprocess.run(command, capture_output=True, timeout=60, check=False, **options)


def test_version_and_help():
    done = pykamcmd("-V")
    assert done.stdout.startswith(b"version: kamcmd 1.6 (pykamcmd ")
    assert done.stdout.count(b"\n") == 2
    done = pykamcmd("-h")
    assert done.returncode == 0
    for option in ("-s", "-R", "-D", "-f", "-v", "-U", "-b", "-j", "-t", "-z", "--strict-exit"):
        assert option.encode() in done.stdout


HEAVY = {
    *("argparse", "asyncio", "collections", "dataclasses", "enum", "functools", "json", "logging"),
    *("pathlib", "re", "signal", "socket", "subprocess", "tempfile", "threading", "typing"),
    *("pydantic", "tenacity", "yaml"),
}


def test_a_call_loads_nothing_heavy_and_nothing_foreign(tmp_path, request):
    from kamailio_binrpc.lab import LabServer

    with LabServer([f"unix:{tmp_path}/s"]).running_in_thread() as lab:
        source = str(request.config.rootpath / "sdk")
        # -S: an environment's own start-up files may load anything.
        program = (
            f"import sys; sys.path.insert(0, {source!r})\nbefore = set(sys.modules)\n"
            "from kamailio_binrpc.cli.kamcmd.main import main\n"
            f"status = main(['-s', {lab.addresses[0]!r}, 'core.version'])\n"
            "print(status, *sorted(set(sys.modules) - before))\n"
        )
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", program],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    reply, modules = done.stdout.splitlines()
    assert reply.startswith("kamailio ")
    status, *loaded = modules.split()
    assert status == "0"
    assert "kamailio_binrpc.core.transport" in loaded
    assert not HEAVY & set(loaded)
    foreign = {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names
    assert foreign == {"kamailio_binrpc"}


def test_the_installed_program_loads_no_more():
    """pip's own stub would import re."""
    from pathlib import Path

    script = Path(sys.executable).parent / "pykamcmd"
    if not script.exists():
        pytest.skip("pykamcmd is not installed here")
    assert "import re" not in script.read_text().replace("import re,", "")


def test_output_that_no_one_reads_ends_it_quietly(tmp_path):
    from kamailio_binrpc.lab import LabServer

    with LabServer([f"unix:{tmp_path}/s"]).running_in_thread() as lab:
        command = f"{sys.executable} -m kamailio_binrpc.cli.kamcmd.main -s {lab.addresses[0]}"
        done = subprocess.run(
            ["bash", "-c", f"set -o pipefail; {command} list | true; echo ${{PIPESTATUS[0]}}"],
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert done.stderr == b""
    # SIGPIPE, unless everything was written before the reader had gone.
    assert done.stdout.strip() in (b"141", b"0")
