"""A server RPC peer that sends arbitrary bytes: hello, frames, envelopes. Knows only as much of the format as an
attacker needs."""

import contextlib
import hashlib
import hmac
import socket
import struct

SERVER_HANDSHAKE, CLIENT_HANDSHAKE, DIRECT, ROUTED, MONITOR, DOWN, HEARTBEAT = range(7)
ASYNCHRONOUS = 0x1000000000000000
ANSWER = 0x8000000000000000
SELF = 3  # the sending actor
REQUEST_TYPES, MESSAGE_TYPES = b"@<>+@atom+praetor::envelope", b"@<>+@atom+praetor::envelope"
RPC, SEND = 0x3f7d68, 0xfe2ace9  # the atoms "rpc" and "send"
PROPOSE, REFUSED, RAFT, FORWARDED, CANCEL, NODE_RECORDS, DNS, _, LOG_STATE, TOKEN = range(1, 11)
KV_COMMAND = 2


def pack(value):
    """Encodes MessagePack in the old raw format."""
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int):
        return b"\xcf" + struct.pack(">Q", value) if value >= 0 else b"\xd3" + struct.pack(">q", value)
    if isinstance(value, (bytes, str)):
        data = value.encode() if isinstance(value, str) else value
        return b"\xdb" + struct.pack(">I", len(data)) + data
    if isinstance(value, list):
        return b"\xdd" + struct.pack(">I", len(value)) + b"".join(pack(each) for each in value)
    return b"\xdf" + struct.pack(">I", len(value)) + b"".join(pack(k) + pack(v) for k, v in sorted(value.items()))


def unpack(data):
    """@returns the decoded value of one MessagePack item."""
    return _unpack(data, 0)[0]


def _unpack(data, at):
    kind = data[at]
    at += 1
    if kind < 0x80:
        return kind, at
    if kind >= 0xe0:
        return kind - 256, at
    if 0xa0 <= kind < 0xc0:
        return data[at:at + kind - 0xa0], at + kind - 0xa0
    if 0x80 <= kind < 0x90 or kind in (0xde, 0xdf):
        count, at = (kind - 0x80, at) if kind < 0x90 else _number(data, at, 2 if kind == 0xde else 4)
        out = {}
        for _ in range(count):
            key, at = _unpack(data, at)
            out[key.decode()], at = _unpack(data, at)
        return out, at
    if 0x90 <= kind < 0xa0 or kind in (0xdc, 0xdd):
        count, at = (kind - 0x90, at) if kind < 0xa0 else _number(data, at, 2 if kind == 0xdc else 4)
        out = []
        for _ in range(count):
            value, at = _unpack(data, at)
            out.append(value)
        return out, at
    if kind in (0xc0, 0xc2, 0xc3):
        return {0xc0: None, 0xc2: False, 0xc3: True}[kind], at
    if kind in (0xd9, 0xda, 0xdb):
        size, at = _number(data, at, {0xd9: 1, 0xda: 2, 0xdb: 4}[kind])
        return data[at:at + size], at + size
    if kind in (0xcc, 0xcd, 0xce, 0xcf):
        return _number(data, at, 1 << (kind - 0xcc))
    if kind in (0xd0, 0xd1, 0xd2, 0xd3):
        size = 1 << (kind - 0xd0)
        return int.from_bytes(data[at:at + size], "big", signed=True), at + size
    raise ValueError(f"kind {kind:#x}")


def _number(data, at, size):
    return int.from_bytes(data[at:at + size], "big"), at + size


def varbyte(number):
    out = b""
    while number > 0x7f:
        out += bytes([number & 0x7f | 0x80])
        number >>= 7
    return out + bytes([number])


def text(value):
    data = value.encode() if isinstance(value, str) else value
    return varbyte(len(data)) + data


def node_id(number=9):
    return struct.pack(">QI", 0x3e9aab9bac79, 5) + bytes([number]) * 20


def envelope(kind, body):
    return struct.pack(">HH", 1, kind) + text(body)


def message(atom, kind, body):
    """The payload of a request (RPC) or of a one-way message (SEND)."""
    return b"\0" + struct.pack(">H", 0) + text(REQUEST_TYPES) + struct.pack(">Q", atom) + envelope(kind, body)


def answer(body):
    return b"\0" + struct.pack(">H", 0) + text(b"@<>+praetor::envelope") + envelope(PROPOSE, body)


def request(body, number=1, hops=1, hold=0):
    """The content of an envelope of an answered kind."""
    return pack({"Number": number, "Hops": hops, "Hold": hold, "Body": body})


def kv_set(key, value="x", token=""):
    """A log command that sets a key."""
    return bytes([KV_COMMAND]) + pack({"Datacenter": "dc1", "Op": "set", "Token": token,
                                       "DirEnt": {"Key": key, "Value": value, "Flags": 0, "Session": ""}})


class RawPeer:
    """One connection to a server's RPC port."""

    def __init__(self, address, port, source=None, timeout=10, **hello):
        self.hello = {"Version": 1, "ID": "11111111-2222-3333-4444-555555555555", "Name": "raw", "Datacenter": "dc1",
                      "Server": False, "Nonce": "", "Proof": "", "Refusal": "", **hello}
        self.socket = socket.socket()
        self.socket.settimeout(timeout)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect((address, port))
        self.gateway = 0

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, size):
        out = b""
        while len(out) < size:
            more = self.socket.recv(size - len(out))
            if not more:
                raise EOFError("the server has closed the connection")
            out += more
        return out

    def send_hello(self, **changes):
        body = pack({**self.hello, **changes})
        self.socket.sendall(b"PRTR" + struct.pack(">I", len(body)) + body)

    def read_hello(self):
        head = self.read(8)
        assert head[:4] == b"PRTR", head
        return unpack(self.read(struct.unpack(">I", head[4:])[0]))

    def greet(self):
        """Sends a hello. @returns the server's, or raises EOFError"""
        self.send_hello()
        said = self.read_hello()
        if said["Refusal"]:
            raise PermissionError(said["Refusal"].decode())
        return said

    def prove(self, key, said, binding=b""):
        """Proves the gossip key to the server that sent this hello."""
        def part(data):
            return struct.pack(">I", len(data)) + data

        def one(h):
            each = [h[name] if isinstance(h[name], bytes) else h[name].encode()
                    for name in ("Nonce", "ID", "Name", "Datacenter")]
            return b"".join(part(p) for p in each) + (b"\1" if h["Server"] else b"\0")
        told = part(b"praetor server rpc 1") + b"D" + one(self.hello) + one(said) + part(binding)
        self.send_hello(Proof=hmac.new(key, told, hashlib.sha256).digest())
        verdict = self.read_hello()
        if verdict["Refusal"]:
            raise PermissionError(verdict["Refusal"].decode())

    def frame(self, operation, payload=b"", data=0, source=SELF, to=None, flags=0, length=None):
        head = struct.pack(">BBBBIQQQ", operation, 0, 0, flags, len(payload) if length is None else length, data,
                           source, self.gateway if to is None else to)
        self.socket.sendall(head + payload)

    def read_frame(self):
        """@returns (operation, data, payload) of the next frame that is not a heartbeat."""
        while True:
            operation, _, _, _, size, data, _, _ = struct.unpack(">BBBBIQQQ", self.read(32))
            payload = self.read(size)
            if operation != HEARTBEAT:
                return operation, data, payload

    def enter(self):
        """Completes hello and handshake like remoting; knows the gateway afterwards."""
        self.greet()
        return self.shake()

    def shake(self):
        operation, _, payload = self.read_frame()
        assert operation == SERVER_HANDSHAKE, operation
        at, count = 33, payload[32]
        for _ in range(count):
            at += 1 + payload[at]
        self.gateway = struct.unpack(">Q", payload[at:at + 8])[0]
        self.frame(CLIENT_HANDSHAKE, node_id(), source=0, to=0)
        return self

    def ask(self, kind, body, number=5, **frame):
        """Sends a request. @returns (kind, bytes) of the answer's envelope."""
        self.frame(DIRECT, message(RPC, kind, body), data=ASYNCHRONOUS | number, **frame)
        while True:
            operation, data, payload = self.read_frame()
            if operation == DIRECT and data & ANSWER:
                break
        prefix = len(answer(b"")) - 5
        kind = struct.unpack(">H", payload[prefix + 2:prefix + 4])[0]
        body, at, shift, size = payload[prefix + 4:], 0, 0, 0
        while True:
            size |= (body[at] & 0x7f) << shift
            at, shift = at + 1, shift + 7
            if body[at - 1] < 0x80:
                return kind, body[at:at + size]

    def tell(self, kind, body, **frame):
        self.frame(DIRECT, message(SEND, kind, body), data=ASYNCHRONOUS, **frame)

    def is_closed(self, within=10):
        """Whether the server closes the connection within this many seconds."""
        self.socket.settimeout(within)
        with contextlib.suppress(ConnectionError, EOFError):
            try:
                while self.socket.recv(65536):
                    pass
            except TimeoutError:
                return False
        return True
