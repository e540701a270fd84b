"""The events in agents' lives: each history is one agent's life, and a rule checks each of its steps.

Before a step the agent is equipped again with whatever an earlier step removed, so that each step is checked
independently."""

from dataclasses import dataclass
from typing import Callable

from . import rules
from .refusals import refused_at_reload, refused_at_start
from .rules import changed, equipped, removed, restarted, returned, unmoved


# --- cells of a world

def everybody(world):
    return world.cells


def nobody(_):
    return []


def half(number):
    """Every other cell: one half is unaffected while the other half changes."""
    return lambda world: world.cells[number::2]


def registered(world):
    """Those whose service, or whose node check, is registered over the API."""
    return [cell for cell in world.cells if (cell.definition.service or cell.definition.check) == "api"]


def in_files(world):
    there = set(registered(world))
    return [cell for cell in world.cells if cell not in there]


def nothing(world, _):
    pass


@dataclass(frozen=True)
class Step:
    """`act(world, subjects)` executes it; with `attempts` it returns {attempt: fault or None} of the agent itself.
    `rule(cell, property)` says what must hold for its subjects afterwards, `others` what must hold for all other
    cells. `prepare` runs before it, and `equipped` are equipped first."""
    name: str
    act: Callable
    rule: Callable = unmoved
    others: Callable = unmoved
    subjects: Callable = everybody
    equipped: Callable = everybody
    prepare: Callable = nothing
    attempts: bool = False


@dataclass(frozen=True)
class History:
    """@param scripts whether agents run script checks
    @param data data that another program left in the data directory, a name of recorded.py; empty by default
    @param worlds of services (False), of the node (True)"""
    name: str
    steps: tuple
    scripts: bool = True
    data: str = None
    worlds: tuple = (False, True)

    def takes(self, kind):
        if "args" in kind.fields and not self.scripts:
            return False
        return kind.portable or not self.data


# --- what is done

def restart(world, _):
    world.restart()


def crash(world, _):
    world.crash()


def reload(world, _):
    world.reload()


def move(world, _):
    world.define(name="another.json")
    world.reload()


def register(world, cells, changed):
    """Over the API: the service with the check inside it, or the node check."""
    for cell in cells:
        if cell.definition.service:
            world.register_service(cell, changed)
        else:
            world.register_check(cell, changed)


def repeat(world, _):
    register(world, registered(world), False)
    for cell in world.cells:
        if cell.definition.check == "api" and cell.definition.place == "beside":
            world.register_check(cell)


def change(before):
    """@param before the cells that already have their second version"""
    def act(world, subjects):
        second = set(subjects) | set(before(world))
        world.define(changed=second)
        register(world, [cell for cell in registered(world) if cell in set(subjects)], True)
        world.reload()
    return act


def remove(before):
    """@param before the cells that were removed already"""
    def act(world, subjects):
        gone = set(subjects) | set(before(world))
        world.define([cell for cell in world.cells if cell not in gone])
        for cell in registered(world):
            if cell in set(subjects):
                world.deregister(cell)
        world.reload()
    return act


def bring_back(world, subjects):
    world.define()
    register(world, registered(world), False)
    world.reload()


def remove_while_stopped(world, subjects):
    world.define([cell for cell in world.cells if cell not in set(subjects)])
    world.restart()


def take_into_files(world, subjects):
    world.define(taken=subjects)
    world.reload()


def release_from_files(world, _):
    world.define()
    world.reload()


def take_by_api(world, subjects):
    for cell in subjects:
        if cell.definition.service:
            world.put("/v1/agent/service/register", cell.api_service(True, cell.definition.check == "file"))
        else:
            world.register_check(cell, True)


def remove_stanzas(world, _):
    world.define([])
    world.reload()


HISTORIES = [
    History("reload", (
        Step("start", nothing, equipped),
        Step("reload by signal", lambda world, _: world.reload_by_signal()),
        Step("reload by HTTP", reload),
        Step("reload by command", lambda world, _: world.reload_by_command()),
        Step("moved to another file", move),
        Step("registered again", repeat))),
    History("restart", (
        Step("restart", restart, restarted),
        Step("crash", crash, restarted),
        Step("reload after crash", reload),
        Step("restart after reload", restart, restarted))),
    History("change", (
        Step("changed", change(nobody), changed, unmoved, half(0)),
        Step("changed others", change(half(0)), changed, unmoved, half(1)),
        Step("restart after change", restart, restarted))),
    History("removal", (
        Step("removed", remove(nobody), removed, unmoved, half(0)),
        Step("removed others", remove(half(0)), removed, equipped=half(1), subjects=half(1), others=removed),
        Step("returned", bring_back, returned, equipped=nobody))),
    History("removal while stopped", (
        Step("removed while stopped", remove_while_stopped, removed, restarted,
             lambda world: [cell for cell in half(0)(world) if cell in set(in_files(world))]),)),
    History("file over API", (
        Step("a file takes over", take_into_files, rules.taken_by_file, subjects=registered),
        Step("restart after a file took over", restart, rules.restarted_in_file, restarted, registered),
        Step("the file lets go", release_from_files, removed, subjects=registered),
        Step("restart after the file let go", restart, removed, restarted, registered, equipped=in_files))),
    History("API over file", (
        Step("the API takes over", take_by_api, rules.taken_by_api, subjects=in_files),
        Step("reload after the API took over", reload, rules.back_in_file, subjects=in_files),
        Step("restart after the API took over", restart, rules.restarted_back_in_file, restarted, in_files,
             prepare=take_by_api),
        Step("stanza removed after the API took over", remove_stanzas, rules.stanza_removed, subjects=in_files,
             prepare=take_by_api))),
    History("refusal", (
        Step("reload refused", lambda world, _: refused_at_reload(world), attempts=True),
        Step("start refused", lambda world, _: refused_at_start(world), restarted, attempts=True)),
            scripts=False, worlds=(False,)),
    History("upgrade of Praetor's data", (
        Step("start on Praetor's data", nothing, rules.upgraded, equipped=nobody),
        Step("restart after the upgrade", restart, restarted)), data="praetor"),
    History("upgrade of Consul's data", (
        Step("start on Consul's data", nothing, rules.imported, equipped=nobody),
        Step("restart after the import", restart, restarted)), data="consul"),
]
