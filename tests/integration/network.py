"""Hosts on one machine: network namespaces created by a test, connected by a switch, with one address each.

The switch is a bridge in its own namespace or, for links with a delay, a program in this file that forwards the packets
of TUN devices after the delay (the kernels of test machines often lack netem). Faults are nftables rules in the hosts'
namespaces. Nothing is created in the machine's own namespace. Needs root and iproute2."""

import contextlib
import ctypes
import fcntl
import heapq
import ipaddress
import os
import select
import shutil
import struct
import subprocess
import threading
import time

CLONE_NEWNET = 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_libc = ctypes.CDLL(None, use_errno=True)
_made = 0


def missing():
    """What this machine lacks for such networks, as a sentence; None if nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "nft"):
        if not shutil.which(program):
            return f"the program {program} is missing"
    probe = f"praetor-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode != 0:
        return "network namespaces can't be made here: " + made.stderr.strip()
    subprocess.run(["ip", "netns", "delete", probe], check=False)
    return None


def _run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def inside(namespace):
    """Creates the calling thread's new sockets and devices in that namespace."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if _libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
        try:
            yield
        finally:
            _libc.setns(own, CLONE_NEWNET)
    finally:
        os.close(own)
        os.close(there)


class Host:
    """One namespace with one address."""

    def __init__(self, network, name, address):
        self.network, self.name, self.address = network, name, address
        self.namespace = f"{network.prefix}-{name}"
        self._rules = set()
        _run("ip", "netns", "add", self.namespace)
        self._ip("link", "set", "lo", "up")

    def _ip(self, *arguments):
        return _run("ip", "-n", self.namespace, *arguments)

    def command(self, *arguments):
        """The command line that runs a program on this host."""
        return ["ip", "netns", "exec", self.namespace, *arguments]

    def run(self, *arguments, timeout=60):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=timeout)

    def move(self, address):
        """Changes the address, as for a restarted container."""
        self._ip("address", "delete", f"{self.address}/24", "dev", "eth0")
        self._ip("address", "add", f"{address}/24", "dev", "eth0")
        self._ip("link", "set", "eth0", "up")
        self.address = address

    # --- faults

    def _apply(self):
        lines = ["add table inet faults", "delete table inet faults", "add table inet faults",
                 "add chain inet faults incoming { type filter hook input priority 0; }"]
        lines += [f"add rule inet faults incoming {rule} drop" for rule in sorted(self._rules)]
        _run(*self.command("nft", "-f", "-"), text="\n".join(lines) + "\n")

    def refuse(self, other):
        """Drops packets from that host; those to it still pass."""
        self._rules.add(f"ip saddr {other.address}")
        self._apply()

    def lose(self, percent):
        """Drops this percentage of packets from other hosts."""
        self._rules.add(f'iifname "eth0" numgen random mod 100 < {percent}')
        self._apply()

    def heal(self):
        self._rules.clear()
        self._apply()


class Network:
    """`hosts` by name, with the addresses 10.99.<n>.1 and so on. With `delay` in seconds, each packet is delayed."""

    def __init__(self, names, delay=0):
        global _made
        _made += 1
        self.prefix = f"pt{os.getpid() % 100000}-{_made}"
        self.hosts, self._hub, self._switch = {}, None, None
        try:
            for number, name in enumerate(names, 1):
                self.hosts[name] = Host(self, name, f"10.99.{_made}.{number}")
            if delay:
                self._switch = DelaySwitch(list(self.hosts.values()), delay)
            else:
                self._make_bridge()
        except BaseException:
            self.close()
            raise

    def _make_bridge(self):
        self._hub = f"{self.prefix}-hub"
        _run("ip", "netns", "add", self._hub)
        _run("ip", "-n", self._hub, "link", "add", "switch", "type", "bridge")
        _run("ip", "-n", self._hub, "link", "set", "switch", "up")
        for number, host in enumerate(self.hosts.values(), 1):
            port = f"port{number}"
            _run("ip", "-n", host.namespace, "link", "add", "eth0", "type", "veth", "peer", "name", port, "netns",
                 self._hub)
            host._ip("address", "add", f"{host.address}/24", "dev", "eth0")
            host._ip("link", "set", "eth0", "up")
            _run("ip", "-n", self._hub, "link", "set", port, "master", "switch")
            _run("ip", "-n", self._hub, "link", "set", port, "up")

    def cut(self, some, others, one_way=False):
        """Drops all packets of `others` to `some`, and in the other direction unless `one_way`."""
        for a in some:
            for b in others:
                a.refuse(b)
                if not one_way:
                    b.refuse(a)

    def heal(self):
        for host in self.hosts.values():
            host.heal()

    def close(self):
        if self._switch:
            self._switch.close()
        for namespace in [host.namespace for host in self.hosts.values()] + ([self._hub] if self._hub else []):
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)


class DelaySwitch:
    """Forwards IPv4 packets between the TUN devices of hosts, each after `delay` seconds."""

    def __init__(self, hosts, delay):
        self._delay, self._devices = delay, {}
        for host in hosts:
            with inside(host.namespace):
                device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
                fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH", b"eth0", IFF_TUN | IFF_NO_PI))
            host._ip("address", "add", f"{host.address}/24", "dev", "eth0")
            host._ip("link", "set", "eth0", "up")
            self._devices[ipaddress.IPv4Address(host.address).packed] = device
        self._wake, self._woken = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def _carry(self):
        under_way, number = [], 0
        devices = list(self._devices.values())
        while True:
            wait = max(0, under_way[0][0] - time.monotonic()) if under_way else None
            ready, _, _ = select.select([self._wake, *devices], [], [], wait)
            if self._wake in ready:
                return
            now = time.monotonic()
            for device in ready:
                with contextlib.suppress(BlockingIOError, OSError):
                    while packet := os.read(device, 65536):
                        target = self._devices.get(packet[16:20])
                        if target is not None:
                            number += 1
                            heapq.heappush(under_way, (now + self._delay, number, target, packet))
            while under_way and under_way[0][0] <= time.monotonic():
                _, _, target, packet = heapq.heappop(under_way)
                with contextlib.suppress(OSError):
                    os.write(target, packet)

    def close(self):
        os.write(self._woken, b"x")
        self._thread.join()
        for one in [*self._devices.values(), self._wake, self._woken]:
            os.close(one)
