# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""The core: clients of Kamailio's control protocols, desired state, and a lab server.

It stands once, here, where Ansible ships it to managed hosts; the SDK has a link to it as
``kamailio_binrpc.core``. Hence the standard library only, Python 3.8, relative imports, and
nothing imported at the top of a module that a short task does not need.

The layers, from the top. A module imports what stands in its own line or below::

    lab                       a ctl server: sockets, engine, methods by Kamailio module
    state                     a whole server: a wish of many resources, planned and applied
    watching                  what changes at a server, as events
    desired                   resources: read, compare, change, read again
    fleet async_fleet         many servers, all at once
    batches                   or in batches, within a limit
    config facts changes      names of servers; facts of one; rows that differ
    async_fifo_client         one server, the text protocol, with asyncio
    client async_client       one server: who waits, with poll or asyncio
    relay                     one server, through a small program on its host
    fan_out fifo_client       many servers with epoll; the text protocol with poll
    fifo_call                 a call of the text protocol: yields what it waits for
    retry pacing spacing      when a call may be made again; the time between two rebuilds
    tunnel                    a connection through ssh or a command, up to the socket there
    ssh                       how ssh is called, and masters
    blocking conversation     a call from look-up to outcome: yields what it waits for
    process lookups           a process in the place of a socket; host names
    transport                 sockets that do not block
    reply_socket reply_fifo   where clients of unix datagrams and fifos are answered
    reaper stream_relay       the end of processes; what joins a process to a socket
    exchange                  requests under way on a connection, an outcome for each
    connection                cookies, order, truncated replies: bytes in, outcomes out
    framing fifo              packets in a stream or in datagrams; lines of text
    packet                    header and body
    encoder decoder decoding  values to records and back
    cut_replies               answers that begin inside another
    reply views               what a caller gets, and its other shapes
    options                   keywords of all clients
    hooks call_record         callbacks of users, and the record of a call
    turns                     one thread or task after the other
    faults masking            the class of a refusal; secrets, out of what is shown
    catalogue                 what is known of each method
    remote                    addresses behind ssh or a command
    address params explain    texts in, advice out
    suggest                   the right word for a mistyped one
    foreign printable         numbers and JSON in texts of others; texts that are safe to show
    errors                    what can go wrong, and did the method run
    values dispatcher         Struct; flags of destinations
    hosts uri                 host names from a server; spellings of a SIP URI
    deadline wire             one limit for a call; numbers of the protocol

``docs/design.md`` follows a call, a byte, a change and a fault through them;
``docs/protocol.md`` has the protocol, which comments cite by anchor.
"""
