#!/usr/bin/env python3
"""Data directories that a program left of equipped cells, in data/matrix/NAME-services.tar.xz and NAME-node.tar.xz.

  PYTHONPATH=tests/integration python3 -m matrix.recorded NAME BINARY

records them anew with a program: "praetor" is a whole data directory, "consul" what Consul keeps beside its log. Only
cells that ask no targets of the run are recorded. To be done by the release that is to be upgraded from."""

import json
import os
import signal
import sys
import tarfile
import time

DATA = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "data", "matrix")
BESIDE_THE_LOG = ("services", "checks", "node-id")
# The time of the last contact: an agent that was away for long does not rejoin by itself.
LEFT_OUT = ("server_metadata.json",)


def archive(name, on_node):
    return os.path.join(DATA, f"{name}-{'node' if on_node else 'services'}.tar.xz")


def record(name, binary):
    from .definitions import cells
    from .kinds import Targets, kinds
    from .world import World
    os.makedirs(DATA, exist_ok=True)
    with Targets() as targets:
        for on_node in (False, True):
            world = World(binary, cells([kind for kind in kinds(targets) if kind.portable], on_node), on_node, True)
            try:
                world.define()
                world.start()
                world.prepare()
                world.equip()
                with world.far_node_changing():
                    world.end(signal.SIGTERM)
                names = BESIDE_THE_LOG if name == "consul" else sorted(os.listdir(world.data_dir))
                with tarfile.open(archive(name, on_node), "w:xz") as out:
                    for one in names:
                        if one not in LEFT_OUT:
                            out.add(os.path.join(world.data_dir, one), one)
            finally:
                world.close()


def unpack(name, world):
    """Unpacks the recorded data into a world's data directory, with TTL states that are still valid."""
    with tarfile.open(archive(name, world.on_node)) as recorded:
        recorded.extractall(world.data_dir)
    states = os.path.join(world.data_dir, "checks", "state")
    for one in os.listdir(states) if os.path.isdir(states) else []:
        path = os.path.join(states, one)
        with open(path) as state:
            value = dict(json.load(state), Expires=int(time.time()) + 3600)
        with open(path, "w") as state:
            json.dump(value, state)


if __name__ == "__main__":
    record(*sys.argv[1:])
