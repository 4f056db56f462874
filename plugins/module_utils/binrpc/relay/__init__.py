# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Relays: calls through a small program on a host that has no more than an interpreter.

Packets are made and read here. A program of a few hundred bytes on the host connects, sends and
receives. :mod:`programs` has it for each interpreter, and the shell command that finds one.
Whatever starts commands on the host (ssh, sudo, kubectl exec) carries its input and output.

Both are lines of ASCII, so that neither a terminal nor a message of the day does harm. The program
reads a line at a time, so a caller may send all of them and the end of input, or go on as answers
come. The first line is a tag of the caller's choice, which begins each line of the output; whatever
precedes it in a line, and lines without it, are noise. Base64 stands where bytes do.

Input::

    open KIND BASE64 PORT SECONDS   connect: KIND is unixs, unixd, udp or tcp; BASE64 a path or host
    ask SECONDS STILL LIMIT BASE64  send a packet and receive the answer to it

``SECONDS`` limit the connect together with the first packet, and each further packet alone.
``STILL`` are the seconds without a byte after which an answer that has begun is given up, ``LIMIT``
is the largest body. After a packet without a whole answer the rest is not sent.

Output::

    hello NAME        the interpreter, before anything is done
    none              no interpreter was found, or the one found cannot reach such an address
    open ok|ERROR     ERROR is the name of an errno, or ``resolve`` or ``late``
    go                the next packet is about to be sent
    sent COUNT        the kernel accepted COUNT bytes; ``?`` if the program cannot tell
    data BASE64       what one read returned
    hex HEX           the same, in hexadecimal digits
    end WORD          ``whole``, ``eof``, ``late``, ``still`` or the name of an errno
    skip              a packet that was not sent, after one without a whole answer
    bye               the input has ended

Each line but the first ends in `` .``, so that one that was cut off is none. A relay ends where its
input has such a line.

A program that is killed says no ``bye``. Then a packet may have been sent whether or not ``go``
has arrived, and only a line that did arrive proves anything: see :mod:`trip`.
"""
