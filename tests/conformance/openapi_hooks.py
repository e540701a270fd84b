"""The check of each answer by schemathesis: no 5xx except Consul's own."""

import pathlib
import re

import schemathesis

LINES = (pathlib.Path(__file__).parent / "known_errors.txt").read_text().splitlines()
KNOWN = [re.compile(line) for line in LINES if line and not line.startswith("#")]

schemathesis.serializer.alias("application/x-gzip", "application/octet-stream")


@schemathesis.check
def no_unexplained_server_error(ctx, response, case):
    if response.status_code < 500 or any(pattern.match(response.text) for pattern in KNOWN):
        return
    raise AssertionError(f"{case.method} {case.path}: {response.status_code} {response.text}")
