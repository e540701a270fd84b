"""Each setting of an agent's checks, log and process shows its effect."""

import json
import os
import re
import signal
import socket
import ssl
import threading
import unittest

from agent import eventually, self_signed
from ports import free_ports
from settings_case import SettingsTest


class Checks(SettingsTest):
    def output(self, agent, check):
        return agent.get("/v1/agent/checks")[check]["Output"]

    def test_outputs_are_cut_or_not_kept(self):
        ttl = [{"id": "t", "name": "t", "ttl": "1h"}]
        one = self.start(check_output_max_size=10, checks=ttl)
        one.put("/v1/agent/check/update/t", {"Status": "passing", "Output": "0123456789abc"})
        self.assertEqual(self.output(one, "t"), "0123456789 ... (captured 10 of 13 bytes)")
        one = self.start(discard_check_output=True, checks=ttl)
        one.put("/v1/agent/check/update/t", {"Status": "passing", "Output": "something"})
        self.assertEqual(self.output(one, "t"), "")

    def test_news_of_an_output_alone_can_wait(self):
        for interval, waits in (("0s", False), ("1h", True)):
            one = self.start(check_update_interval=interval, checks=[{"id": "t", "name": "t", "ttl": "1h"}])
            catalog = lambda: [c["Output"] for c in one.get("/v1/health/node/it") if c["CheckID"] == "t"][0]
            one.put("/v1/agent/check/update/t", {"Status": "passing", "Output": "first"})
            eventually(lambda: catalog() == "first", 10, "the change of the status")
            one.put("/v1/agent/check/update/t", {"Status": "passing", "Output": "second"})
            one.put("/v1/agent/service/register", {"Name": "later"})
            eventually(lambda: one.get("/v1/catalog/service/later"), 10, "something that was synchronized later")
            self.assertEqual(self.output(one, "t"), "second")
            if waits:
                self.assertEqual(catalog(), "first")
            else:
                eventually(lambda: catalog() == "second", 10, "the output")

    def test_who_may_run_scripts(self):
        script = {"id": "s", "name": "s", "args": ["/bin/true"], "interval": "1s"}
        remote = {"ID": "r", "Name": "r", "Args": ["/bin/true"], "Interval": "1s"}
        local = self.start(enable_local_script_checks=True, checks=[script])
        eventually(lambda: local.get("/v1/agent/checks")["s"]["Status"] == "passing", 20, "the script's result")
        status, _, body = local.request("PUT", "/v1/agent/check/register", remote)
        self.assertNotEqual(status, 200)
        self.assertIn(b"Scripts are disabled on this agent from remote calls", body)
        both = self.start(enable_script_checks=True, checks=[script])
        self.assertEqual(both.request("PUT", "/v1/agent/check/register", remote)[0], 200)

    def test_checks_with_the_certificates_of_the_agent(self):
        """Checks show a server the agent's certificate, and verify the server by the agent's authority."""
        one = self.agent(enable_agent_tls_for_checks=True)
        cert, key = self_signed(one.home)
        one.config["tls"] = {"internal_rpc": {"ca_file": cert, "cert_file": cert, "key_file": key}}
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        context.load_verify_locations(cert)
        context.verify_mode = ssl.CERT_REQUIRED
        with socket.create_server(("127.0.0.1", 0)) as plain:
            def serve():
                while True:
                    try:
                        with context.wrap_socket(plain.accept()[0], server_side=True) as client:
                            client.recv(4096)
                            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    except ssl.SSLError:
                        continue
                    except OSError:
                        return
            threading.Thread(target=serve, daemon=True).start()
            one.config["checks"] = [{"id": "h", "name": "h", "interval": "1s",
                                     "http": f"https://127.0.0.1:{plain.getsockname()[1]}/"}]
            one.start()
            eventually(lambda: one.get("/v1/agent/checks")["h"]["Status"] == "passing", 20, self.output(one, "h"))


class Log(SettingsTest):
    def test_levels_and_forms_of_lines(self):
        quiet = self.start(log_level="error")
        self.assertNotIn("[INFO]", quiet.output())
        self.assertIn('"@level":"debug"', self.start(log_level="debug", log_json=True).output().replace(" ", ""))
        self.assertIn("Invalid log level: loud. Valid log levels are: [TRACE DEBUG INFO WARN ERR ERROR]",
                      self.refused(log_level="loud"))

    def test_log_files_are_exchanged_by_age(self):
        one = self.agent(log_level="debug", log_rotate_duration="1s")
        folder = os.path.join(one.home, "logs")
        os.mkdir(folder)
        one.config["log_file"] = folder + "/"
        one.start()

        def rotated():
            one.put("/v1/kv/noise", "x")
            return len(os.listdir(folder)) >= 2
        eventually(rotated, 20, "a second file")
        self.assertTrue(all(re.fullmatch(r"consul(-\d+)?\.log", name) for name in os.listdir(folder)), os.listdir(folder))

    @unittest.skipUnless(os.geteuid() == 0 and not os.path.exists("/dev/log"), "needs the place of the syslog socket")
    def test_the_log_goes_to_syslog_too(self):
        local3 = 19
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind("/dev/log")
            self.addCleanup(os.remove, "/dev/log")
            lines = []

            def read():
                while packet := log.recv(10000):
                    lines.append(packet.decode())
            reader = threading.Thread(target=read, daemon=True)
            reader.start()
            one = self.start(enable_syslog=True, syslog_facility="LOCAL3")
            eventually(lambda: lines, 20, "a line")
            one.kill()
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"", "/dev/log")
            reader.join()
        line = lines[0]
        self.assertEqual(int(re.match(r"<(\d+)>", line)[1]) // 8, local3, line)
        self.assertIn("consul", line)

    def test_facilities_that_syslog_does_not_know_are_refused(self):
        for name in ("LOCAL8", "LOCALS", "printer"):
            self.assertIn(f'invalid syslog facility: "{name}"', self.refused(enable_syslog=True, syslog_facility=name))


class Process(SettingsTest):
    def test_leaving_waits_for_those_who_ask(self):
        """A server that has left still serves during the drain time: its port is open although gossip has ended."""
        one = self.start(performance={"raft_multiplier": 1, "leave_drain_time": "2s"}, leave_on_terminate=True)
        one.process.send_signal(signal.SIGTERM)
        eventually(lambda: "serf" in one.output() or "left" in one.output() or not one.alive(), 20, "the leave")
        self.assertEqual(one.process.wait(30), 0)

    def test_what_waits_for_a_leader_is_given_up(self):
        one = self.agent(bootstrap=False, bootstrap_expect=3,
                         performance={"raft_multiplier": 1, "rpc_hold_timeout": "100ms"}).start(ready=False)
        # With the default of 7 s the client would have timed out before.
        answer = eventually(lambda: one.try_request("PUT", "/v1/kv/a", "b", timeout=5), 20, "an answer")
        self.assertEqual((answer[0], answer[2]), (500, b"No cluster leader"))


if __name__ == "__main__":
    unittest.main()
