"""The ways to define a service and its check, and their cells with the kinds of checks: the content of files, and the
requests to the API."""

from dataclasses import dataclass
from functools import cached_property

from .kinds import CHANGED_INTERVAL, CHANGED_TTL, NONE, TTL, Kind

MANAGEMENT_TOKEN = "5b8b2d4e-6a1f-4d8e-9a53-0f6a3f6e1c77"
OUTSIDE_TAGS = ["outside"]


@dataclass(frozen=True)
class Definition:
    """`service` and `check` say how they are defined: "file", "api", or None for no service. `place` is the position of
    the check: "inside" its service, "beside" it, or on the "node". `named` says which names the check has: "both" id
    and name, "name", or "nothing". With a `token` the services' tokens apply. With `override` others set the
    service's tags."""
    name: str
    service: str
    check: str
    place: str
    named: str = "both"
    second: bool = False  # another check precedes it in the same service
    token: bool = False
    override: bool = False

    def takes(self, kind):
        if kind is NONE:
            return self.place == "inside" and self.named == "both" and not self.token
        if self.token or self.override:
            return kind.type == "ttl"
        return not (self.place == "node" and kind.name == "alias-local")  # other checks of the node affect it


DEFINITIONS = [
    Definition("file-inside", "file", "file", "inside"),
    Definition("file-nameless", "file", "file", "inside", named="nothing"),
    Definition("file-second", "file", "file", "inside", named="nothing", second=True),
    Definition("file-beside", "file", "file", "beside"),
    Definition("file-beside-named", "file", "file", "beside", named="name"),
    Definition("file-node", None, "file", "node"),
    Definition("file-node-named", None, "file", "node", named="name"),
    Definition("api-inside", "api", "api", "inside"),
    Definition("api-nameless", "api", "api", "inside", named="nothing"),
    Definition("api-second", "api", "api", "inside", named="nothing", second=True),
    Definition("api-on-file", "file", "api", "beside"),
    Definition("api-on-api", "api", "api", "beside"),
    Definition("api-node", None, "api", "node"),
    Definition("api-node-named", None, "api", "node", named="name"),
    Definition("token-file-inside", "file", "file", "inside", token=True),
    Definition("token-file-beside", "file", "file", "beside", token=True),
    Definition("token-api-inside", "api", "api", "inside", token=True),
    Definition("token-api-on-file", "file", "api", "beside", token=True),
    Definition("token-api-on-api", "api", "api", "beside", token=True),
    Definition("override-file", "file", "file", "inside", override=True),
    Definition("override-api", "api", "api", "inside", override=True),
]

# API names that differ from those of files by more than case.
API_NAMES = {"alias_node": "AliasNode", "alias_service": "AliasService"}


@dataclass(frozen=True)
class Cell:
    """One definition with one kind of check. `changed` selects its second version."""
    definition: Definition
    kind: Kind

    def __str__(self):
        return f"{self.definition.name}/{self.kind.name}"

    @cached_property
    def service_name(self):
        return f"{self.definition.name}-{self.kind.name}" if self.definition.service else None

    @cached_property
    def service_id(self):
        return f"{self.service_name}-1" if self.definition.service else None

    @cached_property
    def check_name(self):
        if self.definition.named == "nothing":
            return f"Service '{self.service_name}' check"
        return f"{self.definition.name}-{self.kind.name} name"

    @cached_property
    def check_id(self):
        if self.kind is NONE:
            return None
        if self.definition.named == "nothing":
            return f"service:{self.service_id}" + (":2" if self.definition.second else "")
        return f"{self.definition.name}-{self.kind.name} id" if self.definition.named == "both" else self.check_name

    @property
    def filler_id(self):
        """The check that precedes it."""
        return f"service:{self.service_id}:1" if self.definition.second else None

    @property
    def check_inside(self):
        return self.definition.place == "inside" and self.kind is not NONE

    @property
    def lock(self):
        return f"lock/{self}"

    @property
    def holds_session(self):
        return self.kind is not NONE and self.kind.status != "critical"

    # --- what is expected to be seen

    def tags(self, changed=False):
        return ["second", "version"] if changed else ["first", str(self.kind.name)]

    def port(self, changed=False):
        return 4001 if changed else 4000

    def notes(self, changed=False):
        return "second notes" if changed else "first notes"

    def interval(self, changed=False):
        return CHANGED_INTERVAL if changed and "interval" in self.kind.fields else self.kind.fields.get("interval")

    # --- what a file says

    def file_check(self, changed=False, inside=False):
        out = dict(self.kind.fields, notes=self.notes(changed))
        if self.kind.initial:
            out["status"] = self.kind.initial
        if "interval" in out:
            out["interval"] = self.interval(changed)
        if "ttl" in out and changed:
            out["ttl"] = CHANGED_TTL
        if self.definition.named != "nothing":
            out["name"] = self.check_name
        if self.definition.named == "both":
            out["id"] = self.check_id
        if self.definition.place == "beside" and not inside:
            out["service_id"] = self.service_id
        if self.definition.token and not inside:
            out["token"] = MANAGEMENT_TOKEN
        return out

    def file_service(self, changed=False, with_check=True):
        out = {"id": self.service_id, "name": self.service_name, "tags": self.tags(changed), "port": self.port(changed),
               "meta": {"cell": str(self)}}
        if self.definition.token:
            out["token"] = MANAGEMENT_TOKEN
        if self.definition.override:
            out["enable_tag_override"] = True
        if with_check and self.check_inside:
            out["checks"] = [self.file_check(changed, inside=True)]
            if self.definition.second:
                out["checks"].insert(0, {"ttl": TTL, "status": "passing"})
        return out

    # --- what the API is told

    def api_check(self, changed=False, inside=False):
        return {API_NAMES.get(name, name): value for name, value in self.file_check(changed, inside).items()
                if not (inside and name == "id")} | (
                    {"CheckID": self.check_id} if inside and self.definition.named == "both" else {})

    def api_service(self, changed=False, with_check=True):
        out = self.file_service(changed, with_check=False)
        if with_check and self.check_inside:
            out["checks"] = [self.api_check(changed, inside=True)]
            if self.definition.second:
                out["checks"].insert(0, {"ttl": TTL, "status": "passing"})
        return out


def cells(kinds, on_node):
    """@param on_node the cells of the node itself, or those of services"""
    kinds = list(kinds)
    return [Cell(definition, kind) for definition in DEFINITIONS for kind in kinds
            if (definition.service is None) == on_node and definition.takes(kind)]


def stanzas(cells, changed=(), taken=()):
    """The file content for these cells.
    @param changed those with their second version
    @param taken those registered over the API and now defined in a file too, with the second version"""
    changed, taken = set(changed), set(taken)
    out = {"services": [], "checks": []}
    for cell in cells:
        of, second = cell.definition, cell in changed or cell in taken
        if of.service == "file" or (of.service and cell in taken):
            out["services"].append(cell.file_service(second, of.check == "file" or cell in taken))
        if of.place != "inside" and (of.check == "file" or (not of.service and cell in taken)):
            out["checks"].append(cell.file_check(second))
    return out
