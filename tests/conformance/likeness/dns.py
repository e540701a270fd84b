"""Sends both agents the queries of cases/dns.txt and some malformed ones, and compares the answers."""

import json
import os
import struct

from . import dns_wire, http_client

SECTIONS = ["answer", "authority", "additional"]

# Each kind of record has a different TTL, so that each shows its source.
TIMES_TO_LIVE = {"dns_config": {"node_ttl": "11s", "service_ttl": {"*": "22s", "web": "33s", "in*": "44s"},
                                "soa": {"min_ttl": 55, "refresh": 3601, "retry": 602, "expire": 86403}}}


def prepare(agent, folder):
    """Registers the content of cases/dns_setup.json, and waits until DNS returns the last record."""
    with open(os.path.join(folder, "dns_setup.json")) as setup:
        bodies = json.load(setup)
    for body in bodies:
        data = http_client.build("PUT", "/v1/catalog/register", json.dumps(body).encode())
        response = http_client.exchange(agent.address(), data, "PUT")
        if response.body.strip() != b"true":
            raise RuntimeError(f"{agent.label}: {body['Node']}: {response.status} {response.body!r}")


def read_questions(path):
    """Lines `NAME TYPES TRANSPORTS [count]`; transports are udp, tcp, edns or edns:SIZE; with `count` the choice of
    records is random, so that only their number and kind are compared."""
    with open(path) as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                name, kinds, transports, *more = line.split()
                for kind in kinds.split(","):
                    for transport in transports.split(","):
                        yield name, kind, transport, "count" in more


def comparable(message, comparer, side, count_only):
    facts = {"flags": message.flags, "opcode": message.opcode, "rcode": message.rcode,
             "questions": message.questions, "bytes after the end": message.rest}
    for name, records in zip(SECTIONS, message.sections):
        if count_only:
            facts[name] = sorted((kind, klass, ttl) for _, kind, klass, ttl, _ in records)
        else:
            facts[name] = sorted((owner, kind, klass, ttl, comparer.text(side, data))
                                 for owner, kind, klass, ttl, data in records)
    return facts


def decode(data):
    try:
        return dns_wire.Message(data)
    except (ValueError, IndexError, struct.error) as problem:
        raise ValueError(f"not a DNS message ({problem}): {data[:80].hex()}") from None


def differences(agents, comparer, packet, transport, count_only):
    answers = []
    for agent in agents:
        ask = dns_wire.ask_tcp if transport == "tcp" else dns_wire.ask_udp
        answers.append(ask(agent.address("dns"), packet))
        if not agent.alive():
            raise RuntimeError(f"{agent.label} ended after the DNS packet {packet.hex()}:\n{agent.log_tail()}")
    if None in answers:
        if answers[0] is not answers[1]:
            yield " != ".join("no answer" if answer is None else "an answer" for answer in answers)
        return
    try:
        messages = [decode(answer) for answer in answers]
    except ValueError as problem:
        yield str(problem)
        return
    facts = [comparable(message, comparer, side, count_only) for side, message in enumerate(messages)]
    for name in facts[0]:
        if facts[0][name] != facts[1][name]:
            yield f"{name}: {facts[0][name]} != {facts[1][name]}"


def malformed():
    """Yields (title, packet, transport)."""
    good = dns_wire.query("web.service.consul", "A")
    flags = lambda value: good[:2] + struct.pack(">H", value) + good[4:]
    yield "empty packet", b"", "udp"
    yield "one byte", b"x", "udp"
    yield "half a header", good[:6], "udp"
    yield "header only", good[:12], "udp"
    yield "cut in the name", good[:18], "udp"
    yield "cut before the class", good[:-2], "udp"
    yield "no question", good[:4] + b"\0\0" + good[6:12], "udp"
    yield "two questions", good[:4] + b"\0\2" + good[6:] + good[12:], "udp"
    yield "a response", flags(0x8100), "udp"
    yield "opcode status", flags(0x1100), "udp"
    yield "opcode notify", flags(0x2100), "udp"
    yield "opcode update", flags(0x2900), "udp"
    yield "flags AD CD", flags(0x0130), "udp"
    yield "no recursion desired", flags(0), "udp"
    yield "truncation bit set", flags(0x0300), "udp"
    yield "rcode in a question", flags(0x0103), "udp"
    yield "pointer to itself", good[:12] + b"\xc0\x0c" + good[-4:], "udp"
    yield "pointer outside", good[:12] + b"\xc3\xff" + good[-4:], "udp"
    yield "label of 64 bytes", good[:12] + b"\x40" + b"a" * 64 + b"\0" + good[-4:], "udp"
    yield "name of 300 bytes", good[:12] + (b"\x3f" + b"a" * 63) * 5 + b"\0" + good[-4:], "udp"
    yield "bytes after the question", good + b"trailing", "udp"
    yield "answer count without answer", good[:6] + b"\0\1" + good[8:], "udp"
    yield "class CH", dns_wire.query("web.service.consul", "A", klass=3), "udp"
    yield "class ANY", dns_wire.query("web.service.consul", "A", klass=255), "udp"
    yield "AXFR", dns_wire.query("consul", "AXFR"), "tcp"
    yield "EDNS with client subnet", dns_wire.query(
        "web.service.consul", "A", edns=4096, option=struct.pack(">HHHBB", 8, 7, 1, 24, 0) + b"\x0a\0\0"), "udp"
    yield "EDNS with an unknown option", dns_wire.query(
        "web.service.consul", "A", edns=4096, option=struct.pack(">HH", 65001, 2) + b"hi"), "udp"
    yield "EDNS version 1", (dns_wire.query("web.service.consul", "A", edns=1232)[:-6]
                             + struct.pack(">IH", 0x00010000, 0)), "udp"
    yield "EDNS DO bit", (dns_wire.query("web.service.consul", "A", edns=1232)[:-6]
                          + struct.pack(">IH", 0x00008000, 0)), "udp"
    yield "two OPT records", (lambda p: p[:10] + b"\0\2" + p[12:] + p[-11:])(
        dns_wire.query("web.service.consul", "A", edns=1232)), "udp"
    yield "empty message over TCP", b"", "tcp"
    yield "garbage over TCP", b"\xff" * 40, "tcp"


def run(agents, comparer, report, mode, wanted, folder):
    for agent in agents:
        prepare(agent, folder)
    for name, kind, transport, count_only in read_questions(os.path.join(folder, "dns.txt")):
        title = f"{transport} {kind} {name}"
        if wanted in title:
            size = int(transport[5:] or 1232) if transport.startswith("edns") else None
            packet = dns_wire.query("" if name == "." else name, kind, edns=size)
            report.add("dns", mode, title, differences(agents, comparer, packet, transport, count_only))
    for title, packet, transport in malformed():
        title = f"malformed {title}"
        if wanted in title:
            report.add("dns", mode, title, differences(agents, comparer, packet, transport, False))
