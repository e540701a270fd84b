"""Runs histories and checks them."""

import contextlib
import itertools
import threading
from dataclasses import dataclass

from . import recorded, rules
from .definitions import cells
from .kinds import kinds
from .snapshot import properties_of, read
from .world import World


@dataclass
class Verdict:
    """`fault` describes how a property of a cell violates its rule; None if it does not. The agent's own part of a step
    is a property of the cell "agent"."""
    step: str
    cell: object
    property: str
    fault: str

    @property
    def definition(self):
        return self.cell if self.cell == "agent" else self.cell.definition.name

    @property
    def name(self):
        return f"{self.step}: {self.cell}: {self.property}"


def judge(step, world, before, after):
    subjects = set(step.subjects(world))
    for cell in world.cells:
        rule = step.rule if cell in subjects else step.others
        for name in properties_of(cell):
            expected = rule(cell, name)
            if expected is not rules.FREE:
                yield Verdict(step.name, cell, name, rules.fault(expected, read(before, cell, name),
                                                                 read(after, cell, name)))


def play_world(history, binary, targets, on_node, peer):
    """@returns the verdicts of one world. @raises AssertionError if its agent can't execute a step"""
    # Consul checks services of the operating system on Windows only.
    taken = [kind for kind in kinds(targets) if history.takes(kind) and not (peer and kind.type == "os_service")]
    world = World(binary, cells(taken, on_node), on_node, history.scripts)
    news = world.far_node_changing if peer else contextlib.nullcontext
    verdicts = []
    try:
        world.define()
        if history.data:
            recorded.unpack(history.data, world)
        world.start()
        world.prepare()
        for step in history.steps:
            with news():
                step.prepare(world, step.subjects(world))
                world.equip(step.equipped(world))
            before = world.snapshot()
            before.tokens = set(world.cells)
            with news():
                attempts = step.act(world, step.subjects(world))
            world.settle()
            after = world.snapshot()
            after.tokens = world.tokens_kept()
            verdicts += [Verdict(step.name, "agent", *attempt) for attempt in (attempts or {}).items()]
            verdicts += judge(step, world, before, after)
    except Exception as problem:
        problem.add_note(f"{history.name}: the agent's output ends with\n{world.output()[-2000:]}")
        raise
    finally:
        world.close()
    return verdicts


def play(history, binary, targets, peer=False):
    """Runs all its worlds concurrently.
    @param peer it is Consul
    @returns all verdicts"""
    outcomes = {}

    def run(on_node):
        try:
            outcomes[on_node] = play_world(history, binary, targets, on_node, peer)
        except Exception as problem:  # reported to the caller below
            outcomes[on_node] = problem
    threads = [threading.Thread(target=run, args=(on_node,)) for on_node in history.worlds]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    for outcome in outcomes.values():
        if isinstance(outcome, Exception):
            raise outcome
    return list(itertools.chain.from_iterable(outcomes.values()))
