"""A target for many gRPC and H2PING checks: one thread with plain sockets, and the frames of HTTP/2 (RFC 9113) that it
takes to answer them. It sends header fields without compression and ignores those that it receives: the service is in
the message."""

import contextlib
import selectors
import socket
import ssl
import threading
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
ACK = END_STREAM = 1
END_HEADERS = 4
SERVING, NOT_SERVING = 1, 2


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def fields(*pairs):
    """Literal fields without indexing (RFC 7541 6.2.2), of less than 127 bytes each."""
    return b"".join(b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
                    for name, value in pairs)


class Connection:
    def __init__(self, target, one):
        self.target, self.socket, self.data = target, one, b""
        self.started = False

    def take(self, data):
        """@returns what to answer"""
        self.data += data
        out = b""
        if not self.started and len(self.data) >= len(PREFACE):
            if not self.data.startswith(PREFACE):
                raise OSError("another protocol")
            self.data, self.started = self.data[len(PREFACE):], True
            out += frame(SETTINGS, 0, 0)
        while self.started and len(self.data) >= 9:
            size = int.from_bytes(self.data[:3], "big")
            if len(self.data) < 9 + size:
                break
            kind, flags = self.data[3], self.data[4]
            stream = int.from_bytes(self.data[5:9], "big")
            payload, self.data = self.data[9:9 + size], self.data[9 + size:]
            if kind == SETTINGS and not flags & ACK:
                out += frame(SETTINGS, ACK, 0)
            elif kind == PING and not flags & ACK:
                out += frame(PING, ACK, 0, payload)
            elif kind == DATA and flags & END_STREAM:
                out += self.answer(stream, payload[7:].decode() if len(payload) > 5 else "")
        return out

    def answer(self, stream, service):
        """@param service its name has less than 128 bytes"""
        status = self.target.ask(service)
        head = fields((":status", "200"), ("content-type", "application/grpc"))
        if status is None:
            head += fields(("grpc-status", "5"), ("grpc-message", "unknown service"))
            return frame(HEADERS, END_HEADERS | END_STREAM, stream, head)
        return (frame(HEADERS, END_HEADERS, stream, head) + frame(DATA, 0, stream, bytes([0, 0, 0, 0, 2, 8, status])) +
                frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(("grpc-status", "0"))))


class Http2Target:
    """`services` are those that are known, with their status; None: every service is serving. Records when each was
    asked for.
    @param certificate (certificate, key) files of a server with TLS"""

    def __init__(self, services=None, certificate=None):
        self.services, self.tls = services, None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
            self.tls.set_alpn_protocols(["h2"])
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.arrivals = {}
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def ask(self, service):
        now = time.monotonic()
        with self.lock:
            self.arrivals.setdefault(service, []).append(now)
            return SERVING if self.services is None else self.services.get(service)

    def serve(self):
        with selectors.DefaultSelector() as chooser:
            chooser.register(self.listener, selectors.EVENT_READ)
            while not self.ended.is_set():
                for key, _ in chooser.select(0.2):
                    if key.data is None:
                        self.accept(chooser)
                    elif not self.exchange(key.data):
                        chooser.unregister(key.data.socket)
                        key.data.socket.close()
            for key in list(chooser.get_map().values()):
                if key.data:
                    key.data.socket.close()

    def accept(self, chooser):
        with contextlib.suppress(BlockingIOError):
            for _ in range(200):
                one, _ = self.listener.accept()
                one.setblocking(False)
                if self.tls:
                    one = self.tls.wrap_socket(one, server_side=True, do_handshake_on_connect=False)
                chooser.register(one, selectors.EVENT_READ, Connection(self, one))

    def exchange(self, connection):
        """@returns false once the connection has ended."""
        try:
            while data := connection.socket.recv(16384):
                if out := connection.take(data):
                    connection.socket.send(out)
            return False
        except (BlockingIOError, ssl.SSLWantReadError):
            return True
        except OSError:
            return False

    def times(self):
        """@returns {service: [seconds, ...]} so far"""
        with self.lock:
            return {service: list(times) for service, times in self.arrivals.items()}

    def forget(self):
        with self.lock:
            self.arrivals.clear()

    def checks(self, count, interval="1s", timeout="900ms"):
        """@returns definitions of `count` checks, each of a service of its own"""
        return [{"ID": f"g{i}", "Name": f"g{i}", "GRPC": f"127.0.0.1:{self.port}/{i}", "Interval": interval,
                 "Timeout": timeout, "Status": "passing"} for i in range(count)]

    def close(self):
        self.ended.set()
        self.thread.join()
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
