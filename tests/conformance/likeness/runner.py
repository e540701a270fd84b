"""Runs the steps of one family against both agents and compares each pair of answers."""

import json
import re
import time

from . import http_client

PLACE = re.compile(rb"\{\{(\w+)\}\}")
NO_ANSWER = "no answer"


def filled(agent, text):
    data = text if isinstance(text, bytes) else text.encode("latin-1", "surrogateescape")
    return PLACE.sub(lambda m: agent.saved.get(m[1].decode(), f"unsaved-{m[1].decode()}").encode(), data)


def dig(value, keys):
    for key in keys:
        value = value[key]
    return value


def save(agent, step, response):
    for name, source in step.save.items():
        try:
            if isinstance(source, str):
                agent.saved[name] = response.header(source) or "0"
            else:
                agent.saved[name] = str(dig(json.loads(response.body), source))
        except (ValueError, KeyError, IndexError, TypeError):
            agent.saved[name] = f"unsaved-{name}"


def request(agent, step):
    body = None if step.body is None else filled(agent, step.body)
    return http_client.build(step.method, filled(agent, step.path).decode("latin-1"), body, step.headers)


def done_waiting(step, response):
    if step.until is not None and (response.status != 200 or step.until not in response.body):
        return False
    return step.without is None or step.without not in response.body


def run_http(agent, step):
    deadline = time.monotonic() + 10
    while True:
        response = http_client.exchange(agent.address(), request(agent, step), step.method)
        if (step.until is None and step.without is None) or done_waiting(step, response):
            return response, []
        if time.monotonic() > deadline:
            return response, ["the wait was in vain"]
        time.sleep(0.05)


def run_block(agent, step):
    def write():
        if step.write:
            method, path, body = step.write
            data = http_client.build(method, filled(agent, path).decode("latin-1"), filled(agent, body))
            http_client.exchange(agent.address(), data, method)

    response, took = http_client.timed(agent.address(), request(agent, step), write)
    return response, ["woke at once" if took < 0.7 else "ran out of time"]


def run_raw(agent, step):
    try:
        one = http_client.Exchange(agent.address(), timeout=5)
        one.send(filled(agent, step.data))
        return one.receive("GET"), []
    except TimeoutError:
        return None, ["timed out"]


RUN = {"http": run_http, "block": run_block, "raw": run_raw}


def run_step(agents, comparer, step):
    """@returns the list of differences."""
    answers = []
    for agent in agents:
        try:
            response, facts = RUN[step.kind](agent, step)
        except (OSError, http_client.ProtocolError) as problem:
            response, facts = None, [f"{NO_ANSWER} ({type(problem).__name__})"]
            if not agent.alive():
                raise RuntimeError(f"{agent.label} ended during {step.name}:\n{agent.log_tail()}")
        if response:
            save(agent, step, response)
        answers.append((response, facts))
    (a, facts_a), (b, facts_b) = answers
    if facts_a != facts_b:
        return [f"{facts_a} != {facts_b}"]
    if a is None or b is None:
        return []
    return list(comparer.responses(a, b, step))
