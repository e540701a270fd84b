"""A target for many gRPC and H2PING checks: one thread with plain sockets, and the frames of HTTP/2 (RFC 9113) that it
takes to answer them. It sends header fields without compression and ignores those that it receives: the service is in
the message."""

import ssl

from check_target import Target

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
    def __init__(self, target):
        self.target, self.data, self.started = target, b"", False

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


class Http2Target(Target):
    """`services` are those that are known, with their status; None: every service is serving. Records when each was
    asked for.
    @param certificate (certificate, key) files of a server with TLS"""

    def __init__(self, services=None, certificate=None):
        self.services, self.tls = services, None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
            self.tls.set_alpn_protocols(["h2"])
        super().__init__()

    def ask(self, service):
        self.arrived(service)
        return SERVING if self.services is None else self.services.get(service)

    def connected(self, one):
        if self.tls:
            one = self.tls.wrap_socket(one, server_side=True, do_handshake_on_connect=False)
        return one, Connection(self).take

    def checks(self, count, **settings):
        return super().checks("GRPC", "127.0.0.1:", count, **settings)
