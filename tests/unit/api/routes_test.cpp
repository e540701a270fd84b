#include "endpoint_stage.hpp"

#include "frontends/api/openapi.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

using namespace praetor;
using namespace praetor::api;

namespace {

std::string_view text_of(name_source name) {
  switch (name) {
  case name_source::none: break;
  case name_source::path: return "path";
  case name_source::path_prefix: return "path prefix";
  case name_source::own_node: return "own node";
  case name_source::body: return "body";
  case name_source::record: return "record";
  case name_source::rows: return "rows";
  }
  return {};
}

std::string text_of(const route_permission& p) {
  auto out = acl::to_text(p.resource, p.access);
  auto name = text_of(p.name);
  return name.empty() ? out : out.append("(").append(name).append(")");
}

std::string target_of(const route& r) {
  auto out = std::string(r.path);
  if (out.ends_with('/')) out.append("{").append(r.rest).append("}");
  if (!r.when.empty()) out.append("?").append(r.when);
  return out;
}

/// "public", or the permissions that the route needs; in brackets those that the endpoint checks itself.
std::string permissions_of(const route& r) {
  std::string out = r.public_route ? " public" : "";
  for (const auto& one : r.checks) {
    if (const auto* p = std::get_if<route_permission>(&one)) out += " " + text_of(*p);
    if (const auto* p = std::get_if<inner_permission>(&one)) out += " [" + text_of(p->what) + "]";
  }
  return out.empty() ? " any token" : out;
}

std::string permission_matrix() {
  std::string out;
  for (const auto* r : all_routes()) {
    auto method = std::string(r->method);
    method.resize(6, ' ');
    out += method + " " + target_of(*r) + permissions_of(*r) + (r->available ? "" : " (not available)") + "\n";
  }
  return out;
}

/// A path of the route with all required parameters.
std::string request_target(const route& r) {
  auto out = std::string(r.path) + (r.path.ends_with('/') ? "x" : "") + "?enable=true&id=x";
  if (!r.when.empty()) out += "&" + std::string(r.when);
  return out;
}

/// A body that passes the checks of the route.
std::string request_body(const route& r) {
  static const std::map<std::string_view, std::string> bodies{
      {"/v1/agent/service/register", R"({"Name": "x"})"},
      {"/v1/agent/check/register", R"({"Name": "x"})"},
      {"/v1/agent/check/update/", R"({"Status": "passing"})"},
      {"/v1/catalog/deregister", R"({"Node": "x"})"},
      {"/v1/coordinate/update", R"({"Coord": {"Vec": [0, 0, 0, 0, 0, 0, 0, 0]}})"},
      {"/v1/internal/acl/authorize", "[]"},
      {"/v1/txn", "[]"},
  };
  auto known = bodies.find(r.path);
  return known == bodies.end() ? "{}" : known->second;
}

/// Whether the body is read before the token is looked at.
bool reads_body_first(const route& r) {
  for (const auto& one : r.checks) {
    if (std::holds_alternative<body_check>(one)) return true;
    if (std::holds_alternative<route_permission>(one) || std::holds_alternative<inner_permission>(one)) return false;
  }
  return false;
}

const route_permission* permission_of(const route& r) {
  for (const auto& one : r.checks)
    if (const auto* p = std::get_if<route_permission>(&one); p && p->access != acl::access::list) return p;
  return nullptr;
}

} // namespace

TEST_CASE("the permission matrix of all routes is the one that is written down") {
  std::ifstream in(PRAETOR_TEST_DATA "/permissions.txt");
  std::string written{std::istreambuf_iterator<char>(in), {}};
  auto printed = permission_matrix();
  INFO("tests/unit/api/data/permissions.txt should be:\n" << printed);
  CHECK(written == printed);
}

TEST_CASE("a token without any permission is denied what a route declares") {
  endpoint_stage s;
  auto nothing = s.token("");
  std::size_t denied = 0;
  for (const auto* r : all_routes()) {
    if (!permission_of(*r)) continue;
    INFO(r->method << " " << request_target(*r));
    auto a = s.send(std::string(r->method), request_target(*r), nothing, request_body(*r));
    CHECK(a->status == 403);
    CHECK(a->has("Permission denied"));
    auto malformed = s.send(std::string(r->method), request_target(*r), nothing, "no JSON");
    CHECK(malformed->status == (reads_body_first(*r) ? 400 : 403));
    ++denied;
  }
  CHECK(denied > 40);
}

TEST_CASE("a public route takes no notice of a token that nobody knows, every other one refuses it") {
  endpoint_stage s;
  s.write_anonymous_token(); // the last record of a new cluster: unknown tokens wait for it
  for (const auto* r : all_routes()) {
    INFO(r->method << " " << request_target(*r));
    auto a = s.send(std::string(r->method), request_target(*r), "unknown", request_body(*r));
    CHECK((a->status == 403 && a->body == "ACL not found") == !r->public_route);
    auto malformed = s.send(std::string(r->method), request_target(*r), "unknown", "no JSON");
    if (reads_body_first(*r)) CHECK(malformed->status == 400);
  }
}

TEST_CASE("the rows of a path agree on who answers them, and name what follows it") {
  std::map<std::string_view, answerer> of_paths;
  for (const auto* r : all_routes()) {
    INFO(r->method << " " << r->path);
    CHECK(of_paths.try_emplace(r->path, r->answered_by).first->second == r->answered_by);
    if (!r->available) continue;
    CHECK_FALSE(r->summary.empty());
    CHECK(r->path.ends_with('/') == !r->rest.empty());
  }
}

TEST_CASE("a path says which methods it has") {
  endpoint_stage s(endpoint_stage::access::open);
  auto a = s.send("OPTIONS", "/v1/kv/x");
  CHECK(a->status == 200);
  CHECK(a->lines.find("Allow: OPTIONS,GET,PUT,DELETE\r\n") != std::string::npos);
  auto refused = s.send("PATCH", "/v1/operator/keyring");
  CHECK(refused->status == 405);
  CHECK(refused->body == "method PATCH not allowed");
  CHECK(refused->lines.find("Allow: OPTIONS,GET,POST,PUT,DELETE\r\n") != std::string::npos);
}

TEST_CASE("what of a request is wrong is said in the order of Consul") {
  endpoint_stage s;
  auto nothing = s.token("");
  auto says = [&](const std::string& method, const std::string& target, unsigned status, const std::string& text) {
    INFO(method << " " << target);
    auto a = s.send(method, target, nothing);
    CHECK(a->status == status);
    CHECK(a->has(text));
  };
  says("GET", "/v1/kv/?index=x", 400, "Invalid index");
  says("GET", "/v1/kv/", 400, "Missing key name");
  says("GET", "/v1/kv/?dc=other", 400, "Missing key name");
  says("GET", "/v1/kv/x?dc=other", 500, "No path to datacenter");
  says("PUT", "/v1/kv/?stale&consistent", 400, "Cannot specify ?stale with ?consistent");
  says("PUT", "/v1/kv/?cas=1&acquire=x", 400, "Missing key name");
  says("PUT", "/v1/kv/x?cas=1&acquire=x&dc=other", 400, "Conflicting flags: acquire=x&cas=1&dc=other");
  says("PUT", "/v1/kv/x?cas=x&dc=other", 500, "strconv.ParseUint");
  says("PUT", "/v1/kv/x?cas=1&dc=other", 500, "No path to datacenter");
  says("PUT", "/v1/kv/x?cas=x", 500, "strconv.ParseUint");
  says("DELETE", "/v1/kv/?recurse&cas=1&dc=other", 400, "Conflicting flags");
  says("DELETE", "/v1/kv/?dc=other", 400, "Missing key name");
  says("DELETE", "/v1/kv/?cas=x", 400, "Missing key name");
  says("DELETE", "/v1/kv/x?cas=x", 500, "strconv.ParseUint");
  says("DELETE", "/v1/kv/?recurse", 403, "Permission denied");
  says("GET", "/v1/acl/policy/?index=x", 400, "Missing policy ID");
  says("GET", "/v1/acl/policy/x?index=x", 400, "Invalid index");
  says("GET", "/v1/acl/policy/x?dc=other", 500, "No path to datacenter");
  says("GET", "/v1/acl/policy/x", 403, "Permission denied");
  says("DELETE", "/v1/acl/policy/x?dc=other", 403, "Permission denied");
  says("GET", "/v1/acl/policy/name/%zz?index=x", 500, "invalid URL escape \"%zz\"");
  says("PUT", "/v1/coordinate/update?dc=other", 400, "Request decode failed: EOF");
  says("GET", "/v1/operator/usage?dc=other", 500, "No path to datacenter");
  says("DELETE", "/v1/operator/raft/peer", 400, "Must specify either ?id");
  says("DELETE", "/v1/operator/raft/peer?id=x", 403, "Permission denied");
  says("POST", "/v1/operator/raft/transfer-leader?dc=other", 403, "Permission denied");
  says("GET", "/v1/operator/keyring?relay-factor=x", 400, "Error parsing relay factor");
  says("PUT", "/v1/snapshot?dc=other&stale", 500, "No path to datacenter");
  says("PUT", "/v1/snapshot?stale", 403, "Permission denied");
  says("GET", "/v1/snapshot?stale&consistent&index=x", 403, "Permission denied");
  says("PUT", "/v1/agent/maintenance", 400, "Missing value for enable");
  says("PUT", "/v1/event/fire/?dc=other", 400, "Missing name");
  says("PUT", "/v1/event/fire/x?dc=other&tag=x", 500, "Cannot provide tag filter without service filter");
  says("PUT", "/v1/event/fire/x?dc=other", 500, "No path to datacenter");
  says("PUT", "/v1/session/destroy/?dc=other", 400, "Missing session");
  says("GET", "/v1/session/info/?index=x", 400, "Invalid index");
  says("GET", "/v1/agent/service/none?stale&consistent", 404, "unknown service ID: none");
  says("GET", "/v1/catalog/nodes?wait=x&index=x", 400, "Invalid wait time");
  says("GET", "/v1/health/node/?index=x", 400, "Invalid index");
  says("GET", "/v1/kv/x?ns=a&index=x", 400, "Invalid index");
  says("GET", "/v1/kv/?ns=a", 400, "Missing key name");
  says("GET", "/v1/kv/?keys&ns=a", 400, "Namespaces are a Consul Enterprise feature");
  says("PUT", "/v1/kv/?ns=a", 400, "Namespaces are a Consul Enterprise feature");
  says("GET", "/v1/session/list?ns=a&dc=other", 400, "Namespaces are a Consul Enterprise feature");
  says("GET", "/v1/acl/token/?ns=a&index=x", 400, "Missing token AccessorID");
  says("GET", "/v1/acl/token/x?ns=a&index=x", 400, "Invalid index");
  says("PUT", "/v1/acl/token?ns=a", 400, "Namespaces are a Consul Enterprise feature");
  says("GET", "/v1/health/node/?ns=a&index=x", 400, "Namespaces are a Consul Enterprise feature");
  says("GET", "/v1/coordinate/nodes?partition=a&index=x", 400, "Invalid index");
  says("PUT", "/v1/agent/service/maintenance/x?ns=a", 400, "Missing value for enable");
  says("GET", "/v1/health/connect/x?filter=((", 403, "Permission denied");
  says("GET", "/v1/catalog/nodes?filter=((&dc=other", 500, "No path to datacenter");
  says("GET", "/v1/catalog/datacenters?stale&consistent", 400, "conflicting semantics.[\"dc1\"]");
  says("GET", "/v1/catalog/datacenters?index=x&dc=other", 200, "[\"dc1\"]");
}

TEST_CASE("a malformed filter is refused before a token that nobody knows") {
  endpoint_stage s;
  s.write_anonymous_token();
  for (auto path : {"/v1/catalog/nodes", "/v1/catalog/node/n", "/v1/catalog/node-services/n", "/v1/health/node/n",
                    "/v1/health/checks/x", "/v1/health/state/any"}) {
    INFO(path);
    auto both = s.send("GET", std::string(path) + "?filter=((", "unknown");
    CHECK(both->status == 500);
    CHECK(both->has("Failed to create boolean expression evaluator"));
    CHECK(s.send("GET", path, "unknown")->status == 403);
  }
  for (auto path : {"/v1/catalog/services", "/v1/catalog/service/x", "/v1/health/service/x"}) {
    INFO(path);
    CHECK(s.send("GET", std::string(path) + "?filter=((", "unknown")->status == 403);
  }
}

TEST_CASE("only the name of a subtree needs a slash") {
  endpoint_stage s;
  for (auto path : {"/v1/kv", "/v1/catalog/service", "/v1/agent/check/pass"}) CHECK(s.routes().needs_slash(path));
  for (auto path : {"/", "/x", "/v1/kv/", "/v1/kv/a", "/v1/catalog/nodes", "/v1/catalog"})
    CHECK_FALSE(s.routes().needs_slash(path));
}

TEST_CASE("the description of the API has each available operation, with its path parameter and its body") {
  auto document = nlohmann::json::parse(openapi_document());
  CHECK(document["openapi"] == "3.1.0");
  for (const auto* r : all_routes()) {
    auto path = std::string(r->path) + (r->path.ends_with('/') ? "{" + std::string(r->rest) + "}" : "");
    INFO(r->method << " " << path);
    if (!r->available) {
      CHECK_FALSE(document["paths"].contains(path));
      continue;
    }
    const auto& operation = document["paths"].at(path).at(lower_case(r->method));
    CHECK(operation.contains("requestBody") == (r->body.type != media::none));
    CHECK(operation.contains("security") == r->public_route);
  }
  const auto& keys = document["paths"]["/v1/kv/{key}"]["get"]["parameters"];
  for (std::string name : {"key", "keys", "separator", "recurse", "raw", "index", "wait", "stale", "dc"}) {
    INFO(name);
    CHECK(std::any_of(keys.begin(), keys.end(), [&](const auto& p) { return p["name"] == name; }));
  }
  const auto& session = document["paths"]["/v1/session/create"]["put"]["requestBody"]["content"]["application/json"];
  CHECK(session["schema"]["properties"]["TTL"] == nlohmann::json{{"type", "string"}});
}
