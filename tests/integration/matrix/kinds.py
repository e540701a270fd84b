"""The kinds of checks, with targets that give each a known status."""

import contextlib
import http.server
import os
import socket
import tempfile
import threading
import unittest.mock
from dataclasses import dataclass, field

from agent import http_server
from docker_target import DockerTarget
from fake_systemd import FakeSystemd
from http2_target import Http2Target

TTL, CHANGED_TTL = "100000h", "100001h"  # recorded states must stay valid for years
INTERVAL, CHANGED_INTERVAL = "1s", "2s"

# An external node; aliases of kind `alias` follow its service.
FAR_NODE = {"Node": "elsewhere", "Address": "127.0.0.2", "Service": {"ID": "far", "Service": "far"},
            "Check": {"CheckID": "far-check", "Name": "far", "ServiceID": "far", "Status": "warning", "Output": "slow"}}
# A service of the agent itself; aliases of kind `alias-local` follow it.
NEAR_SERVICE = {"id": "near", "name": "near", "check": {"id": "near-check", "ttl": TTL, "status": "passing"}}


@dataclass(frozen=True)
class Kind:
    """`fields` in the spelling of a configuration file. `status` is the settled status, `initial` the definition's;
    `state` is a client's report: (verb, note)."""
    name: str
    type: str
    status: str = "critical"
    initial: str = ""
    fields: dict = field(default_factory=dict, hash=False, compare=False)
    state: tuple = None
    runs: bool = False  # the agent determines its status itself, and the first result follows a start
    stable_output: bool = True

    @property
    def portable(self):
        """Its definition has no target of this run, whose ports vary."""
        return not self.fields.keys() & {"http", "tcp", "udp", "grpc", "h2ping", "os_service"}

    @property
    def first_status(self):
        return self.initial or "critical"


NONE = Kind("none", "")


def kinds(targets):
    def polled(name, status, type=None, stable_output=True, **fields):
        return Kind(name, type or name, status, "" if status == "critical" else status, dict(fields, interval=INTERVAL),
                    runs=True, stable_output=stable_output)

    def alias(name, status, **fields):
        return Kind(name, "alias", status, status, fields, runs=True)

    return [
        Kind("ttl", "ttl", "warning", fields={"ttl": TTL}, state=("warn", "hm")),
        Kind("ttl-critical", "ttl", "critical", fields={"ttl": TTL}, state=("fail", "broken")),
        Kind("ttl-untouched", "ttl", "passing", "passing", {"ttl": TTL}),
        polled("http", "passing", http=f"http://127.0.0.1:{targets.http}/"),
        polled("tcp", "passing", tcp=f"127.0.0.1:{targets.http}"),
        polled("udp", "passing", udp=f"127.0.0.1:{targets.udp}"),
        polled("script", "warning", args=["/bin/sh", "-c", "echo so so; exit 1"]),
        polled("grpc", "passing", grpc=f"127.0.0.1:{targets.http2}/web"),
        polled("h2ping", "passing", h2ping=f"127.0.0.1:{targets.http2}", h2ping_use_tls=False),
        polled("docker", "critical", docker_container_id="no-such-container", shell="/bin/sh", args=["true"]),
        polled("os_service", "passing", os_service="web"),
        alias("alias", "warning", alias_node=FAR_NODE["Node"], alias_service="far"),
        alias("alias-local", "passing", alias_service="near"),
        NONE,
    ]


class Targets:
    """The targets of checks: servers of HTTP, HTTP/2 and UDP, a Docker daemon, and a message bus with systemd. The
    agents find the last two by the environment."""

    def __enter__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with contextlib.suppress(OSError):  # the agent that sent it may have been killed
                    self.send_response(200)
                    self.send_header("Content-Length", "4")
                    self.end_headers()
                    self.wfile.write(b"fine")

            def log_message(self, *_):
                pass

        self.stack = contextlib.ExitStack()
        self.http = self.stack.enter_context(http_server(Handler))
        responder = self.stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        responder.bind(("127.0.0.1", 0))
        self.udp = responder.getsockname()[1]
        thread = threading.Thread(target=self.respond, args=(responder,), daemon=True)
        thread.start()
        self.stack.callback(thread.join)
        self.stack.callback(self.end_responder)
        self.http2 = self.stack.enter_context(Http2Target()).port
        folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="praetor-matrix-"))
        docker = self.stack.enter_context(DockerTarget(folder))
        systemd = self.stack.enter_context(FakeSystemd(folder, {"web.service": "active"}))
        self.stack.enter_context(unittest.mock.patch.dict(os.environ, {
            "DOCKER_HOST": docker.host, "DBUS_SYSTEM_BUS_ADDRESS": systemd.address}))
        return self

    def __exit__(self, *_):
        self.stack.close()

    def respond(self, responder):
        while True:
            data, sender = responder.recvfrom(1000)
            if data == b"end":
                return
            with contextlib.suppress(OSError):
                responder.sendto(b"fine", sender)

    def end_responder(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
            one.sendto(b"end", ("127.0.0.1", self.udp))
