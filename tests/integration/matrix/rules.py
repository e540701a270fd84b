"""What must hold for each property of each cell after each kind of event.

The underlying rule: what an event does not change stays the same: its place, content, status and output; its indexes;
its sessions and locks; its changes over the API. So does a restart, except that a check whose status the agent
determines itself starts again, from the status in its file or from critical."""

from dataclasses import dataclass

from .definitions import OUTSIDE_TAGS

SAME, PRESENT, GONE, FREE = "same", "present", "gone", "free"


@dataclass(frozen=True)
class Is:
    value: object


def fault(expected, before, after):
    """@returns a description of how a property violates its rule, None if it does not."""
    if expected is SAME:
        if before is None:
            return "was not there before"
        return None if after == before else f"{shown(before)} became {shown(after)}"
    if expected is PRESENT:
        return None if after is not None else "is not there"
    if expected is GONE:
        return None if after in (None, ()) else f"{shown(after)} is still there"
    if isinstance(expected, Is):
        return None if after == expected.value else f"{shown(after)} instead of {shown(expected.value)}"
    return None


def shown(value):
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(f"{name}={item}" for name, item in value)
    return "nothing" if value is None else repr(value)


# --- definitions as they are seen

def defined(cell, name, changed=False):
    """@returns the required value of a property that depends on the definition only; None for other properties"""
    name = name.removeprefix("catalog ").removeprefix("catalog's ")
    of = cell.definition
    if name == "service":
        return Is((("ID", cell.service_id), ("Service", cell.service_name), ("Port", cell.port(changed)),
                   ("Meta", {"cell": str(cell)}), ("Weights", {"Passing": 1, "Warning": 1}),
                   ("EnableTagOverride", of.override)))
    if name in ("tags", "check's tags"):
        return Is(cell.tags(changed))
    if name == "checks of the service":
        ids = tuple(sorted(id for id in (cell.check_id, cell.filler_id) if id))
        return Is(ids)
    if name == "check":
        interval = cell.interval(changed) or ("" if of.place == "inside" else "0s")
        return Is((("CheckID", cell.check_id), ("Name", cell.check_name), ("Notes", cell.notes(changed)),
                   ("Type", cell.kind.type), ("ServiceID", cell.service_id or ""),
                   ("ServiceName", cell.service_name or ""), ("Interval", interval)))
    return None


STATUS = ("status", "catalog status")
OUTPUT = ("output", "catalog output")
SESSION = ("session", "lock")
OF_CHECK = ("check", "catalog check", "check's tags", "check's CreateIndex", "check's ModifyIndex", *STATUS, *OUTPUT,
            *SESSION, "checks of the service", "catalog's checks of the service", "token")
MOVES_WITH_CHECK = ("check's ModifyIndex", "index that watches see")
MOVES_WITH_SERVICE = ("service's ModifyIndex", "index that watches see", "maintenance's ModifyIndex")


def agents_tags(cell, name):
    """Overridden tags reach the agent at its next full sync: at any time."""
    return cell.definition.override and name in ("tags", "check's tags")


# --- the events

def equipped(cell, name):
    """After the first start and all registrations over the API."""
    if agents_tags(cell, name):
        return FREE
    if cell.definition.override and name == "catalog tags":
        return Is(OUTSIDE_TAGS)
    if found := defined(cell, name):
        return found
    if name in STATUS:
        return Is(cell.kind.status)
    if name in OUTPUT and cell.kind.type == "ttl":
        return Is(cell.kind.state[1] if cell.kind.state else "")
    if name in ("maintenance", "catalog maintenance"):
        return Is((("Status", "critical"), ("Notes", str(cell) if cell.definition.service else "moved"),
                   ("Type", "maintenance")))
    return PRESENT


def unmoved(cell, name):
    """After an event that does not change the cell."""
    return FREE if agents_tags(cell, name) else SAME


def restarted(cell, name, check_by=None):
    """@param check_by the check's current definer: "file" or "api" """
    by_api = (check_by or cell.definition.check) == "api"
    kind = cell.kind
    if cell.definition.override and name == "tags":
        return Is(OUTSIDE_TAGS)  # a start begins with a full sync
    if kind.runs and name in MOVES_WITH_CHECK:
        return FREE
    if kind.runs and by_api and name in SESSION:
        return FREE
    if kind.type == "ttl" and not kind.state and by_api:  # no client has reported its status: unknown
        if name in STATUS:
            return Is("critical")
        if name in SESSION:
            return GONE
        if name in MOVES_WITH_CHECK:
            return FREE
    if cell.definition.second and by_api and name == "index that watches see":
        return FREE  # for the same reason
    return unmoved(cell, name)


def changed(cell, name, to=True, with_check=None):
    """After a change to the second version of the definition.
    @param to False: to the first
    @param with_check the check changed too"""
    if with_check is None:
        with_check = cell.definition.check == "file" or cell.definition.place in ("inside", "node")
    if agents_tags(cell, name):
        return FREE
    if name == "check's tags":
        return defined(cell, name, to) if with_check else FREE
    if name in MOVES_WITH_SERVICE and cell.definition.service:
        return FREE
    if name == "check's ModifyIndex":
        return FREE
    if name in ("check", "catalog check"):
        return defined(cell, name, to) if with_check else SAME
    return defined(cell, name, to) or SAME


OF_NODE = ("maintenance", "catalog maintenance", "maintenance's ModifyIndex", "node's ModifyIndex")


def removed(cell, name):
    if not cell.definition.service and name in OF_NODE:
        return SAME
    return FREE if name == "index that watches see" else GONE


def returned(cell, name):
    """A removed definition is added again: nothing of its earlier state returns."""
    beside = cell.definition.check == "api" and cell.definition.place == "beside"
    if name in SESSION:
        return GONE
    if cell.definition.service and name in OF_NODE:
        return GONE
    if beside and name in OF_CHECK:
        return GONE
    if name in STATUS and cell.kind.type == "ttl":
        return Is(cell.kind.first_status)
    if name in OUTPUT and cell.kind.type == "ttl":
        return Is("")
    if not cell.definition.service and name in OF_NODE:
        return SAME
    return defined(cell, name) or (PRESENT if name != "token" else FREE)


# --- two who define the same

def moves_with_its_definer(cell):
    """The check is part of what a file or the API takes over: it is inside its service, or stands alone."""
    return cell.definition.place in ("inside", "node")


def taken_by_file(cell, name):
    return changed(cell, name, with_check=moves_with_its_definer(cell))


def restarted_in_file(cell, name):
    return restarted(cell, name, check_by="file" if moves_with_its_definer(cell) else None)


def taken_by_api(cell, name):
    return changed(cell, name, with_check=moves_with_its_definer(cell) and cell.definition.check == "file")


def back_in_file(cell, name):
    """Files take precedence: their version is in force again, with the states of the other one."""
    return changed(cell, name, to=False, with_check=moves_with_its_definer(cell) and cell.definition.check == "file")


def restarted_back_in_file(cell, name):
    if cell.definition.override and name == "tags":
        return Is(cell.tags(False))  # the file's definition differs from the API's, so it counts as a new one
    expected = restarted(cell, name)
    return back_in_file(cell, name) if expected is SAME else expected


def stanza_removed(cell, name):
    """What the API registered over a file's definition belongs to the API and stays. A file's check beside it is
    removed."""
    if cell.definition.check == "file" and cell.definition.place == "beside":
        if name == "index that watches see":
            return FREE
        if name in OF_CHECK:
            return GONE
    return unmoved(cell, name)


# --- data of another program

def upgraded(cell, name):
    """The data of an older release, with equipped cells."""
    if cell.definition.override and name in ("tags", "catalog tags"):
        return Is(OUTSIDE_TAGS)
    expected = restarted(cell, name)
    return equipped(cell, name) if expected is SAME else expected


def imported(cell, name):
    """Consul's files beside its log: services, checks and states, without sessions and tag overrides."""
    if name in SESSION:
        return FREE
    if cell.definition.override and name in ("tags", "catalog tags", "check's tags"):
        return defined(cell, name)
    return upgraded(cell, name)
