"""A message bus of D-Bus with a service on it that answers like systemd what checks ask: the states of units."""

import contextlib
import os
import socket
import struct
import subprocess
import threading

from agent import eventually

CALL, REPLY, ERROR = 1, 2, 3
PATH, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE = 1, 3, 4, 5, 6, 7, 8
UNITS = "/org/freedesktop/systemd1/unit/"


def padded(data, size):
    return data + b"\0" * (-len(data) % size)


def text(value):
    return struct.pack("<I", len(value)) + value.encode() + b"\0"


def message(kind, serial, header, body=b""):
    """@param header [(code, signature, value)]"""
    fields = b""
    for code, signature, value in header:
        fields = padded(fields, 8) + bytes([code, 1]) + signature.encode() + b"\0"
        if signature == "u":
            fields = padded(fields, 4) + struct.pack("<I", value)
        elif signature == "g":
            fields += bytes([len(value)]) + value.encode() + b"\0"
        else:
            fields = padded(fields, 4) + text(value)
    head = struct.pack("<cBBBII", b"l", kind, 0, 1, len(body), serial) + struct.pack("<I", len(fields)) + fields
    return padded(head, 8) + body


def header_of(data):
    """@returns {code: value} of an array of header fields"""
    out, at = {}, 0
    while at < len(data):
        at += -at % 8
        code, signature = data[at], chr(data[at + 2])
        at += 4
        if signature == "g":
            size = data[at]
            out[code] = data[at + 1:at + 1 + size].decode()
            at += size + 2
            continue
        at += -at % 4
        number = struct.unpack_from("<I", data, at)[0]
        at += 4
        if signature == "u":
            out[code] = number
        else:
            out[code] = data[at:at + number].decode()
            at += number + 1
    return out


def text_at(body, at):
    """@returns a text in a body and where the next one begins"""
    at += -at % 4
    size = struct.unpack_from("<I", body, at)[0]
    return body[at + 4:at + 4 + size].decode(), at + 4 + size + 1


class FakeSystemd:
    """`units` has the states of those that exist: {"web.service": "active"}.
    @param present False: a bus without systemd"""

    def __init__(self, folder, units, present=True):
        self.path = os.path.join(folder, "bus")
        self.units, self.serial, self.names = units, 0, {}
        self.bus = subprocess.Popen(["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={self.address}"],
                                    stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(lambda: os.path.exists(self.path), 10, "the bus")
        self.socket = self.thread = None
        if present:
            self.join()

    @property
    def address(self):
        return f"unix:path={self.path}"

    def join(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(self.path)
        self.file = self.socket.makefile("rb")
        self.socket.sendall(b"\0AUTH EXTERNAL " + str(os.getuid()).encode().hex().encode() + b"\r\n")
        if not self.file.readline().startswith(b"OK"):
            raise AssertionError("the bus does not know this user")
        self.socket.sendall(b"BEGIN\r\n")
        self.ask_bus("Hello", "", b"")
        self.ask_bus("RequestName", "su", padded(text("org.freedesktop.systemd1"), 4) + struct.pack("<I", 0))
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def ask_bus(self, member, signature, body):
        header = [(PATH, "o", "/org/freedesktop/DBus"), (DESTINATION, "s", "org.freedesktop.DBus"),
                  (MEMBER, "s", member)] + ([(SIGNATURE, "g", signature)] if signature else [])
        self.send(CALL, header, body)
        while self.receive()[0] != REPLY:
            pass  # signals

    def send(self, kind, header, body):
        self.serial += 1
        self.socket.sendall(message(kind, self.serial, header, body))

    def receive(self):
        """@returns kind, serial, header, body"""
        head = self.file.read(16)
        if len(head) < 16:
            raise EOFError
        _, kind, _, _, size, serial, header_size = struct.unpack("<cBBBIII", head)
        rest = self.file.read(header_size + -header_size % 8 + size)
        return kind, serial, header_of(rest[:header_size]), rest[len(rest) - size:]

    def serve(self):
        with contextlib.suppress(OSError, EOFError, ValueError):
            while True:
                kind, serial, header, body = self.receive()
                if kind == CALL:
                    self.answer(serial, header, body)

    def answer(self, serial, header, body):
        to = [(REPLY_SERIAL, "u", serial), (DESTINATION, "s", header[SENDER])]
        if header[MEMBER] == "LoadUnit":
            unit = text_at(body, 0)[0]
            escaped = "".join(c if c.isalnum() else f"_{ord(c):02x}" for c in unit)
            self.names[UNITS + escaped] = unit
            self.send(REPLY, to + [(SIGNATURE, "g", "o")], text(UNITS + escaped))
        elif header[MEMBER] == "Get":
            unit = self.names[header[PATH]]
            name = text_at(body, text_at(body, 0)[1])[0]
            value = (("loaded" if unit in self.units else "not-found") if name == "LoadState"
                     else self.units.get(unit, "inactive"))
            self.send(REPLY, to + [(SIGNATURE, "g", "v")], padded(b"\x01s\0", 4) + text(value))
        else:
            self.send(ERROR, to + [(ERROR_NAME, "s", "org.freedesktop.DBus.Error.UnknownMethod")], b"")

    def close(self):
        if self.socket:
            self.socket.shutdown(socket.SHUT_RDWR)
            self.thread.join()
            self.socket.close()
        self.bus.terminate()
        self.bus.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
