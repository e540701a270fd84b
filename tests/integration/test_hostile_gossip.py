"""Hostile members and strangers on the gossip port: oversized names, forged numbers, endless lists, slow and many
streams. No agent exits, no agent's memory exceeds a stated limit, and members are served meanwhile."""

import base64
import contextlib
import json
import os
import socket
import struct
import threading
import unittest

from agent import eventually
from test_bad_peers import KEY, Peers, frame

PING, SUSPECT, ALIVE, JOIN_INTENT, LEAVE_INTENT, QUERY = 0, 4, 5, 7, 8, 10
PUSH_PULL = 0
LARGEST = 2 ** 64 - 1
LEFT = 3
OTHER_KEY = base64.b64encode(bytes(range(32, 64))).decode()
MEMORY_BOUND_KB = 96 * 1024  # above an idle agent: 64 MB of frames, and the data decoded from one


def pack(value):
    """MessagePack of the few types that gossip uses."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return bytes([value]) if 0 <= value < 128 else b"\xcf" + struct.pack(">Q", value)
    if isinstance(value, (str, bytes)):
        data = value.encode() if isinstance(value, str) else value
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))
    return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pack(k) + pack(v) for k, v in value.items())


def message(kind, **fields):
    return bytes([kind]) + pack(fields)


def packet(*messages):
    return b"PG\x01" + b"".join(struct.pack(">H", len(m)) + m for m in messages)


def state(**fields):
    return frame(bytes([PUSH_PULL]) + pack(fields))


def alive(name, address, **more):
    return {"i": 1, "n": name, "a": address, "t": {"dc": "dc1", "role": "node", "id": name}, **more}


def peak_memory(one):
    with open(f"/proc/{one.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


class Hostile(Peers):
    def gossip_address(self, one):
        return f"{one.address}:{self.lan}"

    def said(self, address, reason, one=None):
        """Waits until the member has logged a rejection of that address with this reason."""
        return eventually(lambda: [line for line in self.refusals(address, one) if reason in line], 15,
                          f"a line about {address}: {reason}")

    def tell(self, address, data, reason, one=None):
        """Sends a packet until the member has reported its rejection: datagrams may be lost."""
        target = one or self.first
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.bind((address, 0))
            eventually(lambda: out.sendto(data, (target.address, self.lan)) and
                       [line for line in self.refusals(address, target) if reason in line], 15, reason)


class StrangersAndLiars(Hostile):
    def test_a_name_of_70000_letters_spreads_to_nobody(self):
        where = self.gossip_address(self.second)
        for data, reason in [
            (state(n=[{"n": alive("x" * 70000, where), "s": 0}]), "more than the limit of"),
            (state(n=[{"n": alive("x" * 256, where), "s": 0}]), "longer than 255 bytes"),
            (state(lm=["x" * 70000]), "longer than 255 bytes"),
            (state(st={"x" * 70000: 5}), "longer than 255 bytes"),
            (state(n=[{"n": alive("y", "127.0.0.1\nleave:8301"), "s": 0}]), "has letters that no IP address has"),
            (state(n=[{"n": alive("y", where, t={"dc": "d" * 600}), "s": 0}]), "exceeds limit of 512 bytes"),
        ]:
            with self.subTest(reason=reason, data=data[:40]):
                address = self.stranger()
                answer = self.send_stream(address, self.lan, data)
                self.assertTrue(reason.encode() in answer, answer[:100])
                self.said(address, reason)
        address = self.stranger()
        self.tell(address, packet(message(ALIVE, **alive("x" * 300, where))), "longer than 255 bytes")
        self.tell(address, packet(b"\x63" * 1400), "more than the limit of")
        self.tell(address, b"PG\x01" + bytes(60000), "more than the 2048 bytes")
        self.unharmed()

    def test_memory_follows_the_bytes_that_came(self):
        before = {one: peak_memory(one) for one in (self.first, self.second)}
        size = 4 * 1024 * 1024 - 64

        def long_list(key, element):
            count = (size - 16) // len(element)
            return frame(bytes([PUSH_PULL]) + b"\x81" + pack(key) + b"\xdd" + struct.pack(">I", count) + element * count)
        for data in [long_list("n", b"\xc0"), long_list("n", b"\x80"), long_list("e", b"\xc0"), long_list("lm", b"\xc0"),
                     long_list("n", pack({"n": {"t": {}}})),
                     frame(b"\x00\x81" + pack("n") + b"\xdd\xff\xff\xff\xff"),
                     frame(b"\x00\x81" + pack("st") + b"\xdf\xff\xff\xff\xff")]:
            address = self.stranger()
            answer = self.send_stream(address, self.lan, data)
            self.assertTrue(answer.startswith(b"PF"), answer[:8])
            self.said(address, "stream message of kind 0")
        address = self.stranger()
        self.send_stream(address, self.lan, frame(b"\x00" * 100, length=19 * 1024 * 1024))
        self.said(address, "for an address that is no member's")
        for one, kilobytes in before.items():
            self.assertLess(peak_memory(one) - kilobytes, MEMORY_BOUND_KB)
        self.unharmed()

    def test_no_number_ends_the_clocks(self):
        for time in (LARGEST, 2 ** 62 - 1, 2 ** 60):
            for kind, more in [(JOIN_INTENT, {"n": "n2"}), (LEAVE_INTENT, {"n": "n2"})]:
                address = self.stranger()
                self.tell(address, packet(message(kind, l=time, **more)), "is out of reach")
            address = self.stranger()
            self.send_stream(address, self.lan, state(l=time, le=time, lq=time, st={"n2": time}, lm=["n2"]))
            self.said(address, "is out of reach")
        self.unharmed()
        # A leave is still recognized.
        self.second.put("/v1/agent/leave")
        eventually(lambda: self.first.statuses().get("n2") == LEFT, 20, "the leave of the second member")

    def test_an_accusation_with_the_highest_number_is_refused(self):
        for incarnation in (LARGEST, 2 ** 62):
            address = self.stranger()
            self.tell(address, packet(message(SUSPECT, i=incarnation, n="n2", f="n9")), "is out of reach")
            self.tell(address, packet(message(SUSPECT, i=incarnation, n="n2", f="n9")), "is out of reach", self.second)
        self.unharmed()

    def test_one_packet_causes_no_more_bytes_than_it_has(self):
        data = packet(*[message(PING, q=n, t="n1", s="stranger") for n in range(30)])
        answers = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.bind((self.stranger(), 0))
            one.settimeout(1)
            for _ in range(20):  # datagrams may be lost
                one.sendto(data, (self.first.address, self.lan))
                with contextlib.suppress(TimeoutError):
                    while True:
                        answers.append(one.recv(65536))
                if answers:
                    break
        self.assertTrue(answers)
        self.assertLessEqual(len(answers), 8)
        self.assertLessEqual(sum(map(len, answers)), len(data))

    def test_a_packet_that_is_sent_again_and_again_changes_nothing(self):
        address = self.stranger()
        data = packet(message(SUSPECT, i=0, n="n2", f="n1"), message(LEAVE_INTENT, l=1, n="n2"),
                      message(JOIN_INTENT, l=1, n="n1"), message(ALIVE, **alive("n2", "127.9.9.9:1", i=0)))
        for _ in range(1000):
            self.send_packets(address, self.lan, data)
        self.unharmed()

    def open_streams(self, address, count, first):
        """Keeps this many streams from one address open that send `first` and then nothing, until told to stop."""
        stop = threading.Event()

        def work():
            held = []
            while not stop.is_set():
                held = [s for s in held if not self.ended(s)]
                while len(held) < count and not stop.is_set():
                    one = socket.socket()
                    try:
                        one.bind((address, 0))
                        one.settimeout(2)
                        one.connect((self.first.address, self.lan))
                        one.sendall(first)
                        held.append(one)
                    except OSError:
                        one.close()
                        break
                stop.wait(0.1)
            for one in held:
                one.close()
        thread = threading.Thread(target=work, daemon=True)
        thread.start()

        def end():
            stop.set()
            thread.join()
        self.addCleanup(end)

    @staticmethod
    def ended(one):
        one.setblocking(False)
        try:
            if one.recv(1) != b"":
                return False
        except BlockingIOError:
            return False
        except OSError:
            pass
        one.close()
        return True

    def test_slow_streams_of_strangers_shut_no_member_out(self):
        # One address sends nothing, one begins a frame and stops: together more than a port accepts.
        for first in (b"", frame(b"", length=1000000)):
            self.open_streams(self.stranger(), 100, first)
        third = self.member(3, server=False, bootstrap=False)
        eventually(lambda: self.first.statuses().get("n3") == 1 and third.statuses().get("n1") == 1, 30,
                   "the third member's join")
        # Members exchange states meanwhile.
        for _ in range(5):
            self.second.put(f"/v1/agent/join/{self.gossip_address(self.first)}")
        eventually(lambda: "too many gossip streams" in self.first.output(), 15, "a line about the streams")

    def test_a_stream_without_a_frame_ends_soon(self):
        one = self.connect(self.stranger(), self.lan)
        one.settimeout(9)  # it ends after 3 s; a whole exchange may take 10 s
        with contextlib.suppress(ConnectionError):
            self.assertEqual(one.recv(1), b"")


class HalfEncrypted(Hostile):
    """Migration to encryption: plain gossip is still accepted."""

    settings = {"encrypt": KEY, "encrypt_verify_incoming": False}

    def test_who_has_no_key_changes_no_keys(self):
        for name in ("_serf_install-key", "_serf_use-key", "_serf_remove-key", "_serf_list-keys"):
            address = self.stranger()
            query = message(QUERY, l=5, i=7, s="n2", a=self.gossip_address(self.second), o=5000000000, n=name,
                            p=pack(OTHER_KEY))
            self.tell(address, packet(query), "a query about gossip keys was not encrypted")
        for one in (self.first, self.second):
            with open(os.path.join(one.data_dir, "serf", "local.keyring")) as file:
                self.assertEqual(json.load(file), [KEY])
        self.unharmed()


if __name__ == "__main__":
    unittest.main()
