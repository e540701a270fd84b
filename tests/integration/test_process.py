"""Signals, exit codes, pid file, logs, readiness notification, listeners."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

from agent import BINARY, AgentTest, eventually
from ports import free_ports


class Signals(AgentTest):
    def test_sigterm_ends_a_server_at_once_with_1(self):
        agent = self.agent().start()
        self.assertEqual(agent.end(signal.SIGTERM), 1)
        self.assertIn("Graceful shutdown disabled. Exiting", agent.output())

    def test_sigint_ends_a_server_at_once_with_1(self):
        agent = self.agent().start()
        self.assertEqual(agent.end(signal.SIGINT), 1)

    def test_leave_on_terminate_ends_with_0(self):
        agent = self.agent(leave_on_terminate=True).start()
        self.assertEqual(agent.end(signal.SIGTERM), 0)
        self.assertIn("Graceful exit completed", agent.output())

    def test_leave_on_interrupt_ends_with_0(self):
        agent = self.agent(skip_leave_on_interrupt=False).start()
        self.assertEqual(agent.end(signal.SIGINT), 0)

    def test_sigpipe_is_ignored(self):
        agent = self.agent().start()
        agent.process.send_signal(signal.SIGPIPE)
        self.assertEqual(agent.request("GET", "/v1/status/leader")[0], 200)

    def test_sighup_reloads_services_and_log_level(self):
        agent = self.agent(services=[{"name": "old", "port": 1}]).start()
        self.assertIn("old", agent.get("/v1/agent/services"))
        agent.config["services"] = [{"name": "new", "port": 2}]
        agent.config["log_level"] = "debug"
        agent.write_config()
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: "new" in agent.get("/v1/agent/services"), 10, "the reload")
        self.assertNotIn("old", agent.get("/v1/agent/services"))
        eventually(lambda: agent.get("/v1/catalog/service/new"), 10, "the new service in the catalog")
        eventually(lambda: not agent.get("/v1/catalog/service/old"), 10, "the old service's end in the catalog")
        eventually(lambda: "[DEBUG]" in agent.output(), 10, "a debug line")

    def test_a_bad_configuration_at_reload_changes_nothing(self):
        agent = self.agent(services=[{"name": "stays", "port": 1}]).start()
        with open(agent.config_path, "w") as out:
            out.write("{bad")
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: "[ERR" in agent.output(), 10, "an error in the log")
        self.assertIn("stays", agent.get("/v1/agent/services"))

    def test_a_bad_configuration_at_start_ends_with_1(self):
        agent = self.agent(nonsense=1).start(ready=False)
        self.assertEqual(agent.process.wait(20), 1)
        self.assertIn("nonsense", agent.output())

    def test_a_port_in_use_ends_with_1_and_names_it(self):
        agent = self.agent()
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", agent.ports["http"]))
            holder.listen()
            agent.start(ready=False)
            self.assertEqual(agent.process.wait(30), 1)
        self.assertIn(str(agent.ports["http"]), agent.output())

    def test_two_agents_do_not_share_a_data_dir(self):
        first = self.agent().start()
        second = self.agent(data_dir=first.data_dir).start(ready=False)
        self.assertNotEqual(second.process.wait(30), 0)
        self.assertTrue(first.alive())
        first.put("/v1/kv/still", "works")


class Files(AgentTest):
    def test_pid_file(self):
        agent = self.agent()
        agent.config["pid_file"] = os.path.join(agent.home, "pid")
        agent.start()
        with open(agent.config["pid_file"]) as pid:
            self.assertEqual(pid.read(), str(agent.process.pid))
        agent.end(signal.SIGTERM)
        self.assertFalse(os.path.exists(agent.config["pid_file"]))

    def test_pid_file_in_a_folder_that_is_not_there_yet(self):
        agent = self.agent()
        agent.config["pid_file"] = os.path.join(agent.home, "run", "praetor", "pid")
        agent.start()
        with open(agent.config["pid_file"]) as pid:
            self.assertEqual(pid.read(), str(agent.process.pid))

    def test_the_banner_names_the_ports_that_are_served(self):
        agent = self.agent(ports={"grpc": 18502, "grpc_tls": 18503}).start()
        banner = re.search(r"Client Addr: \[127\.0\.0\.1\] \((.*)\)", agent.output())[1]
        self.assertEqual(banner, f"HTTP: {agent.ports['http']}, HTTPS: -1, gRPC: -1, gRPC-TLS: -1, "
                                 f"DNS: {agent.ports['dns']}")
        shown = agent.get("/v1/agent/self")
        self.assertNotIn("xDS", shown)
        self.assertEqual((shown["DebugConfig"]["GRPCPort"], shown["DebugConfig"]["GRPCTLSPort"]), (18502, 18503))

    def test_log_file_rotates_and_old_ones_are_removed(self):
        agent = self.agent(log_level="trace", log_rotate_bytes=2000, log_rotate_max_files=2)
        folder = os.path.join(agent.home, "logs")
        os.mkdir(folder)
        agent.config["log_file"] = os.path.join(folder, "agent.log")
        agent.start()

        def rotated():
            agent.put("/v1/kv/noise", "x")
            return len(os.listdir(folder)) >= 3
        eventually(rotated, 20, "rotated files")
        for _ in range(50):
            agent.put("/v1/kv/noise", "x")
        eventually(lambda: len(os.listdir(folder)) <= 3, 10, "the removal of old files")
        self.assertTrue(all(re.fullmatch(r"agent(-\d+)?\.log", name) for name in os.listdir(folder)),
                        os.listdir(folder))

    def test_log_lines(self):
        agent = self.agent().start()
        self.assertRegex(agent.output(), r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\S+ \[INFO\]  agent")

    def test_requests_are_logged_without_their_tokens(self):
        agent = self.agent(log_level="debug").start()
        secret = "b1946ac9-2492-4d23-a2f1-6c2f3d0f9d3c"
        agent.request("GET", f"/v1/kv/a%20b?recurse&token={secret}")
        line = eventually(lambda: re.search(r"(?m)^.*Request finished.*/v1/kv/a.*$", agent.output()), 10, "the line")[0]
        self.assertRegex(line, r"\[DEBUG\] agent\.http: Request finished: method=GET "
                               r'url="?/v1/kv/a%20b\?recurse&token=<hidden>"? from=127\.0\.0\.1:\d+ latency=\S+$')
        self.assertNotIn(secret, agent.output())

    def test_json_log_lines(self):
        agent = self.agent(log_json=True).start()
        lines = [line for line in agent.output().splitlines() if line.strip()]
        self.assertTrue(lines)
        for line in lines:
            entry = json.loads(line)
            for key in ("@level", "@message", "@timestamp"):
                self.assertIn(key, entry)

    def test_readiness_is_notified_after_joining(self):
        agent = self.agent()
        agent.config["retry_join"] = [f"127.0.0.1:{agent.ports['serf_lan']}"]
        path = os.path.join(agent.home, "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
            one.bind(path)
            one.settimeout(20)
            agent.start(environment={"NOTIFY_SOCKET": path})
            self.assertIn(b"READY=1", one.recv(1000))


class Listeners(AgentTest):
    def test_unix_socket(self):
        folder = tempfile.mkdtemp(prefix="praetor-it-")
        self.addCleanup(lambda: os.path.isdir(folder) and os.rmdir(folder))
        path = os.path.join(folder, "http.sock")
        agent = self.agent(addresses={"http": f"unix://{path}"}, unix_sockets={"mode": "0600"}).start(ready=False)
        self.addCleanup(lambda: os.path.exists(path) and os.remove(path))

        def ask():
            try:
                with socket.socket(socket.AF_UNIX) as one:
                    one.settimeout(5)
                    one.connect(path)
                    one.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    answer = b""
                    while more := one.recv(65536):
                        answer += more
                    return b"200 OK" in answer and f":{agent.ports['server']}".encode() in answer
            except OSError:
                return False
        eventually(ask, 20, "an answer over the socket")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        # A crash leaves the socket's file behind, which must not prevent the next start.
        agent.kill()
        agent.start(ready=False)
        eventually(ask, 20, "an answer over the socket after a crash")
        done = subprocess.run([BINARY, "kv", "put", "a", "b"], env=dict(os.environ, CONSUL_HTTP_ADDR=f"unix://{path}"),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=20)
        self.assertEqual((done.returncode, done.stdout), (0, "Success! Data written to: a\n"))

    def certificate(self, folder, name, signer=None, extension=""):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{name}.key")
        if signer is None:
            openssl("req", "-x509", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-days", "2", "-out",
                    f"{name}.pem")
            return
        openssl("req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr")
        with open(os.path.join(folder, f"{name}.ext"), "w") as out:
            out.write(extension)
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}.key",
                "-CAcreateserial", "-days", "2", "-extfile", f"{name}.ext", "-out", f"{name}.pem")

    def test_https_verifies_clients(self):
        port = self.https_port()
        agent = self.agent(ports={"https": port})
        folder = agent.home
        for name in ("ca", "stranger-ca"):
            self.certificate(folder, name)
        names = "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n"
        self.certificate(folder, "server", "ca", names)
        self.certificate(folder, "client", "ca", names)
        self.certificate(folder, "stranger", "stranger-ca", names)
        path = lambda name: os.path.join(folder, name)
        agent.config["tls"] = {"https": {"ca_file": path("ca.pem"), "cert_file": path("server.pem"),
                                         "key_file": path("server.key"), "verify_incoming": True}}
        agent.start()

        def ask(certificate):
            context = ssl.create_default_context(cafile=path("ca.pem"))
            if certificate:
                context.load_cert_chain(path(f"{certificate}.pem"), path(f"{certificate}.key"))
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                    with context.wrap_socket(plain, server_hostname="localhost") as one:
                        one.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        return one.recv(1000).startswith(b"HTTP/1.1 200")
            except OSError:
                return False

        self.assertTrue(ask("client"))
        self.assertFalse(ask(None))
        self.assertFalse(ask("stranger"))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as one:  # plain text on the TLS port
            one.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertNotIn(b"200 OK", one.recv(1000))
        self.assertEqual(agent.request("GET", "/v1/status/leader")[0], 200)

    @staticmethod
    def https_port():
        return free_ports(1)[0]


if __name__ == "__main__":
    unittest.main()
