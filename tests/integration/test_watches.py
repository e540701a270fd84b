"""Watches of the configuration: that they run, with which input, and when they end."""

import http.server
import json
import os
import signal
import ssl
import subprocess
import threading
import unittest

from agent import AgentTest, eventually, http_server, self_signed

RECORD = 'printf "%s " "$CONSUL_INDEX" >> "$1"; cat >> "$1"'


class WatchTest(AgentTest):
    def watching(self, *watches, **config):
        """An agent with watches whose handlers write index and result, one line each, to files in its home."""
        agent = self.agent(**config)
        agent.config["watches"] = [dict(self.recorded(agent, name), **watch) for name, watch in watches]
        return agent

    def recorded(self, agent, name):
        return {"args": ["/bin/sh", "-c", RECORD, "record", os.path.join(agent.home, name)]}

    def news(self, agent, name):
        """The results that a handler received."""
        try:
            with open(os.path.join(agent.home, name)) as lines:
                return [json.loads(line.split(" ", 1)[1]) for line in lines if line.endswith("\n")]
        except OSError:
            return []

    def expect(self, agent, name, condition, what):
        """@returns the first result that satisfies the condition."""
        def found():
            return [one for one in self.news(agent, name) if condition(one)]
        return eventually(found, 20, what)[0]


class Types(WatchTest):
    def test_every_type_is_told_at_the_start_and_at_each_change(self):
        agent = self.watching(
            ("key", {"type": "key", "key": "w/a"}),
            ("keyprefix", {"type": "keyprefix", "prefix": "w/"}),
            ("services", {"type": "services"}),
            ("nodes", {"type": "nodes"}),
            ("service", {"type": "service", "service": "web", "tag": "v1"}),
            ("checks", {"type": "checks", "service": "web"}),
            ("event", {"type": "event", "name": "deploy"}),
        ).start()
        eventually(lambda: self.news(agent, "key") == [None], 20, "the news that there is no key")
        self.expect(agent, "nodes", lambda n: [x["Node"] for x in n] == ["it"], "the node")
        agent.put("/v1/kv/w/a", "1")
        self.assertEqual(self.expect(agent, "key", lambda n: n, "the key")["Value"], "MQ==")
        agent.put("/v1/kv/w/b", "2")
        self.expect(agent, "keyprefix", lambda n: n and [p["Key"] for p in n] == ["w/a", "w/b"], "both keys")
        agent.put("/v1/agent/service/register", {"Name": "web", "Tags": ["v1"],
                                                 "Check": {"CheckID": "c", "TTL": "1h", "Status": "passing"}})
        self.expect(agent, "services", lambda n: n.get("web") == ["v1"], "the service's name")
        self.expect(agent, "service", lambda n: n and n[0]["Service"]["ID"] == "web", "the instance")
        self.expect(agent, "checks", lambda n: n and n[0]["Status"] == "passing", "the check")
        agent.put("/v1/event/fire/deploy", "one")
        self.expect(agent, "event", lambda n: [e["Payload"] for e in n] == ["b25l"], "the event")
        agent.put("/v1/event/fire/deploy", "two")
        self.expect(agent, "event", lambda n: [e["Payload"] for e in n] == ["dHdv"], "the second event alone")

    def test_the_handler_is_told_the_index(self):
        agent = self.watching(("key", {"type": "key", "key": "a"})).start()
        agent.put("/v1/kv/a", "1")
        self.expect(agent, "key", lambda n: n, "the key")
        with open(os.path.join(agent.home, "key")) as lines:
            indexes = [line.split(" ", 1)[0] for line in lines]
        self.assertEqual(indexes[-1], agent.request("GET", "/v1/kv/a")[1]["X-Consul-Index"])

    def test_a_client_agent_watches_through_a_server(self):
        server = self.agent(node_name="one").start()
        client = self.watching(("key", {"type": "key", "key": "a", "stale": True}), node_name="two", server=False,
                               bootstrap=False, retry_join=[f"127.0.0.1:{server.ports['serf_lan']}"]).start()
        server.put("/v1/kv/a", "1")
        self.expect(client, "key", lambda n: n and n["Value"] == "MQ==", "the key")


class Handlers(WatchTest):
    def test_a_deprecated_handler_runs_in_the_shell(self):
        agent = self.agent()
        path = os.path.join(agent.home, "out")
        agent.config["watches"] = [{"type": "key", "key": "a", "handler": f"cat | tee '{path}' > /dev/null"}]
        agent.start()
        eventually(lambda: os.path.exists(path) and open(path).read() == "null\n", 20, "the handler's run")
        self.assertIn("The 'handler' field in watches has been deprecated", agent.output())

    def test_an_http_handler_is_sent_the_news(self):
        requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_PUT(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                requests.append((self.path, self.headers, body))
                self.send_response(200 if len(requests) == 1 else 500)
                self.end_headers()
                self.wfile.write(b"as you say")

            def log_message(self, *_):
                pass

        with http_server(Handler) as port:
            agent = self.agent(watches=[{"type": "key", "key": "a", "handler_type": "http", "http_handler_config": {
                "path": f"http://127.0.0.1:{port}/hook", "method": "PUT", "timeout": "5s",
                "header": {"X-A": ["1", "2"]}}}]).start()
            eventually(lambda: len(requests) == 1, 20, "the first call")
            path, headers, body = requests[0]
            self.assertEqual((path, body, headers["Content-Type"]), ("/hook", b"null\n", "application/json"))
            self.assertEqual(headers.get_all("X-A"), ["1", "2"])
            self.assertTrue(int(headers["X-Consul-Index"]) > 0)
            agent.put("/v1/kv/a", "1")
            eventually(lambda: len(requests) == 2, 20, "the second call")
            self.assertEqual(json.loads(requests[1][2])["Value"], "MQ==")
            eventually(lambda: 'http watch handler failed with output' in agent.output(), 10, "the failure in the log")
            self.assertIn('output="as you say"', agent.output())

    def test_an_https_handler_is_believed_by_the_system_or_by_order(self):
        for skip, trusted, reached in ((False, False, False), (False, True, True), (True, False, True)):
            with self.subTest(tls_skip_verify=skip, trusted=trusted):
                agent, calls = self.agent(), []
                cert, key = self_signed(agent.home)
                tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                tls.load_cert_chain(cert, key)

                class Handler(http.server.BaseHTTPRequestHandler):
                    def do_POST(self):
                        calls.append(self.rfile.read(int(self.headers["Content-Length"])))
                        self.send_response(200)
                        self.end_headers()

                    def log_message(self, *_):
                        pass

                with http_server(Handler, tls) as port:
                    agent.config["watches"] = [{"type": "key", "key": "a", "handler_type": "http",
                                                "http_handler_config": {"path": f"https://127.0.0.1:{port}/",
                                                                        "tls_skip_verify": skip}}]
                    agent.start(environment={"SSL_CERT_FILE": cert if trusted else "/dev/null"})
                    if reached:
                        eventually(lambda: calls == [b"null\n"], 20, "the call")
                        continue
                    eventually(lambda: "certificate signed by unknown authority" in agent.output(), 20, "the refusal")
                    self.assertIn("Failed to invoke http watch handler", agent.output())
                    self.assertEqual(calls, [])

    def test_an_http_handler_that_does_not_answer_is_given_up_after_its_timeout(self):
        stop = threading.Event()
        self.addCleanup(stop.set)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                stop.wait(30)

            def log_message(self, *_):
                pass

        with http_server(Handler) as port:
            agent = self.agent(watches=[{"type": "key", "key": "a", "handler_type": "http", "http_handler_config": {
                "path": f"http://127.0.0.1:{port}/", "timeout": "200ms"}}]).start()
            eventually(lambda: "Failed to invoke http watch handler" in agent.output(), 20, "the failure in the log")
            stop.set()

    def test_one_watch_never_runs_two_handlers_at_the_same_time(self):
        agent = self.agent()
        out, lock = os.path.join(agent.home, "out"), os.path.join(agent.home, "lock")
        agent.config["watches"] = [{"type": "key", "key": "a", "args": [
            "/bin/sh", "-c", f"mkdir {lock} && cat >> {out} && sleep 0.2 && rmdir {lock} || echo twice >> {out}"]}]
        agent.start()
        for n in range(20):
            agent.put("/v1/kv/a", str(n))

        def last_value_seen():
            with open(out) as lines:
                return '"Value":"MTk="' in lines.read()
        eventually(lambda: os.path.exists(out) and last_value_seen(), 30, "the last value")
        with open(out) as lines:
            self.assertNotIn("twice", lines.read())

    def test_a_failing_handler_is_logged_and_the_watch_goes_on(self):
        agent = self.agent()
        out = os.path.join(agent.home, "out")
        agent.config["watches"] = [{"type": "key", "key": "a", "args": ["/bin/sh", "-c", f"cat >> {out}; exit 3"]}]
        agent.start()
        eventually(lambda: 'error="exit status 3"' in agent.output(), 20, "the failure in the log")
        agent.put("/v1/kv/a", "1")
        eventually(lambda: "MQ==" in open(out).read(), 20, "the next run")


class Tokens(WatchTest):
    def test_a_watch_sees_what_its_token_may_see(self):
        root = "e95b599e-166e-7d80-08ad-aee76e7ddf19"
        agent = self.watching(
            ("with", {"type": "key", "key": "a", "token": root}),
            ("without", {"type": "key", "key": "a"}),
            acl={"enabled": True, "default_policy": "deny", "tokens": {"initial_management": root, "agent": root}})
        agent.start(ready=False)
        eventually(lambda: (answer := agent.try_request("PUT", f"/v1/kv/a?token={root}", "1")) and answer[0] == 200, 30,
                   "the write")
        self.expect(agent, "with", lambda n: n and n["Value"] == "MQ==", "the key")
        eventually(lambda: "Unexpected response code: 403" in agent.output(), 20, "the refusal in the log")
        self.assertEqual(self.news(agent, "without"), [])


class Lifetime(WatchTest):
    def reload(self, agent):
        done = agent.output().count("Configuration reload complete")
        agent.write_config()
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: agent.output().count("Configuration reload complete") > done, 20, "the reload")

    def test_a_reload_ends_starts_and_leaves_alone(self):
        agent = self.watching(("stays", {"type": "key", "key": "a"}), ("goes", {"type": "key", "key": "a"})).start()
        for name in ("stays", "goes"):
            eventually(lambda: self.news(agent, name) == [None], 20, f"the first run of {name}")
        agent.config["watches"] = [agent.config["watches"][0],
                                   dict(self.recorded(agent, "new"), type="key", key="a")]
        self.reload(agent)
        eventually(lambda: self.news(agent, "new") == [None], 20, "the first run of the new one")
        agent.put("/v1/kv/a", "1")
        for name in ("stays", "new"):
            eventually(lambda: len(self.news(agent, name)) == 2, 20, f"the second run of {name}")
        self.assertEqual(self.news(agent, "goes"), [None])

    def test_a_bad_watch_is_refused_at_reload_and_all_stays_as_it_was(self):
        agent = self.watching(("stays", {"type": "key", "key": "a"})).start()
        agent.config["watches"].append({"type": "bogus", "args": ["true"]})
        agent.write_config()
        agent.process.send_signal(signal.SIGHUP)
        eventually(lambda: "Unsupported watch type: bogus" in agent.output(), 20, "the refusal")
        agent.put("/v1/kv/a", "1")
        self.expect(agent, "stays", lambda n: n, "the key")

    def test_a_bad_watch_is_refused_at_start(self):
        for watch, text in (({"type": "bogus", "args": ["true"]}, "Unsupported watch type: bogus"),
                            ({"type": "key", "args": ["true"]}, "Must specify a single key to watch"),
                            ({"type": "nodes"}, "Must define a watch handler"),
                            ({"type": "connect_roots", "args": ["true"]},
                             "Watch type connect_roots is not allowed in agent config")):
            agent = self.agent(watches=[watch]).start(ready=False)
            self.assertEqual(agent.process.wait(30), 1)
            self.assertIn(text, agent.output())

    def test_no_handler_is_left_behind(self):
        for end in ("exit", "reload"):
            with self.subTest(end=end):
                agent = self.agent()
                pids = os.path.join(agent.home, "pids")
                agent.config["watches"] = [{"type": "key", "key": "a", "args": [
                    "/bin/sh", "-c", f"sleep 300 & echo $$ $! > {pids}.new; mv {pids}.new {pids}; wait"]}]
                agent.start()
                eventually(lambda: os.path.exists(pids), 20, "the handler's run")
                with open(pids) as text:
                    running = [int(pid) for pid in text.read().split()]
                if end == "exit":
                    agent.end()
                else:
                    agent.config["watches"] = []
                    self.reload(agent)
                eventually(lambda: not any(alive(pid) for pid in running), 10, "the end of the handler")


def alive(pid):
    """Whether a process runs; zombies do not count."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


if __name__ == "__main__":
    unittest.main()
