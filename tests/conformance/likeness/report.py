"""Counts comparisons, and separates accepted differences from others."""

import re
import sys


class Report:
    """Counts the cases and collects the differences."""

    def __init__(self, known, verbose):
        self.known, self.verbose = known, verbose
        self.cases, self.accepted, self.different = {}, 0, []
        self.used = set()

    def add(self, part, mode, name, differences):
        self.cases[part] = self.cases.get(part, 0) + 1
        left = []
        for difference in differences:
            line = f"{part}/{mode} {name}: {difference}"
            match = next((i for i, (pattern, _) in enumerate(self.known) if pattern.search(line)), None)
            if match is None:
                left.append(line)
            else:
                self.accepted += 1
                self.used.add(match)
        self.different += left
        for line in left:
            print("DIFFERS " + line.encode("utf-8", "backslashreplace").decode(), flush=True)
        if self.verbose and not left:
            print(f"same    {part}/{mode} {name}", flush=True)

    def finish(self, complete):
        total = ", ".join(f"{count} {part}" for part, count in self.cases.items())
        print(f"\n{total} cases; {len(self.different)} differences, {self.accepted} known ones accepted")
        if complete:
            for i, (pattern, reason) in enumerate(self.known):
                if i not in self.used:
                    print(f"accepted and not seen any more: {pattern.pattern} | {reason}")
        return 1 if self.different else 0


def read_known(path):
    """Lines `regular expression | reason`; the expression is searched for in a difference's line."""
    known = []
    with open(path) as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                pattern, mark, reason = line.rpartition(" | ")
                if not mark:
                    sys.exit(f"{path}: no reason given: {line.strip()}")
                known.append((re.compile(pattern.strip()), reason.strip()))
    return known
