"""What peers can and can't do over the server RPC port, byte by byte."""

import base64
import contextlib
import os
import random
import unittest

import raw_peer
from agent import AgentTest, eventually
from raw_peer import RawPeer

MANAGEMENT = "00000000-0000-0000-0000-00000000aaaa"
KEY = bytes(range(32))


def refusal(reply):
    kind, body = reply
    assert kind == raw_peer.REFUSED, reply
    return raw_peer.unpack(body)


class ServerPort(AgentTest):
    settings = {}

    def setUp(self):
        self.server = self.agent(**self.settings).start()

    def peer(self, source=None, **hello):
        one = RawPeer("127.0.0.1", self.server.ports["server"], source, **hello)
        self.addCleanup(one.close)
        return one

    def logged(self, text):
        eventually(lambda: text in self.server.output(), 15, f"a line: {text}")

    def key_exists(self, key):
        return self.server.request("GET", f"/v1/kv/{key}", headers=self.as_manager)[0] == 200

    as_manager = {}

    def unharmed(self):
        self.assertTrue(self.server.alive())
        status, _, body = self.server.request("PUT", "/v1/kv/unharmed", "x", headers=self.as_manager)
        self.assertEqual((status, body), (200, b"true"))


class WithoutAccessControl(ServerPort):
    def test_a_message_in_nobodys_name_ends_the_connection(self):
        for atom, kind, body in [
            (raw_peer.RPC, raw_peer.PROPOSE, raw_peer.request(raw_peer.kv_set("nobody"))),
            (raw_peer.SEND, raw_peer.RAFT, b"x"),
        ]:
            peer = self.peer().enter()
            number = 5 if atom == raw_peer.RPC else 0
            peer.frame(raw_peer.DIRECT, raw_peer.message(atom, kind, body), data=raw_peer.ASYNCHRONOUS | number, source=0)
            self.assertTrue(peer.is_closed())
        self.logged("sent a message in nobody's name")
        self.assertFalse(self.key_exists("nobody"))
        self.unharmed()

    def test_one_connection_speaks_in_one_name(self):
        peer = self.peer().enter()
        kind, _ = peer.ask(raw_peer.LOG_STATE, raw_peer.request(b""))
        self.assertEqual(kind, raw_peer.LOG_STATE)
        peer.frame(raw_peer.DIRECT, raw_peer.message(raw_peer.SEND, raw_peer.RAFT, b"x"), data=raw_peer.ASYNCHRONOUS,
                   source=raw_peer.SELF + 1)
        self.assertTrue(peer.is_closed())
        self.logged("sent messages in the name of several actors")

    def test_an_answer_that_nobody_asked_for_ends_the_connection(self):
        for to in (1, 5, None):
            peer = self.peer().enter()
            peer.frame(raw_peer.DIRECT, raw_peer.answer(b"x"), data=raw_peer.ANSWER | raw_peer.ASYNCHRONOUS | 1, to=to)
            self.assertTrue(peer.is_closed())
        self.logged("sent an answer, where nothing was asked")
        self.unharmed()

    def test_raft_messages_are_for_servers(self):
        before = self.server.get("/v1/agent/self")["Stats"]["raft"]
        for hello in ({}, {"Server": True}):
            peer = self.peer(**hello).enter()
            kind, body = peer.ask(raw_peer.RAFT, raw_peer.request(b"x"))
            self.assertEqual(kind, raw_peer.REFUSED)
            self.assertEqual(refusal((kind, body))["Status"], 403)
            peer.tell(raw_peer.RAFT, random.Random(3).randbytes(200))
            self.assertEqual(peer.ask(raw_peer.LOG_STATE, raw_peer.request(b""), number=6)[0], raw_peer.LOG_STATE)
        self.logged("is no server, and sent what only servers send")
        self.logged("says that it is a server, but gossip knows no server with its id")
        after = self.server.get("/v1/agent/self")["Stats"]["raft"]
        self.assertEqual((before["term"], after["state"]), (after["term"], "Leader"))
        self.unharmed()

    def test_who_takes_a_servers_name_is_no_server(self):
        about = self.server.get("/v1/agent/self")
        peer = self.peer(source="127.0.0.9", Server=True, ID=about["Config"]["NodeID"],
                         Name=about["Config"]["NodeName"]).enter()
        self.assertEqual(refusal(peer.ask(raw_peer.RAFT, raw_peer.request(b"x")))["Status"], 403)
        self.assertEqual(refusal(peer.ask(raw_peer.PROPOSE, raw_peer.request(raw_peer.kv_set("attack")), number=6))["Status"],
                         403)
        self.logged("says that it is this server itself")
        self.assertFalse(self.key_exists("attack"))
        self.unharmed()

    def test_what_is_no_request_is_refused(self):
        peer = self.peer().enter()
        self.assertEqual(refusal(peer.ask(raw_peer.REFUSED, b""))["Status"], 403)
        self.assertEqual(refusal(peer.ask(999, b"", number=6))["Status"], 501)
        self.assertEqual(refusal(peer.ask(raw_peer.PROPOSE, b"\xc1", number=7))["Status"], 400)
        self.unharmed()

    def test_frames_of_every_kind_with_every_content(self):
        chance = random.Random(11)
        kinds = [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 255, 65535]
        for round_number in range(60):
            # A new address each time: the log reports a peer's violations once.
            peer = self.peer(source=f"127.0.1.{round_number + 1}", Server=bool(round_number % 2)).enter()
            with contextlib.suppress(OSError):
                for _ in range(10):
                    body = chance.choice([chance.randbytes(chance.randrange(0, 300)), raw_peer.request(
                        chance.randbytes(chance.randrange(0, 100)), number=chance.randrange(4),
                        hops=chance.randrange(1 << 32), hold=chance.choice([-1, 0, 1 << 62]))])
                    atom = chance.choice([raw_peer.RPC, raw_peer.SEND])
                    number = chance.randrange(1, 9) if atom == raw_peer.RPC else 0
                    peer.frame(raw_peer.DIRECT, raw_peer.message(atom, chance.choice(kinds), body),
                               data=raw_peer.ASYNCHRONOUS | number)
                for operation in chance.sample(range(9), 3):
                    peer.frame(operation, chance.randbytes(chance.randrange(0, 80)), data=chance.getrandbits(64),
                               source=chance.randrange(8), to=chance.choice([0, 1, peer.gateway]),
                               flags=chance.randrange(256))
            peer.close()
        self.unharmed()

    def test_no_more_connections_that_say_nothing_than_their_share(self):
        silent = [self.peer(source="127.0.2.1") for _ in range(160)]
        self.assertTrue(any(one.is_closed(within=2) for one in silent[-32:]))
        # Others are served meanwhile.
        self.assertEqual(self.peer().enter().ask(raw_peer.LOG_STATE, raw_peer.request(b""))[0], raw_peer.LOG_STATE)
        self.unharmed()

    def test_memory_for_a_flood_is_bounded(self):
        before = self.memory()
        floods = [self.peer(source=f"127.0.3.{i}").enter() for i in range(1, 21)]
        body = raw_peer.request(raw_peer.kv_set("flood", "x" * 400_000))
        for one in floods:
            one.socket.settimeout(0.5)
            with contextlib.suppress(OSError):
                for number in range(1, 200):
                    one.frame(raw_peer.DIRECT, raw_peer.message(raw_peer.RPC, raw_peer.PROPOSE, body),
                              data=raw_peer.ASYNCHRONOUS | number)
        self.unharmed()
        self.assertLess(self.memory() - before, 1024)

    def memory(self):
        """Peak of resident memory, MB."""
        with open(f"/proc/{self.server.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


class WithAccessControl(ServerPort):
    settings = {"acl": {"enabled": True, "default_policy": "deny", "tokens": {"initial_management": MANAGEMENT,
                                                                              "agent": MANAGEMENT}}}
    as_manager = {"X-Consul-Token": MANAGEMENT}

    def setUp(self):
        self.server = self.agent(**self.settings).start(ready=False)

        def ready():
            answer = self.server.try_request("GET", "/v1/status/leader")
            return answer and answer[0] == 200 and self.server.request(
                "PUT", "/v1/kv/ready", "x", headers=self.as_manager)[0] == 200
        eventually(ready, 30, "the server's readiness")

    def test_agents_write_only_what_their_token_allows(self):
        for hello in ({}, {"Server": True}):
            peer = self.peer(**hello).enter()
            why = refusal(peer.ask(raw_peer.PROPOSE, raw_peer.request(raw_peer.kv_set("attack"))))
            self.assertIn(why["Status"], (403, 503))
            self.assertFalse(self.key_exists("attack"))
        self.unharmed()

    def test_what_a_connection_sent_before_it_ended_gains_nothing_by_that(self):
        for number in range(40):
            peer = self.peer(Server=bool(number % 2)).enter()
            peer.frame(raw_peer.DIRECT, raw_peer.message(raw_peer.RPC, raw_peer.PROPOSE,
                                                         raw_peer.request(raw_peer.kv_set(f"attack-{number}"))),
                       data=raw_peer.ASYNCHRONOUS | 5)
            peer.close()
        self.unharmed()
        self.assertFalse(any(self.key_exists(f"attack-{n}") for n in range(40)))


class WithEncryptedGossip(ServerPort):
    settings = {"encrypt": base64.b64encode(KEY).decode()}

    def test_only_who_knows_the_key_gets_in(self):
        peer = self.peer()
        said = peer.greet()
        self.assertEqual(len(said["Nonce"]), 32)
        peer.prove(KEY, said)
        self.assertEqual(peer.shake().ask(raw_peer.LOG_STATE, raw_peer.request(b""))[0], raw_peer.LOG_STATE)
        for key in (bytes(32), os.urandom(32)):
            stranger = self.peer()
            with self.assertRaisesRegex(PermissionError, "does not prove that it knows the gossip key"):
                stranger.prove(key, stranger.greet())
        # A proof of another connection is invalid here.
        again = self.peer()
        again.greet()
        with self.assertRaises(PermissionError):
            again.prove(KEY, said)
        # Frames in place of the proof.
        hasty = self.peer()
        hasty.greet()
        with contextlib.suppress(OSError):
            hasty.frame(raw_peer.CLIENT_HANDSHAKE, raw_peer.node_id(), source=0, to=0)
            hasty.frame(raw_peer.DIRECT, raw_peer.message(raw_peer.RPC, raw_peer.PROPOSE,
                                                          raw_peer.request(raw_peer.kv_set("hasty"))),
                        data=raw_peer.ASYNCHRONOUS | 5, to=7)
        self.assertTrue(hasty.is_closed())
        self.assertFalse(self.key_exists("hasty"))
        self.unharmed()


if __name__ == "__main__":
    unittest.main()
