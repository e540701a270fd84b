"""An agent with the cells' definitions in force: how to create them, and how to change them."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import threading
import urllib.parse

from agent import Agent, eventually

from .definitions import MANAGEMENT_TOKEN, OUTSIDE_TAGS, stanzas
from .kinds import FAR_NODE, NEAR_SERVICE, TTL
from .snapshot import Snapshot

ANONYMOUS = "00000000-0000-0000-0000-000000000002"
NODE = "matrix"
SETTLED_WITHIN = 10  # seconds; the state is checked as it is afterwards


class World(Agent):
    """@param cells of this agent
    @param on_node they belong to the node, which is put into maintenance; otherwise their services are
    @param scripts whether it runs script checks"""

    def __init__(self, binary, cells, on_node, scripts):
        # Outputs reach the catalog at once, so that they can be compared there.
        super().__init__(node_name=NODE, enable_script_checks=scripts, check_update_interval="0s", acl={
            "enabled": True, "default_policy": "allow",
            "tokens": {"initial_management": MANAGEMENT_TOKEN, "agent": MANAGEMENT_TOKEN}})
        self.binary, self.cells, self.on_node = binary, cells, on_node
        self.folder = os.path.join(self.home, "definitions")
        os.mkdir(self.folder)
        self.config["services"] = [NEAR_SERVICE, {"id": "marker", "name": "marker"}]
        self.markers = self.barriers = 0
        self.sessions = {}  # cell: id
        self.connection = None

    def command(self, *arguments):
        return [self.binary, *arguments]

    def cli(self, *arguments):
        """@returns (exit code, output) of the program as a client of this agent."""
        environment = dict(os.environ, CONSUL_HTTP_ADDR=f"127.0.0.1:{self.ports['http']}",
                           CONSUL_HTTP_TOKEN=MANAGEMENT_TOKEN)
        done = subprocess.run(self.command(*arguments), env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=30)
        return done.returncode, done.stdout

    def request(self, method, path, body=None, timeout=10, headers=None):
        """Uses one connection for all requests, of which there are thousands."""
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        for attempt in range(2):
            fresh = self.connection is None
            if fresh:
                self.connection = self.connect(timeout)
            try:
                self.connection.request(method, path, body=body, headers={"X-Consul-Token": MANAGEMENT_TOKEN})
                response = self.connection.getresponse()
                return response.status, response.headers, response.read()
            except (OSError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if fresh or attempt:
                    raise  # otherwise the agent was restarted meanwhile

    def close(self):
        if self.connection:
            self.connection.close()
        super().close()

    # --- files and the process

    def write(self, name, content):
        with open(os.path.join(self.folder, name), "w") as out:
            json.dump(content, out)

    def define(self, cells=None, changed=(), taken=(), name="one.json"):
        """Writes the stanzas of these cells (default: all) only."""
        for other in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, other))
        self.write(name, stanzas(self.cells if cells is None else cells, changed, taken))

    def start(self, **options):
        return super().start(arguments=("-config-dir", self.folder), **options)

    def restart(self):
        self.end(signal.SIGTERM)
        self.start()

    def crash(self):
        self.kill()
        self.start()

    def mark(self):
        """Adds a check to the next configuration that distinguishes it from the previous one. @returns its id."""
        self.markers += 1
        marker = f"marker-{self.markers}"
        self.config["checks"] = [{"id": marker, "name": marker, "service_id": "marker", "ttl": TTL}]
        self.write_config()
        return marker

    def reload_by_signal(self):
        marker = self.mark()
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: marker in self.get("/v1/agent/checks"), 20, "the reload")

    def reload(self):
        self.mark()
        self.put("/v1/agent/reload")

    def reload_by_command(self):
        self.mark()
        code, output = self.cli("reload")
        if code:
            raise AssertionError(f"reload: {output}")

    # --- what the cells are equipped with

    def prepare(self):
        """The prerequisites in the cluster: services `token-...` need their token, and the external node."""
        if self.request("GET", "/v1/acl/policy/name/not-anonymous")[0] != 200:
            self.put("/v1/acl/policy", {"Name": "not-anonymous",
                                        "Rules": 'service_prefix "token-" { policy = "deny" }'})
            self.put(f"/v1/acl/token/{ANONYMOUS}", {"Policies": [{"Name": "not-anonymous"}]})
        self.put("/v1/catalog/register", FAR_NODE)
        # Those of an earlier life with the same data.
        cells = {str(cell): cell for cell in self.cells}
        self.sessions = {cells[s["Name"]]: s["ID"] for s in self.get("/v1/session/list") if s["Name"] in cells}

    def register_service(self, cell, changed=False):
        self.put("/v1/agent/service/register", cell.api_service(changed, cell.definition.check == "api"))

    def register_check(self, cell, changed=False):
        self.put("/v1/agent/check/register", cell.api_check(changed))

    def deregister(self, cell):
        what = ("service", cell.service_id) if cell.definition.service else ("check", cell.check_id)
        self.put(f"/v1/agent/{what[0]}/deregister/{quoted(what[1])}")

    def equip(self, cells=None):
        """Equips the cells (default: all) with what they lack: registrations over the API, TTL states, maintenance,
        overridden tags, sessions with a lock."""
        cells = self.cells if cells is None else cells
        services, checks = self.get("/v1/agent/services"), self.get("/v1/agent/checks")
        for cell in cells:
            self.equip_with_registrations(cell, services, checks)
        if self.on_node and "_node_maintenance" not in checks:
            self.put("/v1/agent/maintenance?enable=true&reason=moved")
        self.settle()
        self.override_tags(cells)
        alive = {s["ID"] for s in self.get("/v1/session/list")}
        for cell in cells:
            if cell.holds_session and self.sessions.get(cell) not in alive:
                self.lock(cell)
        return self

    def equip_with_registrations(self, cell, services, checks):
        of = cell.definition
        untouched = cell.kind.type == "ttl" and not cell.kind.state
        if untouched and of.check == "api" and checks.get(cell.check_id, {}).get("Status") == "critical":
            # Reporting its status would make it another kind.
            self.put(f"/v1/agent/check/deregister/{quoted(cell.check_id)}")
            del checks[cell.check_id]
            if of.place == "inside":
                self.register_service(cell)
        if of.service == "api" and cell.service_id not in services:
            self.register_service(cell)
        there = cell.service_id in services or of.service != "file"
        found = checks.get(cell.check_id)
        if not found and there and of.check == "api":
            if of.place != "inside":
                self.register_check(cell)
            found = {"Status": cell.kind.first_status, "Output": ""}  # as just after its registration
        if found and cell.kind.state:
            verb, note = cell.kind.state
            if (found["Status"], found["Output"]) != (cell.kind.status, note):
                self.put(f"/v1/agent/check/{verb}/{quoted(cell.check_id)}?note={quoted(note)}")
        elif found and untouched and (found["Status"], found["Output"]) != (cell.kind.status, ""):
            self.put(f"/v1/agent/check/update/{quoted(cell.check_id)}", {"Status": cell.kind.status, "Output": ""})
        if of.service and there and f"_service_maintenance:{cell.service_id}" not in checks:
            self.put(f"/v1/agent/service/maintenance/{quoted(cell.service_id)}?enable=true&reason={quoted(str(cell))}")

    def override_tags(self, cells):
        """Overrides tags like another client, by writing to the catalog."""
        catalog = self.get(f"/v1/catalog/node/{NODE}")["Services"]
        for cell in cells:
            if cell.definition.override and cell.service_id in catalog:
                service = {name: value for name, value in catalog[cell.service_id].items()
                           if name in ("ID", "Service", "Port", "Meta", "Weights", "EnableTagOverride")}
                self.put("/v1/catalog/register", {"Node": NODE, "Address": "127.0.0.1", "SkipNodeUpdate": True,
                                                  "Service": dict(service, Tags=OUTSIDE_TAGS)})

    def lock(self, cell):
        bound = {"ServiceChecks": [{"ID": cell.check_id}]} if cell.definition.service else {
            "NodeChecks": ["serfHealth", cell.check_id]}
        status, _, body = self.request("PUT", "/v1/session/create", dict(bound, Name=str(cell), LockDelay="0s"))
        if status != 200:
            return  # its check is missing or critical, which the check's own cell reports
        self.sessions[cell] = json.loads(body)["ID"]
        self.put(f"/v1/kv/{quoted(cell.lock)}?acquire={self.sessions[cell]}", "held")

    @contextlib.contextmanager
    def far_node_changing(self):
        """Consul's agent can't stop an alias of another node before that node changes, for up to a minute, which delays
        the reload of a service with such an alias. Here the node changes all the time."""
        ended = threading.Event()

        def write():
            count = 0
            while not ended.wait(0.1):
                count += 1
                news = {"CheckID": "news", "Name": "news", "Status": "passing", "Output": str(count)}
                connection = self.connect(2)
                with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                    connection.request("PUT", "/v1/catalog/register", json.dumps(dict(
                        {name: FAR_NODE[name] for name in ("Node", "Address")}, SkipNodeUpdate=True, Check=news)))
                    connection.getresponse().read()
        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    # --- rest

    def settle(self):
        """Waits until active checks have a result, and the catalog matches the agent."""
        runners = {cell.check_id for cell in self.cells if cell.kind.runs}

        def at_rest():
            checks, services = self.get("/v1/agent/checks"), self.get("/v1/agent/services")
            if any(not check["Output"] for id, check in checks.items() if id in runners):
                return False
            there = {check["CheckID"]: check for check in self.get(f"/v1/health/node/{NODE}")}
            listed = self.get(f"/v1/catalog/node/{NODE}")["Services"]
            return (checks.keys() == there.keys() - {"serfHealth"}
                    and services.keys() == listed.keys() - {"consul"}
                    and all(there[id]["Status"] == check["Status"] for id, check in checks.items()))
        with contextlib.suppress(AssertionError):
            eventually(at_rest, SETTLED_WITHIN)
        # What the agent had to send before is sent before the second of these.
        self.barrier()
        self.barrier()

    def barrier(self):
        self.barriers += 1
        tags = [str(self.barriers)]
        self.put("/v1/agent/service/register", {"Name": "barrier", "Tags": tags})
        eventually(lambda: [s["ServiceTags"] for s in self.get("/v1/catalog/service/barrier")] == [tags], 20,
                   "the barrier in the catalog")

    def snapshot(self):
        return Snapshot(self)

    def tokens_kept(self):
        """@returns the cells whose checks can still write to the catalog, by trying it."""
        checks = self.get("/v1/agent/checks")
        tried = [cell for cell in self.cells if cell.definition.token and cell.kind.state and cell.check_id in checks]
        if not tried:
            return set()
        for cell in tried:
            self.put(f"/v1/agent/check/update/{quoted(cell.check_id)}", {"Status": "passing", "Output": "by token"})

        def arrived():
            there = {check["CheckID"]: check["Output"] for check in self.get(f"/v1/health/node/{NODE}")}
            return {cell for cell in tried if there.get(cell.check_id) == "by token"}
        with contextlib.suppress(AssertionError):
            eventually(lambda: len(arrived()) == len(tried), 3)
        return arrived()


def quoted(text):
    return urllib.parse.quote(text, safe="")
