"""Compares two answers, ignoring necessary differences."""

import bisect
import json
import re

from . import http_client

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
INDEX = re.compile(r"(?<=reset index: )\d+")  # in the text that says how to bootstrap access control again
INDEX_KEYS = {"CreateIndex", "ModifyIndex", "Index", "RaftIndex"}
FRAMING = {"date", "content-length", "transfer-encoding", "connection"}


def canonical(value, ignored=frozenset()):
    """A sort key that is equal on both sides: without UUIDs, indexes and ignored members, with nested lists sorted
    too."""
    if isinstance(value, dict):
        return json.dumps([[key, canonical(one, ignored)] for key, one in sorted(value.items())
                           if key not in INDEX_KEYS and key not in ignored])
    if isinstance(value, list):
        return json.dumps(sorted(canonical(one, ignored) for one in value))
    return UUID.sub("", json.dumps(value))


class Pairs:
    """Values that differ between the agents but must correspond one to one: UUIDs by identity, indexes by order."""

    def __init__(self):
        self.left, self.right = {}, {}
        self.order = []
        self.floor = (0, 0)  # the index that each agent had reached before the first request

    def same(self, a, b):
        if a in self.left or b in self.right:
            return self.left.get(a) == b and self.right.get(b) == a
        self.left[a], self.right[b] = b, a
        return True

    def same_order(self, a, b):
        """Whether a and b have the same position among the values seen before."""
        if a <= 1 or b <= 1:
            return a == b
        if a <= self.floor[0] or b <= self.floor[1]:
            return a <= self.floor[0] and b <= self.floor[1]
        at = bisect.bisect_left(self.order, (a, 0))
        if at < len(self.order) and self.order[at][0] == a:
            return self.order[at][1] == b
        if at > 0 and self.order[at - 1][1] >= b:
            return False
        if at < len(self.order) and self.order[at][1] <= b:
            return False
        self.order.insert(at, (a, b))
        return True


def redirected_alike(a, b):
    """Go's mux redirects to the clean path with 301, like Consul's releases, and from Go 1.26 on with 307. If the peer
    was built with the latter, both statuses count as equal; body and Location are still compared."""
    if (a.status, b.status) != (301, 307):
        return a
    return http_client.Response(307, b.reason, a.headers, a.body.replace(b">Moved Permanently<",
                                                                        b">Temporary Redirect<"), a.closed)


class Comparer:
    def __init__(self, ports, reached=(0, 0)):
        """`ports`: {name: port} for each of the two agents. `reached`: the index that each had reached when it was
        ready: the number of entries for an agent's own registration may differ, so these indexes only have to be old
        on both sides."""
        self.names = [{str(port): f"<{name}>" for name, port in side.items()} for side in ports]
        self.patterns = [re.compile(r"(?<!\d)(" + "|".join(side) + r")(?!\d)") for side in self.names]
        self.uuids, self.indexes = Pairs(), Pairs()
        self.indexes.floor = tuple(reached)

    def text(self, side, value):
        value = self.patterns[side].sub(lambda m: self.names[side][m[0]], INDEX.sub("<index>", value))
        return TIME.sub(lambda m: m[0] if m[0].startswith("0001-") else "<time>", value)

    def texts(self, a, b):
        """Compares two texts; UUIDs must correspond. @returns None or the two normalised texts."""
        a, b = self.text(0, a), self.text(1, b)
        ids = UUID.findall(a), UUID.findall(b)
        if UUID.sub("<id>", a) != UUID.sub("<id>", b):
            return a, b
        if all(self.uuids.same(x, y) for x, y in zip(*ids)):
            return None
        return a, b

    def values(self, a, b, step, path="", key=""):
        """Compares two JSON values. Yields one text per difference."""
        where = path or "body"
        if key in step.ignore:
            return
        if isinstance(a, bool) or isinstance(b, bool) or a is None or b is None:
            if a is not b and not (step.shape and type(a) is type(b)):
                yield f"{where}: {json.dumps(a)} != {json.dumps(b)}"
        elif isinstance(a, list) and isinstance(b, list):
            yield from self.lists(a, b, step, path, key)
        elif isinstance(a, dict) and isinstance(b, dict):
            for name in a:
                if name not in b and name not in step.ignore:
                    yield f"{where}: only the first has {name!r}"
            for name in b:
                if name not in a and name not in step.ignore:
                    yield f"{where}: only the second has {name!r}"
            common = [name for name in a if name in b]
            if common != [name for name in b if name in a]:
                yield f"{where}: order of keys {common} != {[name for name in b if name in a]}"
            for name in common:
                yield from self.values(a[name], b[name], step, f"{path}.{name}" if path else name, name)
        elif isinstance(a, (int, float)) and isinstance(b, (int, float)):
            yield from self.numbers(a, b, step, where, key)
        elif isinstance(a, str) and isinstance(b, str):
            different = None if step.shape else self.texts(a, b)
            if different:
                yield f"{where}: {different[0]!r} != {different[1]!r}"
        else:
            yield f"{where}: {json.dumps(a)[:200]} != {json.dumps(b)[:200]}"

    def lists(self, a, b, step, path, key):
        if step.shape:
            a, b = a[:1], b[:1]
        if len(a) != len(b):
            yield f"{path or 'body'}: {len(a)} elements != {len(b)}: {json.dumps(a)[:200]} != {json.dumps(b)[:200]}"
            return
        if step.unordered:
            a, b = (sorted(one, key=lambda value: canonical(value, step.ignore)) for one in (a, b))
        for i, (x, y) in enumerate(zip(a, b)):
            yield from self.values(x, y, step, f"{path}[{i}]", key)

    def numbers(self, a, b, step, where, key):
        if step.shape:
            return
        if key in INDEX_KEYS:
            if (bool(a) != bool(b)) if step.loose else not self.indexes.same_order(a, b):
                yield f"{where}: index {a} does not correspond to {b}"
        elif self.names[0].get(str(a), a) != self.names[1].get(str(b), b):
            yield f"{where}: {a} != {b}"

    def headers(self, a, b, step):
        ignored = FRAMING | {name.lower() for name in step.ignore_headers}
        sides = [sorted((name.lower(), value) for name, value in one.headers if name.lower() not in ignored)
                 for one in (a, b)]
        maps = [dict(side) for side in sides]
        for name in sorted(set(maps[0]) | set(maps[1])):
            x, y = maps[0].get(name), maps[1].get(name)
            if x is None or y is None:
                yield f"header {name}: {x!r} != {y!r}"
            elif name == "x-consul-index" and x.isdigit() and y.isdigit():
                if not step.loose and not self.indexes.same_order(int(x), int(y)):
                    yield f"header {name}: index {x} does not correspond to {y}"
            elif self.texts(x, y):
                yield f"header {name}: {x!r} != {y!r}"

    def responses(self, a, b, step):
        """Yields one text per difference between two responses."""
        a = redirected_alike(a, b)
        if a.status != b.status:
            yield f"status {a.status} != {b.status}; bodies {a.body[:160]!r}, {b.body[:160]!r}"
            return
        yield from self.headers(a, b, step)
        yield from self.bodies(a.body, b.body, step)

    def bodies(self, a, b, step):
        try:
            values = json.loads(a), json.loads(b)
        except ValueError:
            texts = [body.decode("utf-8", "backslashreplace") for body in (a, b)]
            if step.sorted_lines:
                texts = ["\n".join(sorted(text.split("\n"))) for text in texts]
            if step.shape:
                return
            different = self.texts(*texts)
            if different:
                yield f"body: {different[0][:400]!r} != {different[1][:400]!r}"
            return
        layouts = [(body.endswith(b"\n"), b"\n    " in body or (body[:1] in b"[{" and b"\n" in body[:-1]))
                   for body in (a, b)]
        if layouts[0] != layouts[1]:
            yield f"body: layout (last newline, indented) {layouts[0]} != {layouts[1]}"
        yield from self.values(*values, step)
