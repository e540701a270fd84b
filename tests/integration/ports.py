"""Loopback ports for the agents of tests and measurements."""

import collections
import random
import socket

FIRST, END = 15000, 32000  # below the ephemeral ports, so no other program's connection takes one
_waiting = collections.deque(random.sample(range(FIRST, END), END - FIRST))


def free_ports(count):
    """@returns `count` ports that are currently free for TCP and UDP. No port is returned twice before all others were:
    a process may start long after the next call."""
    ports = []
    for _ in range(len(_waiting)):
        if len(ports) == count:
            return ports
        port = _waiting.popleft()
        _waiting.append(port)
        try:
            with socket.socket() as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
        except OSError:
            continue
        ports.append(port)
    raise OSError(f"fewer than {count} of the ports {FIRST} to {END - 1} are free")
