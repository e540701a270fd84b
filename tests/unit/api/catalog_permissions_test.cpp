#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

// The stored records: node "n" (id 1...) with db (id s), web (id w, with a check), a proxy of web, and three node
// checks: "disk", "labelled", whose ServiceName is web although it is not one of its checks, and "serfHealth".
constexpr const char* node_id = "10000000-0000-0000-0000-000000000000";

health_check_ptr check(const std::string& id, const std::string& service_id, const std::string& label = {}) {
  health_check c;
  c.node = "n";
  c.check_id = c.name = id;
  c.status = "passing";
  c.service_id = service_id;
  c.service_name = label;
  return std::make_shared<const health_check>(c);
}

void fill(endpoint_stage& s) {
  register_request r;
  r.datacenter = "dc1";
  r.node = "n";
  r.id = node_id;
  r.address = "1.1.1.1";
  for (auto [id, name] : {std::pair{"s", "db"}, {"w", "web"}}) {
    node_service service;
    service.id = id;
    service.name = name;
    r.service = std::make_shared<const node_service>(service);
    s.write(command_type::register_node, r);
  }
  r.service = nullptr;
  r.checks = {check("disk", ""), check("labelled", "", "web"), check("of-web", "w"), check("of-db", "s")};
  s.write(command_type::register_node, r);
}

const std::string web = R"(service "web" { policy = "write" })", db = R"(service "db" { policy = "write" })",
                  proxy = R"(service "p" { policy = "write" })", on_n = R"(node "n" { policy = "write" })";

struct row {
  std::string what, method, path, body;
  std::string allowing; ///< sufficient rules
  std::string denying;  ///< insufficient rules
};

std::string registration(const std::string& members) {
  return std::string(R"({"Node": "n", "SkipNodeUpdate": true, )") + members + "}";
}
std::string operation(const std::string& kind, const std::string& verb, const std::string& members) {
  return R"([{")" + kind + R"(": {"Verb": ")" + verb + R"(", )" + members + "}}]";
}

/// The same rules for every endpoint that writes.
std::vector<row> rows() {
  const std::string put = "/v1/catalog/register", gone = "/v1/catalog/deregister", txn = "/v1/txn";
  const std::string proxied = R"("Kind": "connect-proxy", "Port": 1, "Proxy": {"DestinationServiceName": "web"})";
  return {
      {"a service", "PUT", put, registration(R"("Service": {"Service": "web"})"), web, db},
      {"a service in the place of another", "PUT", put, registration(R"("Service": {"ID": "s", "Service": "web"})"),
       web + db, web},
      {"the same in other letters", "PUT", put, registration(R"("Service": {"ID": "S", "Service": "web"})"), web + db,
       web},
      {"a proxy", "PUT", put, registration(R"("Service": {"Service": "p", )" + proxied + "}"), proxy + web, proxy},
      {"a check of the node", "PUT", put, registration(R"("Check": {"CheckID": "c"})"), on_n, web},
      {"a check of the node that says it is of web", "PUT", put,
       registration(R"("Check": {"CheckID": "c", "ServiceName": "web"})"), on_n, web},
      {"a check of a service", "PUT", put, registration(R"("Check": {"CheckID": "c", "ServiceID": "w"})"), web,
       db + on_n},
      {"a check of a service with another label", "PUT", put,
       registration(R"("Check": {"CheckID": "c", "ServiceID": "s", "ServiceName": "web"})"), db, web},
      {"a check that leaves its service", "PUT", put,
       registration(R"("Check": {"CheckID": "of-db", "ServiceID": "w"})"), web + db, web},
      {"a check that leaves the node", "PUT", put, registration(R"("Check": {"CheckID": "disk", "ServiceID": "w"})"),
       web + on_n, web},
      {"a check without an id that has a name", "PUT", put,
       registration(R"("Check": {"Name": "disk", "ServiceID": "w"})"), web + on_n, web},
      {"a check with its service", "PUT", put,
       registration(R"("Service": {"ID": "new", "Service": "web"}, "Check": {"CheckID": "c", "ServiceID": "new"})"),
       web, db},
      {"a node", "PUT", put, R"({"Node": "m", "Address": "2.2.2.2"})", R"(node "m" { policy = "write" })", on_n},
      {"a node under a new name", "PUT", put,
       R"({"ID": ")" + std::string(node_id) + R"(", "Node": "m", "Address": "2.2.2.2"})",
       R"(node "m" { policy = "write" })" + on_n, R"(node "m" { policy = "write" })"},
      {"a node in other letters", "PUT", put, R"({"Node": "N", "Address": "2.2.2.2"})",
       R"(node "N" { policy = "write" })" + on_n, R"(node "N" { policy = "write" })"},

      {"removing a service", "PUT", gone, R"({"Node": "n", "ServiceID": "s"})", db, web},
      {"removing a service by its node's right", "PUT", gone, R"({"Node": "n", "ServiceID": "s"})", on_n, web},
      {"removing a check of a service", "PUT", gone, R"({"Node": "n", "CheckID": "of-db"})", db, web},
      {"removing a check of the node", "PUT", gone, R"({"Node": "n", "CheckID": "disk"})", on_n, web + db},
      {"removing a labelled check of the node", "PUT", gone, R"({"Node": "n", "CheckID": "labelled"})", on_n, web},
      {"removing a node", "PUT", gone, R"({"Node": "n"})", on_n, web + db},
      {"removing a node in other letters", "PUT", gone, R"({"Node": "N"})", on_n + R"(node "N" { policy = "write" })",
       R"(node "N" { policy = "write" })"},

      {"txn: a service", "PUT", txn, operation("Service", "set", R"("Node": "n", "Service": {"Service": "web"})"), web,
       db},
      {"txn: a service in the place of another", "PUT", txn,
       operation("Service", "set", R"("Node": "n", "Service": {"ID": "s", "Service": "web"})"), web + db, web},
      {"txn: a proxy", "PUT", txn,
       operation("Service", "set", R"("Node": "n", "Service": {"Service": "p", )" + proxied + "}"), proxy + web, proxy},
      {"txn: a proxy, compared", "PUT", txn,
       operation("Service", "cas", R"("Node": "n", "Service": {"Service": "p", )" + proxied + "}"), proxy + web, proxy},
      {"txn: removing a service", "PUT", txn,
       operation("Service", "delete", R"("Node": "n", "Service": {"ID": "s", "Service": "db"})"), db, web},
      {"txn: removing a service by another name", "PUT", txn,
       operation("Service", "delete", R"("Node": "n", "Service": {"ID": "s", "Service": "web"})"), web + db, web},
      {"txn: a check of the node", "PUT", txn,
       operation("Check", "set", R"("Check": {"Node": "n", "CheckID": "c", "Name": "c"})"), on_n, web},
      {"txn: a check of the node that says it is of web", "PUT", txn,
       operation("Check", "set", R"("Check": {"Node": "n", "CheckID": "c", "Name": "c", "ServiceName": "web"})"), on_n,
       web},
      {"txn: a check of a service with another label", "PUT", txn,
       operation("Check", "set",
                 R"("Check": {"Node": "n", "CheckID": "c", "Name": "c", "ServiceID": "s", "ServiceName": "web"})"),
       db, web},
      {"txn: a check that leaves its service", "PUT", txn,
       operation("Check", "set", R"("Check": {"Node": "n", "CheckID": "of-db", "Name": "c", "ServiceID": "w"})"),
       web + db, web},
      {"txn: removing a labelled check of the node", "PUT", txn,
       operation("Check", "delete", R"("Check": {"Node": "n", "CheckID": "labelled"})"), on_n, web},
      {"txn: removing a check of a service", "PUT", txn,
       operation("Check", "delete", R"("Check": {"Node": "n", "CheckID": "of-db", "ServiceName": "web"})"), db, web},
      {"txn: a node", "PUT", txn, operation("Node", "set", R"("Node": {"Node": "m", "Address": "2.2.2.2"})"),
       R"(node "m" { policy = "write" })", on_n},
      {"txn: a node under a new name", "PUT", txn,
       operation("Node", "set",
                 R"("Node": {"ID": ")" + std::string(node_id) + R"(", "Node": "m", "Address": "2.2.2.2"})"),
       R"(node "m" { policy = "write" })" + on_n, R"(node "m" { policy = "write" })"},
      {"txn: removing a node", "PUT", txn, operation("Node", "delete", R"("Node": {"Node": "n"})"), on_n, web + db},
      {"txn: a service, of which a transaction drops the peer", "PUT", txn,
       operation("Service", "delete", R"("Node": "n", "Service": {"Service": "web", "PeerName": "x"})"), web, db},
      {"txn: an imported node", "PUT", txn, operation("Node", "delete", R"("Node": {"Node": "n", "PeerName": "x"})"),
       on_n + R"( peering = "write")", on_n},
      {"removing an imported node", "PUT", gone, R"({"Node": "n", "PeerName": "x"})", on_n + R"( peering = "write")",
       on_n},
  };
}

} // namespace

TEST_CASE("a write needs the permissions of what is stored under the ids that it names") {
  for (const auto& r : rows()) {
    INFO(r.what);
    endpoint_stage s;
    fill(s);
    auto transaction = r.path == "/v1/txn";
    auto denied = s.put(r.path, r.body, s.token(r.denying));
    CHECK(denied.status == (transaction ? 409 : 403));
    CHECK(denied.has("Permission denied"));
    CHECK(s.proposed.empty());
    auto allowed = s.put(r.path, r.body, s.token(r.allowing));
    INFO(allowed.body);
    CHECK(allowed.status == 200);
    CHECK(s.proposed.size() == 1);
  }
}

TEST_CASE("what is not there is unknown, not denied") {
  endpoint_stage s;
  fill(s);
  auto who = s.token(web);
  CHECK(s.put("/v1/catalog/deregister", R"({"Node": "n", "ServiceID": "x"})", who).status == 500);
  CHECK(s.put("/v1/catalog/deregister", R"({"Node": "n", "ServiceID": "x"})", who).body == "Unknown service ID 'x'");
  CHECK(s.put("/v1/catalog/deregister", R"({"Node": "n", "CheckID": "x"})", who).body == "Unknown check ID 'x'");
  auto registered = s.put("/v1/catalog/register", registration(R"("Check": {"CheckID": "c", "ServiceID": "x"})"), who);
  CHECK(registered.status == 500);
  CHECK(registered.body == "Unknown service ID 'x' for check ID 'c'");
  CHECK(s.put("/v1/catalog/deregister", R"({"Node": "n"})", who).status == 403);
}

TEST_CASE("a transaction may bring an instance with its checks") {
  endpoint_stage s;
  fill(s);
  auto body = R"([{"Service": {"Verb": "set", "Node": "n", "Service": {"ID": "new", "Service": "web"}}},
                  {"Check": {"Verb": "set", "Check": {"Node": "n", "CheckID": "c", "Name": "c", "ServiceID": "new"}}}])";
  CHECK(s.put("/v1/txn", body, s.token(db)).status == 409);
  CHECK(s.put("/v1/txn", body, s.token(web)).status == 200);
}

TEST_CASE("the agent's own services and checks are written by the same rules") {
  const std::string here = R"(node "here" { policy = "write" })";
  struct agent_row {
    std::string what, path, body, allowing, denying;
  };
  for (const auto& r : std::vector<agent_row>{
           {"a service", "/v1/agent/service/register", R"({"Name": "web"})", web, db},
           {"a service in the place of another", "/v1/agent/service/register", R"({"ID": "s", "Name": "web"})",
            web + db, web},
           {"a proxy", "/v1/agent/service/register",
            R"({"Name": "p", "Kind": "connect-proxy", "Port": 1, "Proxy": {"DestinationServiceName": "web"}})",
            proxy + web, proxy},
           {"a service that takes a check from another", "/v1/agent/service/register",
            R"({"Name": "web", "Check": {"CheckID": "of-db", "TTL": "10s"}})", web + db, web},
           {"a service that takes a check from the node", "/v1/agent/service/register",
            R"({"Name": "web", "Check": {"CheckID": "disk", "TTL": "10s"}})", web + here, web},
           {"a check of the node", "/v1/agent/check/register", R"({"Name": "c", "TTL": "10s"})", here, web},
           {"a check of a service", "/v1/agent/check/register", R"({"Name": "c", "TTL": "10s", "ServiceID": "s"})", db,
            web},
           {"a check that leaves the node", "/v1/agent/check/register",
            R"({"Name": "disk", "TTL": "10s", "ServiceID": "w"})", web + here, web},
           {"setting a check", "/v1/agent/check/pass/of-db", "", db, web},
           {"setting a check of a service that was renamed", "/v1/agent/check/fail/renamed", "", db, web},
           {"updating a check of the node", "/v1/agent/check/update/disk", R"({"Status": "passing"})", here, web},
           {"removing a check", "/v1/agent/check/deregister/of-db", "", db, web},
           {"removing a service", "/v1/agent/service/deregister/s", "", db, web},
           {"maintenance of a service", "/v1/agent/service/maintenance/s?enable=true", "", db, web},
           {"maintenance of the node", "/v1/agent/maintenance?enable=true", "", here, web},
       }) {
    INFO(r.what);
    endpoint_stage s;
    s.own_service("w", "web");
    s.own_service("s", "web");
    s.own_check("renamed", "s");
    s.own_service("s", "db"); // under the same id, unknown to its older check
    s.own_check("of-db", "s");
    s.own_check("disk", "");
    auto denied = s.put(r.path, r.body, s.token(r.denying));
    CHECK(denied.status == 403);
    CHECK(denied.has("Permission denied"));
    auto allowed = s.send("PUT", r.path, s.token(r.allowing), r.body);
    s.advance(std::chrono::seconds(1)); // stops waiting for the catalog
    INFO(allowed->body);
    CHECK(allowed->status == 200);
    CHECK(s.services.size() + s.checks.size() + s.changes.size() == 1);
  }
}

TEST_CASE("what the agent does not have is answered 404 with advice") {
  endpoint_stage s;
  auto check_gone = s.put("/v1/agent/check/deregister/x", "", s.root());
  CHECK(check_gone.status == 404);
  CHECK(check_gone.body == R"(Unknown check ID "x". Ensure that the check ID is passed, not the check name.)");
  auto service_gone = s.put("/v1/agent/service/deregister/x", "", s.root());
  CHECK(service_gone.status == 404);
  CHECK(service_gone.body == R"(Unknown service ID "x". Ensure that the service ID is passed, not the service name.)");
}
