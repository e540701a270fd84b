"""Each way of defining services and checks x each kind of check x each event x each property that must survive it. A
test is one event and one way of defining; its failure names the kinds and properties. See matrix/__init__.py."""

import re
import unittest
from concurrent.futures import ThreadPoolExecutor

from agent import BINARY
from matrix.definitions import DEFINITIONS
from matrix.histories import HISTORIES
from matrix.kinds import Targets
from matrix.play import play

AT_A_TIME = 3  # histories; they mostly wait


class Plays:
    """Runs the histories of the tests, while others are being checked."""

    def __init__(self):
        self.wanted, self.running, self.cells, self.broken = [], {}, 0, 0

    def start(self):
        targets = Targets().__enter__()
        unittest.addModuleCleanup(targets.__exit__)
        pool = ThreadPoolExecutor(AT_A_TIME)
        unittest.addModuleCleanup(pool.shutdown, cancel_futures=True)
        self.running = {history.name: pool.submit(play, history, BINARY, targets) for history in self.wanted}

    def verdicts(self, history):
        out = self.running[history.name].result()
        self.cells += len(out)
        self.broken += sum(verdict.fault is not None for verdict in out)
        return out


plays = Plays()


def setUpModule():
    plays.start()


def tearDownModule():
    print(f"\nmatrix: {plays.cells} cells, {plays.broken} broken", flush=True)


class Matrix(unittest.TestCase):
    """The steps of one history, which runs before the first test."""
    history = None

    @classmethod
    def setUpClass(cls):
        cls.judged = plays.verdicts(cls.history)

    def holds(self, step, definition):
        judged = [v for v in self.judged if v.step == step.name and v.definition == definition]
        broken = [f"{v.name}: {v.fault}" for v in judged if v.fault]
        if broken:
            self.fail("\n  ".join([f"{len(broken)} of {len(judged)} cells are broken", *broken]))


def words(text):
    return re.sub(r"\W+", "_", text)


def test_of(step, definition):
    return lambda self: self.holds(step, definition)


def class_of(history):
    names = [definition.name for definition in DEFINITIONS if (definition.service is None) in history.worlds]
    tests = {f"test_{words(step.name)}__{words(name)}": test_of(step, name)
             for step in history.steps for name in names + ["agent"] * step.attempts}
    return type("Matrix_" + words(history.name), (Matrix,), dict(tests, history=history, __module__=__name__))


def load_tests(loader, *_):
    suite = unittest.TestSuite()
    for history in HISTORIES:
        tests = loader.loadTestsFromTestCase(class_of(history))
        if tests.countTestCases():
            plays.wanted.append(history)
        suite.addTests(tests)
    return suite


if __name__ == "__main__":
    unittest.main()
