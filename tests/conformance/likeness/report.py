"""Counts comparisons, and separates accepted differences from others."""

import re
import sys
from dataclasses import dataclass

AT_TIMES = "at times: "


@dataclass(frozen=True)
class Known:
    """An accepted difference: one whose expression is found in its line."""
    pattern: re.Pattern
    reason: str
    always: bool  # it shows in every run; otherwise chance decides


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
            match = next((one for one in self.known if one.pattern.search(line)), None)
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
        """Prints the totals, and after a complete run the accepted differences that have not shown.
        @returns the exit code: 1 if there is a difference that is not accepted, or a line of accepted ones to be deleted"""
        total = ", ".join(f"{count} {part}" for part, count in self.cases.items())
        print(f"\n{total} cases; {len(self.different)} differences, {self.accepted} known ones accepted")
        stale = [one for one in self.known if complete and one.always and one not in self.used]
        for one in stale:
            print(f"STALE accepted, but no difference matches: {one.pattern.pattern} | {one.reason}")
        return 1 if self.different or stale else 0


def read_known(path):
    """Lines `regular expression | reason`; the expression is searched in a difference's line. A reason that begins with
    "at times: " belongs to a difference that not every run shows."""
    known = []
    with open(path) as lines:
        for line in lines:
            if line.strip() and not line.startswith("#"):
                pattern, mark, reason = line.rpartition(" | ")
                if not mark:
                    sys.exit(f"{path}: no reason given: {line.strip()}")
                reason = reason.strip()
                known.append(Known(re.compile(pattern.strip()), reason, not reason.startswith(AT_TIMES)))
    return known
