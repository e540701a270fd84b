"""The recorder of the case files: turns calls into a list of steps, the same for both agents."""

import json


class Step:
    def __init__(self, kind, name, **given):
        self.kind, self.name = kind, name
        self.method = given.pop("method", "GET")
        self.path = given.pop("path", "")
        self.body = given.pop("body", None)
        self.headers = given.pop("headers", ())
        self.save = given.pop("save", {})            # name -> header name, or a path of keys into the JSON body
        self.ignore = given.pop("ignore", ())        # ignored JSON keys
        self.ignore_headers = given.pop("ignore_headers", ())
        self.shape = given.pop("shape", False)       # compare JSON keys and types only
        self.unordered = given.pop("unordered", False)
        self.loose = given.pop("loose", False)       # compare only the presence of indexes
        self.until = given.pop("until", None)        # repeat the request until the body holds these bytes
        self.without = given.pop("without", None)    # repeat the request until the body lacks these bytes
        self.write = given.pop("write", None)        # (method, path, body) sent while the request blocks
        self.data = given.pop("data", None)          # raw bytes to send
        self.sorted_lines = given.pop("sorted_lines", False)
        if given:
            raise TypeError(f"unknown arguments {sorted(given)}")


def encoded(body):
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode()
    return json.dumps(body).encode()


class Recorder:
    """Passed to each case file's `cases(t)`. Text `{{name}}` in a path or body is replaced by a saved value."""

    def __init__(self, family):
        self.family, self.steps = family, []

    def add(self, kind, title, **given):
        self.steps.append(Step(kind, f"{self.family}/{len(self.steps) + 1:03d} {title}", **given))

    def request(self, method, path, body=None, note="", **given):
        title = f"{method} {path[:110]}" + (f" ({note})" if note else "")
        if isinstance(body, (str, dict, list)) and body:
            title += " <- " + encoded(body).decode("utf-8", "replace")[:90]
        self.add("http", title, method=method, path=path, body=encoded(body), **given)

    def get(self, path, **given):
        self.request("GET", path, **given)

    def put(self, path, body=b"", **given):
        self.request("PUT", path, body=body, **given)

    def post(self, path, body=b"", **given):
        self.request("POST", path, body=body, **given)

    def delete(self, path, **given):
        self.request("DELETE", path, **given)

    def wait(self, path, until=None, without=None, **given):
        """Repeats a GET until its body contains (or lacks) a text; both agents must get there."""
        given.setdefault("loose", True)
        self.request("GET", path, until=until, without=without, note="waiting", **given)

    def block(self, path, write=None, **given):
        """A blocking GET, with a write while it waits. Both agents must wake, or both must time out."""
        self.add("block", f"GET {path} | {write[0] + ' ' + write[1] if write else 'no write'}", path=path,
                 write=write, **given)

    def raw(self, title, data, **given):
        """Sends raw bytes; compares the responses, and whether the connection was closed without one."""
        self.add("raw", title, data=data, **given)
