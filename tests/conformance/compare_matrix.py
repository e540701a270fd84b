#!/usr/bin/env python3
"""Plays the matrix of tests/integration/matrix on two agents and prints the cells that only one of them passes.

  compare_matrix.py --praetor BIN --peer BIN [--history TEXT] [--verbose]

A cell is a definition, a kind of check, an event, and a property with its rule; so a difference is one
program breaking the rule. Those that known_matrix_differences.txt accepts, with its reason, are counted and not
printed. Exits 1 when any other is left."""

import argparse
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "integration"))

from likeness.report import Report, read_known
from matrix.histories import HISTORIES
from matrix.kinds import Targets
from matrix.play import play


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--praetor", required=True, help="the binary under test")
    parser.add_argument("--peer", required=True, help="the binary it is compared with")
    parser.add_argument("--history", default="", help="only histories whose name contains this text")
    parser.add_argument("--verbose", action="store_true", help="also print the cells that are alike")
    given = parser.parse_args()
    report = Report(read_known(os.path.join(HERE, "known_matrix_differences.txt")), given.verbose)
    broken = {"Praetor": 0, "peer": 0}
    with Targets() as targets:
        for history in HISTORIES:
            if given.history not in history.name or history.data:  # data of other releases can't be compared
                continue
            own, other = ({v.name: v.fault for v in play(history, os.path.abspath(binary), targets, peer)}
                          for binary, peer in ((given.praetor, False), (given.peer, True)))
            for name in own | other:
                faults = own.get(name, "not judged"), other.get(name, "not judged")
                for who, fault in zip(broken, faults):
                    broken[who] += fault is not None
                differs = (faults[0] is None) != (faults[1] is None)
                report.add("matrix", history.name, name,
                           [f"{faults[0] or 'holds'} != {faults[1] or 'holds'}"] if differs else [])
    print("\n" + ", ".join(f"broken on {who}: {count}" for who, count in broken.items()))
    return report.finish(complete=not given.history)


if __name__ == "__main__":
    sys.exit(main())
