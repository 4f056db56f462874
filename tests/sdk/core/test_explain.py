# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Errors of the operating system: each names the cause and the remedy."""

from __future__ import annotations

import errno
import grp
import os
import pwd
import socket
import warnings

import pytest

from kamailio_binrpc.core import explain
from kamailio_binrpc.core.address import parse_address
from kamailio_binrpc.core.client import Client
from kamailio_binrpc.core.errors import ConnectError
from kamailio_binrpc.core.explain import connect_error, connect_timeout, resolve_error

NOBODY = 65534


def failure(address):
    """Call there and return the ConnectError."""
    with pytest.raises(ConnectError) as caught, Client(address) as client:
        client.call("m.a")
    assert caught.value.executed is False
    text = str(caught.value)
    assert text.startswith(
        "cannot connect to %s: %s" % (parse_address(address), os.strerror(caught.value.errno))
    )
    return caught.value


def bound(path, kind):
    """Make a socket file, and close the socket if ``kind`` is None."""
    with socket.socket(socket.AF_UNIX, kind or socket.SOCK_STREAM) as sock:
        sock.bind(path)
        if kind == socket.SOCK_STREAM:
            sock.listen(1)
        return None if kind is None else sock.dup()


@pytest.fixture
def path(folder):
    return os.path.join(folder, "ctl")


PROTOCOLS = pytest.mark.parametrize("protocol", ["unix", "unixd"])


@PROTOCOLS
def test_no_socket(protocol, path, folder, monkeypatch):
    known = os.path.join(folder, "known")
    monkeypatch.setattr(explain, "_KNOWN_SOCKETS", (known, path))
    error = failure("%s:%s" % (protocol, path))
    assert error.errno == errno.ENOENT
    assert 'Is Kamailio running, with loadmodule "ctl.so"' in str(error)
    assert 'modparam("ctl", "binrpc", ...)' in str(error)
    assert "There is a socket" not in str(error)
    bound(known, None)
    assert str(failure("%s:%s" % (protocol, path))).endswith("There is a socket at " + known)


@PROTOCOLS
def test_a_stale_socket(protocol, path):
    bound(path, None)
    error = failure("%s:%s" % (protocol, path))
    # The kernel looks at the kind first, and a stale one has none.
    assert error.errno in (errno.ECONNREFUSED, errno.EPROTOTYPE)
    if protocol == "unix":
        assert "nothing listens: Kamailio has stopped, or its ctl process has died" in str(error)


@pytest.mark.parametrize(
    "protocol, other, kind",
    [("unix", "unixd", socket.SOCK_DGRAM), ("unixd", "unixs", socket.SOCK_STREAM)],
)
def test_the_other_kind_of_socket(protocol, other, kind, path):
    with bound(path, kind):
        error = failure("%s:%s" % (protocol, path))
    assert error.errno == errno.EPROTOTYPE
    assert "It is a socket of the other kind; write %s:%s" % (other, path) in str(error)


@PROTOCOLS
@pytest.mark.parametrize(
    "make, kind",
    [
        (lambda path: open(path, "w").close(), "a file"),
        (os.mkdir, "a folder"),
        (os.mkfifo, "a fifo (of ctl's text protocol, or of jsonrpcs)"),
    ],
)
def test_no_socket_at_all(protocol, make, kind, path):
    make(path)
    error = failure("%s:%s" % (protocol, path))
    assert error.errno == errno.ECONNREFUSED
    assert "%s is %s, not a socket" % (path, kind) in str(error)


def as_nobody(work):
    """Run ``work`` in a forked child, as an unprivileged user; return the text it gives."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of other tests
        pid = os.fork()
    if not pid:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            text = work()
        except BaseException as error:  # noqa: BLE001 - nothing may leave the child
            text = repr(error)
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return text


def refusal(address, reply_at):
    def work():
        try:
            Client(address, reply_socket=reply_at).call("m.a")
        except ConnectError as error:
            return "%d %s" % (error.errno, error)
        return "no error"

    return work


@PROTOCOLS
@pytest.mark.parametrize("blocked", ["socket", "folder"])
def test_no_permission(protocol, blocked, folder):
    inner = os.path.join(folder, "inner")
    os.mkdir(inner)
    path = os.path.join(inner, "ctl")
    kind = socket.SOCK_STREAM if protocol == "unix" else socket.SOCK_DGRAM
    with bound(path, kind):
        os.chmod(folder, 0o755)
        os.chmod(path, 0o600 if os.geteuid() == 0 else 0o000)
        culprit = path if blocked == "socket" else inner
        if blocked == "folder":
            os.chmod(inner, 0o700 if os.geteuid() == 0 else 0o000)
        mode = os.stat(culprit).st_mode & 0o777
        text = as_nobody(refusal("%s:%s" % (protocol, path), "/tmp"))
        os.chmod(inner, 0o700)
    owner = pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(os.stat(culprit if blocked == "folder" else path).st_gid).gr_name
    assert text.startswith("%d cannot connect to " % errno.EACCES)
    assert "%s belongs to %s:%s with mode %04o" % (culprit, owner, group, mode) in text
    me = pwd.getpwuid(NOBODY).pw_name if os.geteuid() == 0 else owner
    assert "this process runs as %s" % me in text
    assert 'modparam("ctl", "mode", 0660) together with both "user" and "group"' in text


def test_what_cannot_even_be_looked_at(monkeypatch, path):
    def denied(_path):
        raise PermissionError

    monkeypatch.setattr(os, "stat", denied)
    error = connect_error(parse_address("unix:" + path), errno.EACCES)
    assert str(error).endswith("The owner and mode of %s cannot be read either" % path)


def test_users_without_a_name_are_numbers():
    assert explain._user(0) == pwd.getpwuid(0).pw_name
    assert explain._group(0) == grp.getgrgid(0).gr_name
    assert explain._user(3_999_999_999) == explain._group(3_999_999_999) == "3999999999"


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_nothing_listens_on_a_port(protocol):
    error = connect_error(parse_address(protocol + ":h:5060"), errno.ECONNREFUSED)
    assert str(error).endswith(
        "Nothing listens there. Is Kamailio running, with %s:...:5060 in "
        'modparam("ctl", "binrpc", ...)?' % protocol
    )


@pytest.mark.parametrize("number", [errno.EPIPE, errno.ECONNRESET])
@pytest.mark.parametrize("address", ["unix:/s", "tcp:h:1"])
def test_closed_at_once(number, address):
    error = connect_error(parse_address(address), number)
    assert "The server closed the connection at once" in str(error)
    assert "128 stream connections" in str(error)


def test_errors_without_advice_are_short():
    error = connect_error(parse_address("tcp:h:1"), errno.ENETUNREACH)
    assert str(error) == "cannot connect to tcp:h:1: " + os.strerror(errno.ENETUNREACH)
    error = connect_error(parse_address("unix:/s"), errno.ENOTDIR)
    assert str(error) == "cannot connect to unixs:/s: " + os.strerror(errno.ENOTDIR)


@pytest.mark.parametrize(
    "address, said",
    [("localhost", True), ("unix:localhost", False), ("/localhost", False), ("l:5060", False)],
)
def test_a_bare_word_may_have_been_meant_as_a_host(address, said):
    error = connect_error(parse_address(address), errno.ENOENT)
    hint = "'localhost' is a socket file in the current directory; for a host write udp:localhost"
    assert (hint in str(error)) is said


def test_timeouts_and_names():
    address = parse_address("tcp:h:1")
    error = connect_timeout(address, 2.5)
    assert (str(error), error.errno) == (
        "cannot connect to tcp:h:1: no answer within 2.5 s",
        errno.ETIMEDOUT,
    )
    assert str(resolve_error(address, "why")) == "cannot resolve the host of tcp:h:1: why"
    assert error.executed is resolve_error(address, "").executed is False


@pytest.mark.parametrize(
    "number, text",
    [
        (errno.ENOENT, 'modparam("ctl", "binrpc", ...)? Without a protocol'),
        (errno.ECONNREFUSED, "or its ctl process has died. Without a protocol"),
        (errno.ENOBUFS, "No buffer space available. Without a protocol"),
    ],
)
def test_sentences_of_advice_have_one_end(number, text, monkeypatch):
    monkeypatch.setattr(explain, "_KNOWN_SOCKETS", ())
    assert text in str(explain.connect_error(parse_address("edge1"), number))
