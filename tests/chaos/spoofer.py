# SPDX-FileCopyrightText: The kamailio-binrpc authors
# SPDX-License-Identifier: MIT
"""Another user of the host, who tries to answer in the server's place.

It looks for reply sockets and reply fifos in a folder that everybody can write to, and sends each
what a server could say. Told to stop, it prints how many of the attempts a kernel let through.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys

from kamailio_binrpc import encode

NOBODY = 65534
FAULTS = [
    encode([400, "bad request: corrupted packet"], 3, 0),
    encode([500, "Internal server error"], 3, 0),
    encode(["spoofed"], 1, 0),
]
TEXT = b"200 OK\nspoofed by another user\n"


def attack(path: str) -> bool:
    """Try once; return whether the kernel took it."""
    mode = os.lstat(path).st_mode
    if stat.S_ISSOCK(mode):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.setblocking(False)
            for packet in FAULTS:
                sock.sendto(packet, path)
        return True
    if stat.S_ISFIFO(mode):
        writer = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        try:
            os.write(writer, TEXT)
        finally:
            os.close(writer)
        return True
    return False


def main() -> None:
    folder = sys.argv[1]
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    going = True

    def stop(*_arguments: object) -> None:
        nonlocal going
        going = False

    signal.signal(signal.SIGTERM, stop)
    print("ready", flush=True)
    tried = let_through = 0
    while going:
        for name in os.listdir(folder):
            if not name.startswith("kamailio_binrpc_"):
                continue
            tried += 1
            try:
                let_through += attack(f"{folder}/{name}")
            except OSError:
                continue  # refused, or gone
    print(tried, let_through, flush=True)


if __name__ == "__main__":
    main()
