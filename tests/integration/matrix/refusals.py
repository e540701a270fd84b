"""Invalid configurations: the agent does not start with them, and a reload of one changes nothing."""

import os
import signal

from agent import eventually

NEW = {"id": "bad", "name": "bad"}
SCRIPT = {"args": ["true"], "interval": "10s"}

# name: (the additional file, what the error must name)
BAD_FILES = {
    "script inside": ({"services": [dict(NEW, checks=[dict(SCRIPT, id="bad-check", name="bad")])]},
                      "Scripts are disabled"),
    "nameless script": ({"services": [dict(NEW, checks=[SCRIPT])]}, "Scripts are disabled"),
    "only script": ({"services": [dict(NEW, check=SCRIPT)]}, "Scripts are disabled"),
    "script after a good check": ({"services": [dict(NEW, checks=[{"ttl": "1h"}, SCRIPT])]}, "Scripts are disabled"),
    "script beside": ({"services": [NEW], "checks": [dict(SCRIPT, name="bad", service_id="bad")]},
                      "Scripts are disabled"),
    "script of the node": ({"checks": [dict(SCRIPT, name="bad")]}, "Scripts are disabled"),
    "check of an unknown service": ({"checks": [{"name": "bad", "service_id": "nobody", "ttl": "1h"}]}, "nobody"),
    "check of a service that is known by name only": (
        {"services": [{"id": "bad-1", "name": "bad"}], "checks": [{"name": "bad", "service_id": "bad", "ttl": "1h"}]},
        "bad"),
    "interval missing": ({"checks": [{"name": "bad", "tcp": "127.0.0.1:1"}]}, "Interval must be > 0"),
    "interval and TTL": ({"checks": [{"name": "bad", "interval": "1h", "ttl": "1h"}]}, "cannot both be specified"),
    "check of no kind": ({"checks": [{"name": "bad"}]}, "TTL must be > 0"),
    "alias with TTL": ({"checks": [{"name": "bad", "alias_service": "near", "ttl": "1h"}]}, "Alias checks"),
    "bad duration": ({"checks": [{"name": "bad", "ttl": "1 hour"}]}, "1 hour"),
    "bad thresholds": ({"checks": [{"name": "bad", "tcp": "127.0.0.1:1", "interval": "1h",
                                    "failures_before_warning": 3, "failures_before_critical": 2}]}, "FailuresBefore"),
    "service without a name": ({"services": [{"id": "bad"}]}, "name"),
    "bad weights": ({"services": [dict(NEW, weights={"passing": 0})]}, "Passing must be greater than 0"),
    "bad meta": ({"services": [dict(NEW, meta={"a b": "c"})]}, "invalid characters"),
    "unknown key": ({"services": [dict(NEW, nonsense=1)]}, "nonsense"),
    "not JSON": ("{", "bad.json"),
}


def with_bad_file(world, content, work):
    """Calls `work` while the file exists, and removes it again."""
    path = os.path.join(world.folder, "bad.json")
    world.define()
    if isinstance(content, str):
        with open(path, "w") as out:
            out.write(content)
    else:
        world.write("bad.json", content)
    try:
        return work()
    finally:
        os.remove(path)


def refused_at_start(world):
    """@returns {way: fault} of starts with each invalid file, on the data of a valid run; restarts the agent
    afterwards."""
    faults = {}
    world.end(signal.SIGTERM)
    for name, (content, reason) in BAD_FILES.items():
        said = len(world.output())

        def start():
            world.start(ready=False)
            eventually(lambda: not world.alive() or world.try_get("/v1/agent/self"), 20, "an end or an answer")
            if world.alive():
                world.kill()
                return "it runs"
            if world.process.returncode != 1:
                return f"it ended with {world.process.returncode}"
            told = world.output()[said:]
            return None if reason in told else f"the reason is not told: {told[-300:]!r}"
        faults[f"start with {name}"] = with_bad_file(world, content, start)
    world.start()
    return faults


def refused_at_reload(world):
    """@returns {way: fault} of reloads of each invalid file in each way."""
    faults = {}
    for name, (content, reason) in BAD_FILES.items():
        for way in (reload_by_http, reload_by_command, reload_by_signal):
            faults[f"{way.__name__.replace('_', ' ')} of {name}"] = with_bad_file(world, content,
                                                                                 lambda: way(world, reason))
    return faults


def reload_by_http(world, reason):
    status, _, body = world.request("PUT", "/v1/agent/reload")
    if status != 500:
        return f"status {status}"
    return None if reason.encode() in body else f"the reason is not told: {body!r}"


def reload_by_command(world, reason):
    code, output = world.cli("reload")
    if code != 1:
        return f"exit code {code}"
    return None if reason in output else f"the reason is not told: {output!r}"


def reload_by_signal(world, reason):
    said = len(world.output())
    world.process.send_signal(signal.SIGHUP)
    try:
        eventually(lambda: "[ERR" in world.output()[said:] and reason in world.output()[said:], 10)
    except AssertionError:
        return f"the reason is not in the log: {world.output()[said:][-300:]!r}"
    return None
