"""Each setting of the HTTP interface, of queries, limits and metrics with a value other than the default shows its
effect."""

import http.client
import os
import socket
import ssl
import subprocess
import unittest

from agent import eventually
from ports import free_ports
from settings_case import SettingsTest


class HttpInterface(SettingsTest):
    def test_response_headers_and_blocked_endpoints(self):
        one = self.start(http_config={"response_headers": {"X-Of-The-House": "yes"},
                                      "block_endpoints": ["/v1/catalog", "/v1/agent/self"]}, translate_wan_addrs=True)
        status, headers, body = one.request("GET", "/v1/catalog/nodes")
        self.assertEqual((status, body), (403, b"Endpoint is blocked by agent configuration"))
        self.assertEqual(one.request("GET", "/v1/agent/self")[0], 403)
        status, headers, _ = one.request("GET", "/v1/agent/members")
        self.assertEqual((status, headers["X-Of-The-House"]), (200, "yes"))
        self.assertEqual(headers["X-Consul-Translate-Addresses"], "true")

    def test_writes_are_allowed_from_some_networks_only(self):
        one = self.start(http_config={"allow_write_http_from": ["127.0.0.2/32"]})

        def put(source):
            connection = http.client.HTTPConnection("127.0.0.1", one.ports["http"], source_address=(source, 0))
            connection.request("PUT", "/v1/kv/a", body="b")
            answer = connection.getresponse()
            return answer.status, answer.read()
        self.assertEqual(put("127.0.0.1"), (403, b"Access is restricted"))
        self.assertEqual(put("127.0.0.2"), (200, b"true"))
        self.assertEqual(one.get("/v1/kv/a")[0]["Key"], "a")

    def test_a_request_head_has_a_longest_length(self):
        one = self.start(http_config={"max_header_bytes": 2000})
        head = lambda size: f"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nX-Long: {'x' * size}\r\n\r\n".encode()
        self.assertIn(b"200 OK", one.raw(head(500)[:-2] + b"Connection: close\r\n\r\n"))
        self.assertIn(b"431", one.raw(head(20000)).split(b"\r\n")[0])

    def test_no_answers_are_kept_where_that_is_switched_off(self):
        kept = self.start()
        self.assertIn("X-Cache", kept.request("GET", "/v1/catalog/services?cached")[1])
        never = self.start(http_config={"use_cache": False})
        self.assertNotIn("X-Cache", never.request("GET", "/v1/catalog/services?cached")[1])

    def test_unprintable_characters_in_paths(self):
        self.assertEqual(self.start().request("GET", "/v1/kv/a%01b")[0], 400)
        self.assertEqual(self.start(disable_http_unprintable_char_filter=True).request("GET", "/v1/kv/a%01b")[0], 404)

    def test_profiles_are_shown_where_debugging_is_on(self):
        self.assertEqual(self.start().request("GET", "/debug/pprof/")[0], 404)
        self.assertEqual(self.start(enable_debug=True).request("GET", "/debug/pprof/")[0], 200)

    def test_connections_of_one_client(self):
        one = self.start(limits={"http_max_conns_per_client": 5})

        def opened():
            sockets, served = [], 0
            try:
                for _ in range(12):
                    connection = socket.create_connection(("127.0.0.1", one.ports["http"]), timeout=5)
                    sockets.append(connection)
                    try:
                        connection.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\n\r\n")
                        served += connection.recv(1000).startswith(b"HTTP/1.1 200")
                    except OSError:
                        pass
            finally:
                for connection in sockets:
                    connection.close()
            return served
        # Connections from the start may still be open for a moment.
        eventually(lambda: opened() == 5, 10, "five connections")

    def test_sizes_of_values_and_transactions(self):
        one = self.start(limits={"kv_max_value_size": 1000, "txn_max_req_len": 3000})
        self.assertEqual(one.request("PUT", "/v1/kv/a", "x" * 1000)[0], 200)
        status, _, body = one.request("PUT", "/v1/kv/a", "x" * 1001)
        self.assertEqual(status, 413)
        self.assertIn(b"kv_max_value_size", body)
        operation = [{"KV": {"Verb": "set", "Key": "k" * 200, "Value": ""}}]
        self.assertEqual(one.request("PUT", "/v1/txn", operation * 5)[0], 200)
        status, _, body = one.request("PUT", "/v1/txn", operation * 20)
        self.assertEqual(status, 413)
        self.assertIn(b"txn_max_req_len", body)

    def test_a_tls_handshake_that_does_not_come_ends_the_connection(self):
        port = free_ports(1)[0]
        one = self.agent(ports={"https": port}, limits={"https_handshake_timeout": "200ms"})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=a", "-days", "2"], cwd=one.home, check=True,
                       capture_output=True)
        one.config["tls"] = {"https": {"cert_file": f"{one.home}/cert.pem", "key_file": f"{one.home}/key.pem"}}
        one.start()
        with socket.create_connection(("127.0.0.1", port), timeout=3) as silent:
            self.assertEqual(silent.recv(1), b"")  # closed by the agent, long before 3 s

    def test_a_silent_peer_on_the_server_port_is_ended(self):
        one = self.start(limits={"rpc_handshake_timeout": "200ms"})
        with socket.create_connection(("127.0.0.1", one.ports["server"]), timeout=3) as silent:
            self.assertEqual(silent.recv(1), b"")

    def test_connections_of_one_peer(self):
        one = self.start(limits={"rpc_max_conns_per_client": 3})

        def held():
            sockets, open_ones = [], 0
            try:
                for _ in range(8):
                    sockets.append(socket.create_connection(("127.0.0.1", one.ports["server"]), timeout=5))
                for each in sockets:
                    each.settimeout(0.2)  # those beyond the limit get the reason, and are closed
                    try:
                        each.recv(1000)
                    except TimeoutError:
                        open_ones += 1
                    except OSError:
                        pass
            finally:
                for each in sockets:
                    each.close()
            return open_ones
        eventually(lambda: 0 < held() <= 3, 10, "three connections")

    def test_authorities_in_a_folder(self):
        port = free_ports(1)[0]
        one = self.agent(ports={"https": port})
        folder = os.path.join(one.home, "authorities")
        os.mkdir(folder)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", "key.pem", "-out", "authorities/cert.pem", "-subj", "/CN=a", "-days", "2"], cwd=one.home,
                       check=True, capture_output=True)
        cert, key = f"{folder}/cert.pem", f"{one.home}/key.pem"
        one.config["tls"] = {"https": {"cert_file": cert, "key_file": key, "ca_path": folder, "verify_incoming": True}}
        one.start()

        def served(with_certificate):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            if with_certificate:
                context.load_cert_chain(cert, key)
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                    with context.wrap_socket(plain) as tls:
                        tls.sendall(b"GET /v1/status/leader HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                        return tls.recv(100).startswith(b"HTTP/1.1 200")
            except OSError:
                return False
        self.assertTrue(served(True))
        self.assertFalse(served(False))

    def test_ciphers_and_versions_of_https(self):
        port = free_ports(1)[0]
        one = self.agent(ports={"https": port})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
                        "cert.pem", "-subj", "/CN=a", "-days", "2"], cwd=one.home, check=True, capture_output=True)
        one.config["tls"] = {"https": {
            "cert_file": f"{one.home}/cert.pem", "key_file": f"{one.home}/key.pem", "tls_min_version": "TLSv1_2",
            "tls_cipher_suites": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"}}
        one.start()

        def shake_hands(newest):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.maximum_version = newest
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                    with context.wrap_socket(plain) as tls:
                        return tls.version(), tls.cipher()[0]
            except OSError:
                return None
        self.assertEqual(shake_hands(ssl.TLSVersion.TLSv1_2), ("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"))
        one.config["tls"]["https"] = {**one.config["tls"]["https"], "tls_min_version": "TLSv1_3", "tls_cipher_suites": ""}
        one.write_config()
        one.put("/v1/agent/reload")
        eventually(lambda: shake_hands(ssl.TLSVersion.TLSv1_2) is None, 10, "the end of TLS 1.2")
        self.assertEqual(shake_hands(ssl.TLSVersion.TLSv1_3)[0], "TLSv1.3")


class Queries(SettingsTest):
    def test_how_long_a_query_waits(self):
        one = self.start(default_query_time="100ms", max_query_time="200ms")
        index = one.request("GET", "/v1/kv/a")[1]["X-Consul-Index"]
        # With the defaults, neither would be answered in time.
        self.assertEqual(one.request("GET", f"/v1/kv/a?index={index}", timeout=20)[0], 404)
        self.assertEqual(one.request("GET", f"/v1/kv/a?index={index}&wait=9m", timeout=20)[0], 404)

    def test_the_shortest_life_of_a_session(self):
        one = self.start(session_ttl_min="20s")
        status, _, body = one.request("PUT", "/v1/session/create", {"TTL": "19s"})
        self.assertEqual(status, 500)
        self.assertIn(b"must be between [20s=", body)
        self.assertEqual(one.request("PUT", "/v1/session/create", {"TTL": "20s"})[0], 200)

    def test_old_news_are_good_enough_for_discovery(self):
        default, stale = self.start(), self.start(discovery_max_stale="10s")
        consistency = lambda one, path: one.request("GET", path)[1]["X-Consul-Effective-Consistency"]
        self.assertEqual(consistency(default, "/v1/catalog/nodes"), "leader")
        self.assertEqual(consistency(stale, "/v1/catalog/nodes"), "stale")
        self.assertEqual(consistency(stale, "/v1/catalog/nodes?leader"), "leader")

    def test_the_backend_of_health_queries_is_named(self):
        backend = lambda one: one.request("GET", "/v1/health/service/consul?cached")[1]["X-Consul-Query-Backend"]
        self.assertEqual(backend(self.start()), "streaming")
        self.assertEqual(backend(self.start(use_streaming_backend=False)), "blocking-query")


class Metrics(SettingsTest):
    def names(self, agent):
        found = agent.get("/v1/agent/metrics")
        return {each["Name"] for kind in ("Gauges", "Counters", "Samples") for each in found[kind]}

    def test_names_of_metrics(self):
        one = self.start(telemetry={"metrics_prefix": "house", "disable_hostname": True,
                                    "prefix_filter": ["-house.raft", "+house.raft.applied_index"]})
        one.put("/v1/kv/a", "b")
        names = eventually(lambda: "house.raft.applied_index" in self.names(one) and self.names(one), 20, "metrics")
        self.assertFalse([name for name in names if not name.startswith("house.")])
        self.assertFalse([name for name in names if name.startswith("house.raft.") and "applied_index" not in name])
        self.assertIn("house.state.nodes", names)
        named = self.start()
        host = socket.gethostname()
        eventually(lambda: f"consul.{host}.state.nodes" in self.names(named), 20, "a name with the host in it")

    def test_only_what_is_asked_for_is_measured(self):
        one = self.start(telemetry={"filter_default": False, "prefix_filter": ["+consul.state"],
                                    "disable_hostname": True})
        eventually(lambda: "consul.state.nodes" in self.names(one), 20, "metrics")
        self.assertEqual({name for name in self.names(one) if not name.startswith("consul.state")}, set())

    def test_the_filter_is_reloaded(self):
        one = self.start(telemetry={"disable_hostname": True})
        eventually(lambda: "consul.state.nodes" in self.names(one), 20, "metrics")
        one.config["telemetry"]["prefix_filter"] = ["-consul.state"]
        one.write_config()
        one.put("/v1/agent/reload")
        eventually(lambda: not any(n.startswith("consul.state") for n in self.names(one)), 40, "the filter")

    def test_prometheus_text_is_offered_with_a_retention_time(self):
        one, other = self.start(telemetry={"prometheus_retention_time": "60s"}), self.start()
        status, headers, body = one.request("GET", "/v1/agent/metrics?format=prometheus")
        self.assertEqual((status, b"# TYPE" in body), (200, True))
        _, headers, body = other.request("GET", "/v1/agent/metrics?format=prometheus")
        self.assertEqual((body, "retention time" in headers["X-Consul-Reason"]), (b"", True))


if __name__ == "__main__":
    unittest.main()
