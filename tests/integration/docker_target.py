"""A daemon that speaks what checks use of the Docker Engine API, on a unix socket. An exec runs its command here, as if
this machine were the container."""

import contextlib
import http.server
import json
import os
import socketserver
import subprocess
import threading
import urllib.parse


class DockerTarget:
    """`containers` are those that run; an exec in any other is refused. `paused` ones refuse it as well.
    @param multiplexed whether stdout and stderr are told apart, which a daemon does for an exec without a terminal"""

    def __init__(self, folder, containers=("web",), paused=(), multiplexed=False):
        self.path = os.path.join(folder, "docker.sock")
        self.containers, self.paused, self.multiplexed = set(containers), set(paused), multiplexed
        self.lock = threading.Lock()
        self.commands, self.codes, self.requests = {}, {}, []
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                if self.headers.get("Transfer-Encoding") == "chunked":
                    body = b""
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                target.answer(self, json.loads(body or "null"))

            def do_GET(self):
                target.answer(self, None)

            def address_string(self):
                return "client"

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True
            request_queue_size = 64

        self.server = Server(self.path, Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def host(self):
        return f"unix://{self.path}"

    def answer(self, handler, body):
        with self.lock:
            self.requests.append((handler.command, handler.path, body))
        parts = [urllib.parse.unquote(part) for part in handler.path.split("/")[1:]]
        with contextlib.suppress(OSError):  # the agent may have been stopped
            if handler.command == "POST" and parts[0] == "containers" and parts[2:] == ["exec"]:
                self.create(handler, parts[1], body)
            elif handler.command == "POST" and parts[0] == "exec" and parts[2:] == ["start"]:
                self.start(handler, parts[1])
            elif handler.command == "GET" and parts[0] == "exec" and parts[2:] == ["json"]:
                self.inspect(handler, parts[1])
            else:
                self.reply(handler, 404, {"message": "page not found"})

    def reply(self, handler, code, value):
        content = json.dumps(value).encode() + b"\n"
        handler.send_response(code)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def create(self, handler, container, body):
        if container not in self.containers | self.paused:
            return self.reply(handler, 404, {"message": f"No such container: {container}"})
        if container in self.paused:
            return self.reply(handler, 409, {"message": f"Container {container} is paused, unpause the container before exec"})
        with self.lock:
            name = f"{len(self.commands):064x}"
            self.commands[name] = body["Cmd"]
        self.reply(handler, 201, {"Id": name})

    def start(self, handler, name):
        if name not in self.commands:
            return self.reply(handler, 404, {"message": f"No such exec instance: {name}"})
        # As a daemon that has handed the connection over to the process: the body ends with it.
        kind = "multiplexed" if self.multiplexed else "raw"
        handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.{kind}-stream\r\n\r\n".encode())
        handler.close_connection = True
        done = subprocess.run(self.commands[name], capture_output=True)
        for number, output in ((1, done.stdout), (2, done.stderr)):
            if output and self.multiplexed:
                handler.wfile.write(bytes([number, 0, 0, 0]) + len(output).to_bytes(4, "big"))
            handler.wfile.write(output)
        with self.lock:
            self.codes[name] = done.returncode

    def inspect(self, handler, name):
        with self.lock:
            code = self.codes.get(name)
        self.reply(handler, 200, {"ID": name, "Running": code is None, "ExitCode": code})

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
