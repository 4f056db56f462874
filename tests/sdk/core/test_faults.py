# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT

"""Faults as exceptions: which text means what, whether the method ran, and the advice."""

from __future__ import annotations

import pickle

import pytest

from kamailio_binrpc.core import faults
from kamailio_binrpc.core.errors import BinrpcError
from kamailio_binrpc.core.faults import (
    AlreadyExists,
    Busy,
    Fault,
    InvalidParams,
    MethodNotFound,
    NotFound,
    ReplyTooLarge,
    StructTooLarge,
    TooFast,
    make_fault,
)


@pytest.mark.parametrize(
    "code, text, method, kind",
    [
        (500, "command no.such not found", "no.such", MethodNotFound),
        (500, "command  not found", "", MethodNotFound),
        (500, "Command 'no.such' not found", "no.such", MethodNotFound),
        # About another command than the one that was called.
        (500, "command no.such not found", "system.methodHelp", NotFound),
        (500, "Command Executed Too Fast", "core.echo_delta", TooFast),
        (500, "Ongoing reload", "dispatcher.add", Busy),
        (500, "ongoing reload", "dialplan.reload", Busy),
        (500, "Too short reload interval - try later", "rtpengine.reload", Busy),
        (500, "Initializing - try later", "rtpengine.show", Busy),
        (
            500,
            "Internal server error processing 's': buffer too small (overflow) (-2)",
            "core.prints",
            ReplyTooLarge,
        ),
        (500, "Internal error creating rpc ih", "permissions.addressDump", StructTooLarge),
        (500, "Internal error creating aor struct", "ul.dump", StructTooLarge),
        (500, "Internal error adding type", "htable.dump", StructTooLarge),
        (500, "Error creating rpc", "dmq.list_nodes", StructTooLarge),
        (
            400,
            "error at parameter 0: expected string type but record doesn't match type",
            "core.prints",
            InvalidParams,
        ),
        (500, "Not enough parameters", "htable.seti", InvalidParams),
        (500, "Not enough parameters (htable name and key name)", "htable.get", InvalidParams),
        (500, "Invalid Parameters", "dispatcher.set_state", InvalidParams),
        (500, "Invalid parameter value", "x", InvalidParams),
        (400, "Method Name Expected", "system.methodHelp", InvalidParams),
        (500, "Node is already added", "dmq.add", AlreadyExists),
        (409, "conflict", "x", AlreadyExists),
        (500, "table already exists", "x", AlreadyExists),
        (404, "Variable not found", "pv.shvGet", NotFound),
        (404, "Key not found in htable.", "htable.delete", NotFound),
        (500, "Key name doesn't exist in htable.", "htable.get", NotFound),
        (500, "No such htable", "htable.dump", NotFound),
        (500, "AOR not found in location table", "ul.lookup", NotFound),
        (500, "Domain table not found", "ul.lookup", NotFound),
        (404, "Instance not found", "rtpengine.show", NotFound),
        (404, "Dialog not found", "dlg.end_dlg", NotFound),
        (400, "non-existent counter core.x\n", "cnt.get", NotFound),
        (400, "Unknown pipe id 5", "pl.list", NotFound),
        (500, "No Destination Sets", "dispatcher.list", NotFound),
        (500, "No htables", "htable.listTables", NotFound),
        (500, "No address table", "permissions.addressDump", NotFound),
        (404, "Server Domain Cache Empty", "domain.dump", NotFound),
        (404, "Empty reply", "lcr.dump_rules", NotFound),
        (404, "", "x", NotFound),
        # Only the method tells what these mean.
        (500, "State Update Failed", "dispatcher.set_state", NotFound),
        (500, "State Update Failed", "x", Fault),
        (400, "Failed to get the variable", "cfg.get", NotFound),
        (400, "Failed to get the variable", "x", Fault),
        (500, "Reload Failed", "dispatcher.reload", Fault),
        (500, "Failed to set the item", "htable.sets", Fault),
        (500, "dst blocklist support disabled", "dst_blocklist.view", Fault),
        (400, "bad request: corrupted packet", "x", faults.BadRequest),
        (-1, "", "x", Fault),
    ],
)
def test_classes(code, text, method, kind):
    fault = make_fault(code, text, method)
    assert fault.__class__ is kind
    assert (fault.code, fault.text, fault.method) == (code, text, method)
    assert isinstance(fault, Fault)
    assert isinstance(fault, BinrpcError)
    again = pickle.loads(pickle.dumps(fault))
    assert (type(again), str(again), again.text) == (kind, str(fault), text)
    assert again.meaning == fault.meaning


@pytest.mark.parametrize(
    "kind, executed",
    [
        (MethodNotFound, False),
        (TooFast, False),
        (Busy, False),
        (InvalidParams, False),
        (NotFound, True),
        (AlreadyExists, True),
        (ReplyTooLarge, True),
        (StructTooLarge, True),
        (Fault, True),
    ],
)
def test_whether_the_method_ran(kind, executed):
    assert kind(500, "text", "m").executed is executed


@pytest.mark.parametrize(
    "fault, shown",
    [
        (Fault(500, "Reload Failed\n", "x.reload"), "x.reload: fault 500: Reload Failed"),
        (Fault(500, " \n"), "fault 500: (no text)"),
        (
            make_fault(500, "command a.b not found", "a.b"),
            "a.b: fault 500: command a.b not found. " + MethodNotFound.remedy,
        ),
        (
            make_fault(500, "buffer too small (overflow)", "m"),
            'm: fault 500: buffer too small (overflow). Raise modparam("ctl", '
            '"binrpc_max_body_size", KiB) in the configuration',
        ),
        (
            make_fault(500, "Internal error creating x", "m"),
            'm: fault 500: Internal error creating x. Raise modparam("ctl", '
            '"binrpc_struct_max_body_size", KiB) in the configuration, or binrpc_max_body_size '
            "if that is not it",
        ),
    ],
)
def test_messages_with_their_remedy(fault, shown):
    assert str(fault) == shown


def test_every_class_but_the_general_one_has_a_rule():
    ruled = {kind for kind, _parts in faults._RULES} | set(faults._CODES.values())
    assert ruled | {Fault, MethodNotFound, faults.BadRequest} == {
        kind for kind in vars(faults).values() if isinstance(kind, type) and issubclass(kind, Fault)
    }
    for _kind, texts in faults._RULES:
        assert all(text == text.lower() for text in texts)
