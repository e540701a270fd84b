#!/usr/bin/env python3
"""Sends two agents the same requests and prints the differences between their answers.

  likeness.py --praetor BIN --peer BIN [--only http|dns|cli] [--mode dev|server] [--case TEXT] [--verbose]

Both agents run the same configuration on separate ports. Ports and times, which necessarily differ, are ignored; UUIDs
and indexes have to correspond one to one. Cases are in cases/. Differences that known_differences.txt accepts are
counted and not printed. Exits 1 if there is any other difference.
"""

import argparse
import importlib.util
import os
import sys
import time

from likeness import cli, dns
from likeness.agents import Agent
from likeness.compare import Comparer
from likeness.report import Report, read_known
from likeness.runner import run_step
from likeness.steps import Recorder

HERE = os.path.dirname(os.path.abspath(__file__))


def families():
    """Yields (name, cases function, configuration) of each file in cases/, sorted by name. CONFIG in a file is the
    configuration of its agents."""
    folder = os.path.join(HERE, "cases")
    for file in sorted(os.listdir(folder)):
        if file.endswith(".py"):
            spec = importlib.util.spec_from_file_location(file[:-3], os.path.join(folder, file))
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            yield file[:-3].split("_", 1)[1], module.cases, getattr(module, "CONFIG", {})


class Pair:
    """Both agents, freshly started."""

    def __init__(self, given, mode, more):
        self.agents = [Agent("praetor", given.praetor, mode, more), Agent("peer", given.peer, mode, more)]

    def __enter__(self):
        try:
            for agent in self.agents:
                agent.start()
        except BaseException:
            self.__exit__()
            raise
        return self.agents, Comparer([agent.ports for agent in self.agents], [one.settled() for one in self.agents])

    def __exit__(self, *_):
        for agent in self.agents:
            agent.stop()


def run_family(agents, comparer, report, mode, recorder, wanted):
    # Steps depend on each other, so a family runs completely even for a single case.
    for step in recorder.steps:
        differences = run_step(agents, comparer, step)
        if wanted in step.name:
            report.add("http", mode, step.name, differences)


def run_mode(given, mode, parts, report):
    """Runs each family on its own agents. An agent that exits is a difference, and ends only its family."""
    work = []
    if "http" in parts:
        for family, cases, more in families():
            recorder = Recorder(family)
            cases(recorder)
            if any(given.case in step.name for step in recorder.steps):
                work.append(("http", family, more, lambda agents, comparer, recorder=recorder: run_family(
                    agents, comparer, report, mode, recorder, given.case)))
    if "dns" in parts:
        # Servers have a TTL per kind of record, development agents the defaults.
        more = dns.TIMES_TO_LIVE if mode == "server" else {}
        work.append(("dns", "dns", more, lambda agents, comparer: dns.run(
            agents, comparer, report, mode, given.case, os.path.join(HERE, "cases"))))
    if "cli" in parts:
        for file in ("cases/cli.txt", "cli_cases.txt"):
            path = os.path.join(HERE, file)
            if os.path.exists(path) and any(given.case in line for line in cli.read_cases(path)):
                work.append(("cli", file, {}, lambda agents, comparer, path=path: cli.run(
                    agents, comparer, report, mode, given.case, path)))
    for part, family, more, run in work:
        try:
            with Pair(given, mode, more) as (agents, comparer):
                run(agents, comparer)
        except RuntimeError as problem:
            report.add(part, mode, family, [str(problem)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--praetor", required=True, help="the binary under test")
    parser.add_argument("--peer", required=True, help="the binary it is compared with")
    parser.add_argument("--only", choices=["http", "dns", "cli"])
    parser.add_argument("--mode", choices=["dev", "server", "both"], default="both")
    parser.add_argument("--case", default="", help="only cases whose name contains this text")
    parser.add_argument("--known", default=os.path.join(HERE, "known_differences.txt"))
    parser.add_argument("--verbose", action="store_true", help="also print the cases that are alike")
    given = parser.parse_args()
    for binary in (given.praetor, given.peer):
        if not os.access(binary, os.X_OK):
            sys.exit(f"{binary} is not an executable file")
    report = Report(read_known(given.known), given.verbose)
    parts = [given.only] if given.only else ["http", "dns", "cli"]
    start = time.monotonic()
    for mode in ["server", "dev"] if given.mode == "both" else [given.mode]:
        # The command line is the same in both modes, and its cases are written for a development agent.
        run_mode(given, mode, [part for part in parts if part != "cli" or mode == "dev" or given.mode == mode], report)
    complete = not given.only and not given.case and given.mode == "both"
    print(f"({time.monotonic() - start:.0f} s)")
    return report.finish(complete)


if __name__ == "__main__":
    sys.exit(main())
