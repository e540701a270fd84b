#!/usr/bin/env python3
"""Checks the API description of an agent, and the agent by its description.

    openapi.py --praetor BIN [--seconds N]

GET /v1/openapi.json has to be a valid OpenAPI document, in the eyes of PyPI's openapi-spec-validator. Then schemathesis
makes requests from it for N seconds (default 60) against a development agent, which must not crash and must not answer
5xx, but for what Consul itself answers so: openapi_hooks.py knows those texts by known_errors.txt.

Both tools are installed into a virtual environment in the cache directory. Where the package index cannot be reached the
checks are skipped with a sentence, unless CI is set. Exits 0 when all that was run passed."""

import argparse
import os
import pathlib
import subprocess
import sys
import urllib.request
import venv

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "integration"))

PACKAGES = ["openapi-spec-validator==0.9.0", "schemathesis==4.32.5"]
# They stop the agent, or have unbounded answers.
EXCLUDED = ["/v1/agent/leave", "/v1/agent/monitor", "/v1/agent/metrics/stream"]


def cache_directory():
    default = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "praetor" / "conformance"
    return pathlib.Path(os.environ.get("PRAETOR_CONFORMANCE_CACHE", default))


def tools():
    """@returns the directory of the installed programs, or None if they are not available"""
    place = cache_directory() / ("openapi-" + "-".join(p.replace("==", "-") for p in PACKAGES))
    done = place / "installed"
    if not done.exists():
        try:
            venv.create(place, with_pip=True, clear=True)
            subprocess.run([place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
                           check=True)
        except (OSError, subprocess.CalledProcessError) as failure:
            print(f"openapi: skipped, pip could not install {' and '.join(PACKAGES)} ({failure}).")
            return None
        done.touch()
    return place / "bin"


def report(name, passed):
    print(f"{'PASS' if passed else 'FAIL'} openapi {name}", flush=True)
    return passed


def is_valid(bin_directory, document, home):
    path = pathlib.Path(home) / "openapi.json"
    path.write_bytes(document)
    return subprocess.run([bin_directory / "openapi-spec-validator", path]).returncode == 0


def survives(bin_directory, agent, url, seconds):
    command = [bin_directory / "st", "run", f"{url}/v1/openapi.json", "--max-time", str(seconds),
               "--phases", "examples,coverage,fuzzing", "--checks", "no_unexplained_server_error", "--max-examples", "20",
               "--request-timeout", "10", "--no-shrink", "--no-color", "--warnings", "off", "--continue-on-failure",
               "--generation-database", "none", "--max-failures", "20"]
    for path in EXCLUDED:
        command += ["--exclude-path", path]
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="openapi_hooks", PYTHONPATH=str(HERE))
    # The tool limits its own time; a tool that hangs is killed.
    run = subprocess.run(command, cwd=agent.home, env=environment, timeout=seconds + 120)
    return run.returncode == 0 and agent.process.poll() is None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--praetor", required=True, help="the agent's binary")
    parser.add_argument("--seconds", type=int, default=60, help="for how long requests are made; 0: none are")
    options = parser.parse_args()
    os.environ["PRAETOR_BINARY"] = os.path.abspath(options.praetor)
    from agent import Agent

    bin_directory = tools()
    if not bin_directory:
        return 1 if os.environ.get("CI") else 0
    # Blocking queries end soon, because requests are sent sequentially.
    agent = Agent(max_query_time="100ms", default_query_time="100ms", log_level="error").start()
    try:
        url = f"http://127.0.0.1:{agent.ports['http']}"
        document = urllib.request.urlopen(f"{url}/v1/openapi.json").read()
        passed = report("document", is_valid(bin_directory, document, agent.home))
        if options.seconds > 0:
            passed = report("requests", survives(bin_directory, agent, url, options.seconds)) and passed
        return 0 if passed else 1
    finally:
        agent.close()


if __name__ == "__main__":
    sys.exit(main())
