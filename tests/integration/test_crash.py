"""A killed server keeps every acknowledged write; damaged logs are distinguished from torn ones."""

import glob
import http.client
import json
import os
import random
import re
import threading
import unittest

from agent import AgentTest, eventually


class Writers:
    """Threads that write distinct keys and record acknowledged ones."""

    def __init__(self, agent, round_number, threads=4):
        self.acknowledged, self.stop = [], threading.Event()
        self.threads = [threading.Thread(target=self.write, args=(agent, f"r{round_number}/t{i}"))
                        for i in range(threads)]
        for thread in self.threads:
            thread.start()

    def write(self, agent, prefix):
        connection = agent.connect(timeout=5)
        number = 0
        while not self.stop.is_set():
            key = f"{prefix}/{number}"
            number += 1
            try:
                connection.request("PUT", f"/v1/kv/{key}", body=key)
                response = connection.getresponse()
                if response.status == 200 and response.read() == b"true":
                    self.acknowledged.append(key)
                else:
                    response.read()
            except (OSError, http.client.HTTPException):
                break
        connection.close()

    def finish(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        return self.acknowledged


def all_keys(agent):
    status, _, body = agent.request("GET", "/v1/kv/?recurse&consistent", timeout=60)
    return {pair["Key"]: (pair["ModifyIndex"], pair["CreateIndex"], pair["Value"])
            for pair in json.loads(body)} if status == 200 else {}


def newest_log(agent):
    """The newest write-ahead file of the Raft log."""
    files = [path for path in glob.glob(os.path.join(agent.data_dir, "raft", "*.log")) if os.path.getsize(path) > 0]
    return max(files, key=os.path.getmtime) if files else None


class Crash(AgentTest):
    ROUNDS = 20

    def test_every_acknowledged_write_survives_being_killed(self):
        agent = self.agent(log_level="warn")
        chance = random.Random(1)
        expected = {}
        for number in range(self.ROUNDS):
            agent.start()
            kept = all_keys(agent)
            self.assertEqual({key: kept.get(key) for key in expected}, expected, f"after restart {number}")
            writers = Writers(agent, number)
            wanted = chance.randrange(20, 300)
            eventually(lambda: len(writers.acknowledged) >= wanted, 30, "the writes")
            before = all_keys(agent)  # with the indexes that a client has seen
            agent.kill()
            acknowledged = writers.finish()
            expected.update(before)
            for key in acknowledged:
                expected.setdefault(key, None)
            # Writes acknowledged after reading `before` have indexes that only the next start shows.
            agent.start()
            after = all_keys(agent)
            for key, seen in list(expected.items()):
                self.assertTrue(key in after, f"{key} was acknowledged, but is lost after round {number}")
                if seen is None:
                    expected[key] = after[key]
                else:
                    self.assertEqual(after[key], seen, key)
            agent.kill()

    def test_indexes_do_not_go_back_over_a_crash(self):
        agent = self.agent().start()
        for i in range(50):
            agent.put(f"/v1/kv/a/{i}", "x")
        last = max(pair["ModifyIndex"] for pair in agent.get("/v1/kv/a/?recurse"))
        agent.kill()
        agent.start()
        agent.put("/v1/kv/a/new", "x")
        self.assertGreater(agent.get("/v1/kv/a/new")[0]["ModifyIndex"], last)

    def test_sessions_and_locks_survive_a_crash(self):
        agent = self.agent().start()
        session = json.loads(agent.put("/v1/session/create", {"Name": "s", "LockDelay": "0s"}))["ID"]
        self.assertEqual(agent.put(f"/v1/kv/lock?acquire={session}", "v").strip(), b"true")
        agent.kill()
        agent.start()
        self.assertEqual(agent.get("/v1/kv/lock")[0]["Session"], session)
        self.assertEqual([one["ID"] for one in agent.get("/v1/session/list")], [session])


class DamagedLog(AgentTest):
    def prepared(self, writes):
        """An agent that was killed after some writes, with its log still in write-ahead files."""
        agent = self.agent().start()
        for i in range(writes):
            agent.put(f"/v1/kv/log/{i}", "v" * 200)
        agent.kill()
        log = newest_log(agent)
        if not log:
            self.skipTest("this agent keeps no write-ahead files under data_dir/raft")
        return agent, log

    def test_a_torn_tail_is_cut_off(self):
        agent, log = self.prepared(100)
        with open(log, "r+b") as out:
            out.truncate(os.path.getsize(log) - 7)
        agent.start()
        kept = len(agent.get("/v1/kv/log?keys"))
        self.assertGreaterEqual(kept, 95)
        agent.put("/v1/kv/log/after", "x")
        agent.kill()
        agent.start()
        self.assertEqual(len(agent.get("/v1/kv/log?keys")), kept + 1)

    def test_garbage_after_the_tail_is_ignored(self):
        agent, log = self.prepared(100)
        with open(log, "ab") as out:
            out.write(b"\x01\x02\x03")
        agent.start()
        self.assertEqual(len(agent.get("/v1/kv/log?keys")), 100)

    def test_damage_in_the_middle_refuses_to_start_and_names_the_file(self):
        agent, log = self.prepared(400)
        size = os.path.getsize(log)
        with open(log, "r+b") as out:
            out.seek(size // 3)
            block = out.read(64)
            out.seek(size // 3)
            out.write(bytes(byte ^ 0xff for byte in block))
        before = len(agent.output())
        agent.start(ready=False)
        self.assertNotEqual(agent.process.wait(30), 0)
        said = agent.output()[before:]
        self.assertRegex(said, re.escape(os.path.join(agent.data_dir, "raft")))
        self.assertRegex(said, re.escape(os.path.basename(log)))
        self.assertRegex(said.lower(), "corrupt|damage|checksum")


if __name__ == "__main__":
    unittest.main()
