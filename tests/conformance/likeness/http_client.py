"""A small HTTP/1.1 client that sends exactly the given bytes, valid or not."""

import socket
import time
import zlib


class ProtocolError(Exception):
    """The response was not HTTP."""


class Response:
    def __init__(self, status, reason, headers, body, closed):
        self.status, self.reason, self.headers, self.body, self.closed = status, reason, headers, body, closed

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def build(method, path, body=None, headers=()):
    head = [f"{method} {path} HTTP/1.1", "Host: agent"]
    head += [f"{name}: {value}" for name, value in headers]
    if body is not None and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in headers):
        head.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(head) + "\r\n\r\n").encode("latin-1", "surrogateescape") + (body or b"")


class Exchange:
    """One connection, one request. `send` and `receive` are separate so that something can happen in between."""

    def __init__(self, address, timeout=10):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.buffer = b""

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the server may respond and close before it has read everything

    def receive(self, method="GET"):
        try:
            return self.parse(method)
        finally:
            self.socket.close()

    def fill(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        self.buffer += data
        return bool(data)

    def until(self, mark):
        while mark not in self.buffer:
            if not self.fill():
                raise ProtocolError(f"connection closed after {self.buffer[:200]!r}")
        line, self.buffer = self.buffer.split(mark, 1)
        return line

    def take(self, size):
        while len(self.buffer) < size:
            if not self.fill():
                raise ProtocolError("connection closed inside a body")
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def parse(self, method):
        while True:
            head = self.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            parts = head[0].split(" ", 2)
            if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
                raise ProtocolError(f"not a status line: {head[0]!r}")
            if parts[1] != "100":
                break
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:])]
        response = Response(int(parts[1]), parts[2] if len(parts) > 2 else "", headers, b"", False)
        length = response.header("Content-Length")
        if method == "HEAD" or response.status in (204, 304):
            pass
        elif (response.header("Transfer-Encoding") or "").lower() == "chunked":
            while True:
                size = int(self.until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    self.until(b"\r\n")
                    break
                response.body += self.take(size)
                self.take(2)
        elif length is not None:
            response.body = self.take(int(length))
        else:
            while self.fill():
                pass
            response.body, self.buffer, response.closed = self.buffer, b"", True
        if response.header("Content-Encoding") == "gzip":
            response.body = zlib.decompress(response.body, 31)
        return response


def exchange(address, data, method="GET", timeout=10):
    one = Exchange(address, timeout)
    one.send(data)
    return one.receive(method)


def timed(address, data, between, method="GET", timeout=15, settle=0.2):
    """Sends a request, calls `between` while it waits, and @returns (response, seconds from then on)."""
    one = Exchange(address, timeout)
    one.send(data)
    time.sleep(settle)  # the request must be waiting on the server, which can't be observed from outside
    start = time.monotonic()
    between()
    response = one.receive(method)
    return response, time.monotonic() - start
