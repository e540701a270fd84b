"""What an agent and its catalog show of the cells at one moment, and the properties derived from it."""

from .kinds import NONE


class Snapshot:
    def __init__(self, world):
        self.services, self.checks = world.get("/v1/agent/services"), world.get("/v1/agent/checks")
        node = world.get(f"/v1/catalog/node/{world.config['node_name']}")
        self.node, self.catalog_services = node["Node"], node["Services"]
        self.catalog_checks = {c["CheckID"]: c for c in world.get(f"/v1/health/node/{world.config['node_name']}")}
        self.ids, self.catalog_ids = ids_by_service(self.checks), ids_by_service(self.catalog_checks)
        self.alive = {s["ID"] for s in world.get("/v1/session/list")}
        self.locks = {entry["Key"]: entry for entry in world.try_get("/v1/kv/lock/?recurse") or []}
        self.sessions = dict(world.sessions)
        self.watches = {cell: world.request("GET", f"/v1/health/service/{cell.service_name}")[1]["X-Consul-Index"]
                        for cell in world.cells if cell.definition.service}
        self.tokens = set()  # filled by the test that tries them


def picked(found, *names):
    return tuple((name, found.get(name)) for name in names) if found else None


def service_of(service, name):
    """@param name of the field with the service's name: agent and catalog agree here"""
    return picked(service, "ID", name, "Port", "Meta", "Weights", "EnableTagOverride")


def check_of(check):
    return picked(check, "CheckID", "Name", "Notes", "Type", "ServiceID", "ServiceName", "Interval")


def field_of(table, key, name):
    found = table.get(key)
    return found and found.get(name)


def maintenance(cell):
    return f"_service_maintenance:{cell.service_id}" if cell.definition.service else "_node_maintenance"


def ids_by_service(checks):
    """@returns {service's id: ids of its checks except maintenance, in order}"""
    out = {}
    for id in sorted(checks):
        if not id.startswith("_service_maintenance:"):
            out.setdefault(checks[id]["ServiceID"], []).append(id)
    return out


def ids_of(table, cell):
    return tuple(table.get(cell.service_id, ()))


def lock_of(snapshot, cell):
    entry = snapshot.locks.get(cell.lock)
    return picked(entry, "Session", "LockIndex", "ModifyIndex") if entry and entry.get("Session") else None


def has_service(cell):
    return cell.definition.service is not None


def has_check(cell):
    return cell.kind is not NONE


def has_stable_output(cell):
    return has_check(cell) and cell.kind.stable_output


def has_session(cell):
    return cell.holds_session


# name: (the cells that have it, how to read it; None means absent)
PROPERTIES = {
    "service": (has_service, lambda s, c: service_of(s.services.get(c.service_id), "Service")),
    "tags": (has_service, lambda s, c: field_of(s.services, c.service_id, "Tags")),
    "catalog service": (has_service, lambda s, c: service_of(s.catalog_services.get(c.service_id), "Service")),
    "catalog tags": (has_service, lambda s, c: field_of(s.catalog_services, c.service_id, "Tags")),
    "service's CreateIndex": (has_service, lambda s, c: field_of(s.catalog_services, c.service_id, "CreateIndex")),
    "service's ModifyIndex": (has_service, lambda s, c: field_of(s.catalog_services, c.service_id, "ModifyIndex")),
    "index that watches see": (has_service, lambda s, c: s.watches[c]),
    "checks of the service": (has_service, lambda s, c: ids_of(s.ids, c)),
    "catalog's checks of the service": (has_service, lambda s, c: ids_of(s.catalog_ids, c)),
    "check": (has_check, lambda s, c: check_of(s.checks.get(c.check_id))),
    "catalog check": (has_check, lambda s, c: check_of(s.catalog_checks.get(c.check_id))),
    "check's tags": (lambda c: has_check(c) and has_service(c), lambda s, c: field_of(s.checks, c.check_id,
                                                                                       "ServiceTags")),
    "status": (has_check, lambda s, c: field_of(s.checks, c.check_id, "Status")),
    "catalog status": (has_check, lambda s, c: field_of(s.catalog_checks, c.check_id, "Status")),
    "output": (has_stable_output, lambda s, c: field_of(s.checks, c.check_id, "Output")),
    "catalog output": (has_stable_output, lambda s, c: field_of(s.catalog_checks, c.check_id, "Output")),
    "check's CreateIndex": (has_check, lambda s, c: field_of(s.catalog_checks, c.check_id, "CreateIndex")),
    "check's ModifyIndex": (has_stable_output, lambda s, c: field_of(s.catalog_checks, c.check_id, "ModifyIndex")),
    "maintenance": (lambda c: True, lambda s, c: picked(s.checks.get(maintenance(c)), "Status", "Notes", "Type")),
    "catalog maintenance": (lambda c: True, lambda s, c: picked(s.catalog_checks.get(maintenance(c)), "Status", "Notes",
                                                                "Type")),
    "maintenance's ModifyIndex": (lambda c: True,
                                  lambda s, c: field_of(s.catalog_checks, maintenance(c), "ModifyIndex")),
    "session": (has_session, lambda s, c: s.sessions.get(c) if s.sessions.get(c) in s.alive else None),
    "lock": (has_session, lock_of),
    "node's ModifyIndex": (lambda c: not has_service(c), lambda s, c: s.node["ModifyIndex"]),
    "token": (lambda c: c.definition.token and c.kind.state is not None, lambda s, c: c in s.tokens or None),
}


def properties_of(cell):
    return [name for name, (has, _) in PROPERTIES.items() if has(cell)]


def read(snapshot, cell, name):
    return PROPERTIES[name][1](snapshot, cell)
