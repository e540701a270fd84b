"""The agent's files and outputs: file permissions, hidden secrets, and malicious archives."""

import gzip
import hashlib
import io
import json
import os
import stat
import shutil
import struct
import subprocess
import tarfile
import tempfile
import threading
import unittest
import zlib

from agent import AgentTest, eventually

SECRET = "f00dfeed-0000-4000-8000-00000000cafe"


def open_to_others(directory):
    """@returns entries of the directory, including itself, that give permissions to group or others, with their modes."""
    out = {}
    for folder, _, files in os.walk(directory):
        for path in [folder, *(os.path.join(folder, name) for name in files)]:
            mode = os.lstat(path).st_mode
            if not stat.S_ISLNK(mode) and mode & 0o077:
                out[path] = oct(mode & 0o7777)
    return out


class AtRest(AgentTest):
    def start(self, umask=0, **config):
        one = self.agent(**config)
        before = os.umask(umask)
        try:
            one.start()
        finally:
            os.umask(before)
        return one

    def cli(self, one, *arguments, umask=0, **options):
        before = os.umask(umask)
        try:
            return subprocess.run([*one.command(*arguments), f"-http-addr=127.0.0.1:{one.ports['http']}"],
                                  capture_output=True, text=True, timeout=60, cwd=one.home, **options)
        finally:
            os.umask(before)

    # --- files

    def test_nobody_else_may_read_what_the_agent_keeps_whatever_the_umask(self):
        for umask in (0, 0o022):
            one = self.start(umask, acl={"enabled": True, "default_policy": "allow", "enable_token_persistence": True,
                                         "tokens": {"initial_management": SECRET}}, encrypt="pUqJrVyVRj5jsiYEkM/tFQ==")
            one.put("/v1/kv/a", "1")
            one.put("/v1/agent/service/register", {"Name": "web", "Check": {"TTL": "10s"}})
            headers = {"X-Consul-Token": SECRET}
            self.assertEqual(one.request("PUT", "/v1/agent/token/default", {"Token": SECRET}, headers=headers)[0], 200)
            archive = one.request("GET", "/v1/snapshot", headers=headers)[2]
            self.assertEqual(one.request("PUT", "/v1/snapshot", archive, headers=headers)[0], 200)
            eventually(lambda: os.path.exists(os.path.join(one.data_dir, "serf", "local.snapshot")), 10, "the snapshot")
            self.assertEqual(open_to_others(one.data_dir), {})
            one.end()
            self.assertEqual(open_to_others(one.data_dir), {})

    def test_files_that_others_may_read_are_mended_at_the_start_with_a_line_in_the_log(self):
        one = self.start(0o077)
        one.end()
        elsewhere = os.path.join(one.home, "elsewhere")
        with open(elsewhere, "w") as file:
            file.write("x")
        os.chmod(elsewhere, 0o644)
        os.symlink(elsewhere, os.path.join(one.data_dir, "link"))
        changed = 0
        for folder, _, files in os.walk(one.data_dir):
            os.chmod(folder, 0o755)
            for name in files:
                if name != "link":
                    os.chmod(os.path.join(folder, name), 0o644)
                    changed += 1
        one.start()
        self.assertEqual(open_to_others(one.data_dir), {})
        self.assertEqual(oct(os.stat(elsewhere).st_mode & 0o777), "0o644")
        self.assertEqual(one.output().count("others had permissions on what is in data_dir"), 1)
        self.assertIn(f"files={changed} ", one.output())
        one.end()
        before = len(one.output())
        one.start()
        self.assertNotIn("others had permissions", one.output()[before:])

    def test_scripts_and_the_pid_file_keep_the_umask_that_the_agent_was_started_with(self):
        pid, made = (os.path.join(self.home(), name) for name in ("pid", "made"))
        one = self.start(0o022, pid_file=pid, enable_local_script_checks=True,
                         checks=[{"name": "c", "args": ["/bin/sh", "-c", f"touch {made}"], "interval": "100ms"}])
        eventually(lambda: os.path.exists(made), 10, "the script's file")
        self.assertEqual(oct(os.stat(made).st_mode & 0o777), "0o644")
        self.assertEqual(oct(os.stat(pid).st_mode & 0o777), "0o644")
        one.end()

    def home(self):
        out = tempfile.mkdtemp(prefix="praetor-at-rest-")
        self.addCleanup(shutil.rmtree, out, ignore_errors=True)
        return out

    def test_archives_that_commands_write_are_for_their_user_alone(self):
        one = self.start()
        saved = os.path.join(one.home, "backup.snap")
        for name in (saved, saved + ".unverified"):
            with open(name, "w"):
                pass
            os.chmod(name, 0o666)
        done = subprocess.run([*one.command("snapshot", "save"), f"-http-addr=127.0.0.1:{one.ports['http']}", saved],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(oct(os.stat(saved).st_mode & 0o777), "0o600")
        done = self.cli(one, "debug", "-duration=10s", "-interval=5s", "-output=dump", "-capture=agent", "-capture=host")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        packed = os.path.join(one.home, "dump.tar.gz")
        self.assertEqual(oct(os.stat(packed).st_mode & 0o777), "0o600")
        with tarfile.open(packed) as tar:
            self.assertEqual({m.mode & 0o077 for m in tar.getmembers()}, {0})

    # --- what is shown

    def test_secrets_are_in_no_answer_and_no_line_of_the_log(self):
        secrets = [f"5ec4e7{n:02d}-0000-4000-8000-000000000000" for n in range(12)]
        one = self.start(
            log_level="trace", encrypt="pUqJrVyVRj5jsiYEkM/tFQ==",
            acl={"enabled": True, "default_policy": "allow",
                 "tokens": {"initial_management": secrets[0], "agent": secrets[0], "default": secrets[0],
                            "agent_recovery": secrets[1]}},
            checks=[{"name": "c", "interval": "100ms", "timeout": "100ms", "token": secrets[0],
                     "http": f"http://user:{secrets[2]}@127.0.0.1:1/?token={secrets[3]}&q=1",
                     "header": {"X-Any": [secrets[4]]}}],
            services=[{"name": "web", "token": secrets[0], "meta": {"api_key": secrets[5]},
                       "check": {"interval": "100ms", "http": f"http://127.0.0.1:1/?access_token={secrets[6]}",
                                 "header": {"Authorization": [secrets[7]]}}}],
            connect={"enabled": True, "ca_config": {"auth_method": {"params": {"secret_id": secrets[8]}}}})
        lines, done = [], threading.Event()

        def follow():
            connection = one.connect(timeout=30)
            connection.request("GET", f"/v1/agent/monitor?loglevel=trace&token={secrets[0]}")
            answer = connection.getresponse()
            while not done.is_set():
                line = answer.readline()
                if not line:
                    break
                lines.append(line.decode())
            connection.close()
        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        headers = {"X-Consul-Token": secrets[0]}
        for number in range(3):
            one.request("GET", f"/v1/kv/x?token={secrets[9]}&n={number}")
            one.request("GET", f"/v1/kv/x?%74oken={secrets[10]}")
            one.request("PUT", f"/v1/agent/token/default?token={secrets[0]}", {"Token": secrets[0]})
        def outputs():
            found = json.loads(one.request("GET", "/v1/agent/checks", headers=headers)[2])
            return [check["Output"] for check in found.values()]
        eventually(lambda: len(outputs()) == 2 and all("127.0.0.1:1" in text for text in outputs()), 20,
                   "results of the checks")
        eventually(lambda: any("/v1/kv/x" in line for line in lines), 10, "lines of the monitor")
        shown = {"agent/self": one.request("GET", "/v1/agent/self", headers=headers)[2].decode(),
                 "the log": one.output(), "agent/monitor": "".join(lines)}
        shown["the checks' outputs"] = "".join(outputs())
        done.set()
        for place, text in shown.items():
            for number, secret in enumerate(secrets):
                self.assertNotIn(secret, text, f"secret {number} in {place}")
            self.assertNotIn("pUqJrVyVRj5jsiYEkM", text, place)
        self.assertIn("token=<hidden>", shown["the log"])

    def test_limits_that_are_not_enforced_are_not_shown_as_enforced(self):
        one = self.start(limits={"http_max_conns_per_client": 1000, "rpc_rate": 5,
                                 "request_limits": {"mode": "enforcing", "read_rate": 1, "write_rate": 1}})
        view = one.get("/v1/agent/self")["DebugConfig"]
        self.assertEqual(view["RequestLimitsMode"], 0)
        self.assertEqual(view["LimitsNotEnforced"], ["limits.request_limits", "limits.rpc_rate"])
        for key in ("limits.request_limits.mode", "limits.rpc_rate"):
            self.assertIn(f'config key "{key}" is not in force', one.output().replace('\\"', '"'))

    # --- archives

    def archive(self, state, size=None, index=17):
        meta = json.dumps({"Version": 1, "ID": "2-17-1700000000000", "Index": index, "Term": 2, "Peers": None,
                           "Configuration": {"Servers": []}, "ConfigurationIndex": 1,
                           "Size": len(state) if size is None else size}).encode()
        sums = b"".join(hashlib.sha256(content).hexdigest().encode() + b"  " + name + b"\n"
                        for name, content in ((b"meta.json", meta), (b"state.bin", state)))
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name, content in (("meta.json", meta), ("state.bin", state), ("SHA256SUMS", sums)):
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        # Two zero blocks end the file; Python pads to 10 KiB.
        used = out.getvalue().rstrip(b"\0")
        return gzip.compress(used + bytes(-len(used) % 512 + 1024))

    @staticmethod
    def header(last_index):
        return b"\x81\xa9LastIndex\xcf" + struct.pack(">Q", last_index)

    def refused(self, one, archive, part):
        status, _, body = one.request("PUT", "/v1/snapshot", archive, timeout=30)
        self.assertEqual(status, 500, body)
        self.assertIn(part, body.decode())
        self.assertEqual(one.request("GET", "/v1/kv/kept?raw")[2], b"1")

    def test_an_archive_that_lies_takes_the_place_of_nothing(self):
        one = self.start()
        one.put("/v1/kv/kept", "1")
        key = b"\x02\x84\xa3Key\xa1k\xa5Value\xa1v\xabCreateIndex\x05\xabModifyIndex"
        header = self.header(9)
        self.refused(one, self.archive(header + key + b"\x06", size=3), "state.bin does not have the 3 bytes")
        self.refused(one, self.archive(header, size=-1), "Size is -1")
        self.refused(one, self.archive(header, index=0), "Index is 0")
        self.refused(one, self.archive(header, index=2**63), "Index is 9223372036854775808")
        self.refused(one, self.archive(self.header(0)), "LastIndex is 0")
        self.refused(one, self.archive(self.header(2**62 + 1)), "LastIndex is 4611686018427387905")
        self.refused(one, self.archive(header + b"\x02\xc0"), "record of type 2: it is null")
        self.refused(one, self.archive(header + b"\x06\x91\xc0"), "record of type 6: it holds a null")
        self.refused(one, self.archive(header + b"\x00\x82\xa4Node\xa1n\xa6Checks\x91\xc0"), "it holds a null")
        self.refused(one, self.archive(header + key + b"\x04"), "ModifyIndex 4 is below CreateIndex 5")
        self.refused(one, self.archive(header + key + b"\x0a"), "ModifyIndex 10 is above the snapshot's last index 9")
        self.refused(one, self.archive(header + key + b"\xcf" + b"\xff" * 8), "is above 2^62")
        self.assertTrue(one.alive())
        self.assertEqual(one.request("PUT", "/v1/snapshot", self.archive(header + key + b"\x06"))[0], 200)
        self.assertEqual(one.request("GET", "/v1/kv/k?raw")[2], b"v")

    def test_an_archive_that_would_become_gigabytes_is_refused_while_memory_stays_small(self):
        one = self.start()
        one.put("/v1/kv/kept", "1")

        def resident():
            with open(f"/proc/{one.process.pid}/status") as status:
                return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) >> 10
        packer, zeros, size = zlib.compressobj(9, zlib.DEFLATED, 31), bytes(1 << 20), 400 << 20
        meta = json.dumps({"Version": 1, "Index": 17, "Term": 2, "Size": size}).encode()
        pieces = []
        for name, content, length in (("meta.json", meta, len(meta)), ("state.bin", None, size)):
            info = tarfile.TarInfo(name)
            info.size = length
            pieces.append(packer.compress(info.tobuf(tarfile.USTAR_FORMAT)))
            if content:
                pieces.append(packer.compress(content + bytes(-length % 512)))
        for _ in range(size // len(zeros)):
            pieces.append(packer.compress(zeros))
        pieces.append(packer.flush())
        self.refused(one, b"".join(pieces), "expands to more than 128 times its size")
        self.assertLess(resident(), 1000)

    def test_commands_that_read_archives_refuse_those_that_lie(self):
        one = self.agent()
        path = os.path.join(one.home, "lie.snap")
        with open(path, "wb") as file:
            file.write(self.archive(self.header(9), size=1))
        for command in ("inspect", "decode"):
            done = subprocess.run(one.command("snapshot", command, path), capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 1)
            self.assertIn("state.bin does not have the 1 bytes", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
