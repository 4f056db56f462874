# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The core: Kamailio's control protocols, clients, desired state and a lab server.

It stands once, here, where Ansible ships it to managed hosts; the SDK has a link to it as
``kamailio_binrpc.core``. Hence: the standard library only, Python 3.8, no import at the top
of a module that a short task does not need, and relative imports, which AnsiballZ follows.

A layer imports those below it and none above it::

    lab/          a ctl server: sockets, engine, one module of methods per Kamailio module
    desired/      state that is wanted: read, compare, the fewest calls
    fleet, batches, retry, config, changes
                  many servers; what differs between two replies
    client, async_client, fan_out, fifo_client
                  who waits: poll, asyncio, epoll for many servers in one thread
    transport, reply_socket, lookups
                  sockets, none of which blocks
    conversation  a call from the look-up of the host to the outcome: yields what it waits for
    exchange      requests under way on one connection, and an outcome for each
    connection    cookies, order, lost framing: bytes in, outcomes out
    framing       from bytes to packets: a stream, or the parts of a datagram reply
    packet        header and body
    encoder, decoder
                  from values to records and back; decoding chooses the decoder in C
    values, reply, views
                  what a caller holds
    catalogue/    what is known of each method: parameters, reply, hazards, releases
    faults, errors, explain
                  what went wrong, whether the method ran, and what to do
    wire, address, params, deadline, call_record, dispatcher, facts, fifo
                  numbers, texts and small rules without a socket

``docs/design.md`` follows a call, a timeout, a byte, a change and a fault through these.
``docs/protocol.md`` has the protocol; comments cite it by anchor.
"""
