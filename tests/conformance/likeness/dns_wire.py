"""DNS messages: builds queries, decodes responses, only as far as the comparison needs."""

import socket
import struct

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "OPT": 41,
         "AXFR": 252, "ANY": 255}
NAMES = {number: name for name, number in TYPES.items()}


def encode_name(name):
    out = b""
    for label in name.encode("latin-1").split(b".") if name not in ("", ".") else []:
        out += bytes([len(label)]) + label
    return out + b"\0"


def query(name, kind, ident=0x1234, recursion=True, edns=None, klass=1, option=b""):
    number = TYPES.get(kind) or int(kind[4:])
    flags = 0x0100 if recursion else 0
    out = struct.pack(">HHHHHH", ident, flags, 1, 0, 0, 1 if edns else 0)
    out += encode_name(name) + struct.pack(">HH", number, klass)
    if edns:
        out += b"\0" + struct.pack(">HHIH", TYPES["OPT"], edns, 0, len(option)) + option
    return out


def decode_name(data, at):
    labels, end, jumps = [], None, 0
    while True:
        size = data[at]
        if size & 0xC0 == 0xC0:
            end = at + 2 if end is None else end
            at = (size & 0x3F) << 8 | data[at + 1]
            jumps += 1
            if jumps > 100:
                raise ValueError("a loop of pointers")
        elif size == 0:
            return ".".join(labels) + ".", (at + 1 if end is None else end)
        else:
            labels.append(data[at + 1:at + 1 + size].decode("latin-1"))
            at += 1 + size


def decode_rdata(data, at, kind, size):
    raw = data[at:at + size]
    if kind == "A":
        return socket.inet_ntop(socket.AF_INET, raw)
    if kind == "AAAA":
        return socket.inet_ntop(socket.AF_INET6, raw)
    if kind in ("NS", "CNAME", "PTR"):
        return decode_name(data, at)[0]
    if kind == "SRV":
        return "%d %d %d " % struct.unpack(">HHH", raw[:6]) + decode_name(data, at + 6)[0]
    if kind == "TXT":
        parts, i = [], 0
        while i < size:
            parts.append(raw[i + 1:i + 1 + raw[i]].decode("latin-1"))
            i += 1 + raw[i]
        return repr(parts)
    if kind == "SOA":
        primary, at = decode_name(data, at)
        mailbox, at = decode_name(data, at)
        numbers = struct.unpack(">IIIII", data[at:at + 20])
        return f"{primary} {mailbox} <serial> " + " ".join(map(str, numbers[1:]))
    return raw.hex()


class Message:
    def __init__(self, data):
        ident, flags, *counts = struct.unpack(">HHHHHH", data[:12])
        self.ident, self.size = ident, len(data)
        self.flags = [name for bit, name in ((15, "QR"), (10, "AA"), (9, "TC"), (8, "RD"), (7, "RA"), (5, "AD"),
                                             (4, "CD")) if flags >> bit & 1]
        self.opcode, self.rcode = flags >> 11 & 15, flags & 15
        at, self.questions = 12, []
        for _ in range(counts[0]):
            name, at = decode_name(data, at)
            kind, klass = struct.unpack(">HH", data[at:at + 4])
            at += 4
            self.questions.append(f"{name} {NAMES.get(kind, kind)} {klass}")
        self.sections = []
        for count in counts[1:]:
            records = []
            for _ in range(count):
                owner, at = decode_name(data, at)
                kind, klass, ttl, size = struct.unpack(">HHIH", data[at:at + 10])
                at += 10
                name = NAMES.get(kind, f"TYPE{kind}")
                records.append((owner, name, klass, ttl, decode_rdata(data, at, name, size)))
                at += size
            self.sections.append(records)
        self.rest = len(data) - at


def ask_udp(address, packet, timeout=2):
    """@returns the response's bytes, or None on a timeout."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(timeout)
        one.sendto(packet, address)
        try:
            return one.recv(65535)
        except OSError:
            return None


def ask_tcp(address, packet, timeout=2):
    with socket.create_connection(address, timeout=timeout) as one:
        try:
            one.sendall(struct.pack(">H", len(packet)) + packet)
            data = b""
            while len(data) < 2 or len(data) < 2 + struct.unpack(">H", data[:2])[0]:
                more = one.recv(65535)
                if not more:
                    return None
                data += more
            return data[2:]
        except OSError:
            return None
