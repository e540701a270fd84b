#include "endpoint_stage.hpp"

#include "protocol/types/acl.hpp"
#include "protocol/types/uuid_faults.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

const std::string manager = "*", unused = "99999999-9999-9999-9999-999999999999";

} // namespace

TEST_CASE("what is wrong with an id is said in Consul's words") {
  CHECK_FALSE(fault_in_uuid(unused));
  CHECK(fault_in_uuid("x") == "uuid string is wrong length");
  CHECK(fault_in_uuid(std::string(36, '9')) == "uuid is improperly formatted");
  CHECK(fault_in_uuid("99999999-9999-9999-9999-99999999999z") == "encoding/hex: invalid byte: U+007A 'z'");
  CHECK_FALSE(fault_in_uuid_key(unused));
  CHECK_FALSE(fault_in_uuid_key(std::string(36, '9')));
  CHECK(fault_in_uuid_key("x") == "UUID must be 36 characters");
  CHECK(fault_in_uuid_key(std::string(36, '-')) == "UUID should have maximum of 4 \"-\"; got 36");
  CHECK(fault_in_uuid_key(std::string(32, '9') + "-999") == "Input (without hyphens) must be even length");
  CHECK(fault_in_uuid_key(std::string(32, '9') + "-999", id_index::token) ==
        "UUID (without hyphens) must be even length");
  CHECK(fault_in_uuid_key(std::string(35, '9') + "\xc3") ==
        "Invalid UUID: encoding/hex: invalid byte: U+00C3 '\u00c3'");
  CHECK(fault_in_uuid_key(std::string(35, '9') + "\n", id_index::token) ==
        "invalid UUID: encoding/hex: invalid byte: U+000A");
  for (auto valid : {"", "40", "40E4-a7", "----", "40e4a748-2192-161a-0510-9bf59fe950b5"})
    CHECK_FALSE(fault_in_uuid_prefix(valid));
  CHECK(fault_in_uuid_prefix("4") == "UUID (without hyphens) must be even length");
  CHECK(fault_in_uuid_prefix("-----") == "UUID should have maximum of 4 \"-\"; got 5");
  CHECK(fault_in_uuid_prefix("zz") == "invalid UUID: encoding/hex: invalid byte: U+007A 'z'");
  CHECK(fault_in_uuid_prefix(std::string(38, '9')) == "Invalid UUID length. UUID have 36 characters; got 38");
  CHECK(uuid_prefix("40E4-a7") == "40e4a7");
  CHECK(uuid_prefix("40e4a7482192161a") == "40e4a748-2192-161a");
}

TEST_CASE("a transaction finds a node by the beginning of its id") {
  endpoint_stage s;
  auto get = [](const std::string& id) {
    return R"([{"Node": {"Verb": "get", "Node": {"Node": "other", "ID": ")" + id + R"("}}}])";
  };
  s.play({
      {"PUT /v1/catalog/register",
       R"({"Node": "n", "ID": "40e4a748-2192-161a-0510-9bf59fe950b5", "Address": "1.1.1.1"})", 200, "true", "",
       manager},
      {"PUT /v1/txn", get("40"), 200, "...\"Node\":\"n\"", "", manager},
      {"PUT /v1/txn", get("40E4A7482192"), 200, "...\"Node\":\"n\"", "", manager},
      {"PUT /v1/txn", get("41"), 409, "...node \\\"other\\\" doesn't exist", "", manager},
      {"PUT /v1/txn", get("zz"), 409, "...node lookup by ID failed: index error: invalid UUID", "", manager},
  });
}

TEST_CASE("the datacenter that a request names takes precedence over that of a coordinate") {
  endpoint_stage s;
  const std::string place = R"({"Datacenter": "other", "Node": "n", "Coord": {"Vec": [0, 0, 0, 0, 0, 0, 0, 0]}})";
  s.play({
      {"PUT /v1/coordinate/update", place, 500, "No path to datacenter", "", manager},
      {"PUT /v1/coordinate/update?dc=dc1", place, 200, "", "", manager},
      {"PUT /v1/coordinate/update?datacenter=dc1&dc=other", place, 200, "", "", manager},
      {"PUT /v1/coordinate/update?dc=other", R"({"Node": "n", "Coord": {"Vec": [0, 0, 0, 0, 0, 0, 0, 0]}})", 500,
       "No path to datacenter", "", manager},
  });
}

TEST_CASE("an error names the indexes of a record as Go does") {
  endpoint_stage s;
  auto error = [](const std::string& what, const std::string& member, const std::string& type) {
    return what + "json: cannot unmarshal string into Go struct field " + member + " of type " + type;
  };
  s.play({
      {"PUT /v1/acl/role", R"({"CreateIndex": "x"})", 400,
       error("Role decoding failed: ", ".Alias.RaftIndex.CreateIndex", "uint64"), "", manager},
      {"PUT /v1/catalog/register", R"({"Check": {"ModifyIndex": "x"}})", 400,
       error("Request decode failed: ", "HealthCheck.Check.RaftIndex.ModifyIndex", "uint64"), "", manager},
      {"PUT /v1/session/create", R"({"ModifyIndex": "x"})", 400,
       error("Request decode failed: ", ".Alias.RaftIndex.ModifyIndex", "uint64"), "", manager},
  });
}

TEST_CASE("a link by id that cannot be looked up is refused, and one that leads nowhere too") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/acl/token", R"({"Policies": [{"ID": "x"}]})", 500,
       "Error looking up policy for ID: \"x\": failed acl policy lookup: index error: UUID must be 36 characters", "",
       manager},
      {"PUT /v1/acl/token", R"({"Roles": [{"ID": ")" + unused + R"("}]})", 500,
       "No such ACL role with ID \"" + unused + "\"", "", manager},
      {"PUT /v1/acl/role", R"({"Name": "r", "Policies": [{"ID": "x"}]})", 500,
       "Failed to apply role upsert request: failed acl policy lookup: index error: UUID must be 36 characters", "",
       manager},
  });
}

TEST_CASE("the hash that a client gives to a record of access control is any text") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/acl/role", R"({"Name": "p", "Hash": "zz"})", 200, "...\"Name\":\"p\"", "", manager},
      {"PUT /v1/acl/policy", R"({"Name": "q", "Hash": 5})", 400,
       "Policy decoding failed: json: cannot unmarshal number into Go struct field .Hash of type string", "", manager},
      {"PUT /v1/acl/role", R"({"Name": 5})", 400,
       "Role decoding failed: json: cannot unmarshal number into Go struct field .Alias.Name of type string", "",
       manager},
  });
}

TEST_CASE("a policy's name is unescaped a second time") {
  endpoint_stage s;
  auto p = std::make_shared<acl_policy>();
  p->id = unused;
  p->name = "a/b";
  acl_policy_set_request r;
  r.policies = {p};
  s.write(command_type::acl_policy_set, r);
  s.play({
      {"GET /v1/acl/policy/name/a%2Fb", "", 200, "...\"Name\":\"a/b\"", "", manager},
      {"GET /v1/acl/policy/name/a/b", "", 200, "...\"Name\":\"a/b\"", "", manager},
      {"GET /v1/acl/policy/name/a%2", "", 500, "invalid URL escape \"%2\"", "", manager},
  });
}

TEST_CASE("writes of access control do not look at the datacenter that a request names") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/acl/role?dc=other", R"({"Name": "p"})", 200, "...\"Name\":\"p\"", "", manager},
      {"DELETE /v1/acl/token/" + unused + "?dc=other", "", 404, "Cannot find token to delete", "", manager},
      {"GET /v1/acl/policies?dc=other", "", 500, "No path to datacenter", "", manager},
  });
}

TEST_CASE("numbers are durations by way of a float, and texts of settings are not unescaped") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/acl/token", R"({"ExpirationTTL": 1e30})", 500,
       "Token Expiration TTL '-2562047h47m16.854775808s' should be > 0", "", manager},
      {"PUT /v1/session/create", R"({"LockDelay": "\u0661s"})", 400,
       "Request decode failed: time: invalid duration \"\\xd9\\xa1s\"", "", manager},
      {"PUT /v1/operator/autopilot/configuration", R"({"LastContactThreshold": "\u0035s"})", 400,
       "Error parsing autopilot config: time: invalid duration \"\\\\u0035s\"", "", manager},
      {"PUT /v1/operator/autopilot/configuration", R"({"LastContactThreshold": true})", 400,
       "Error parsing autopilot config: strconv.ParseFloat: parsing \"true\": invalid syntax", "", manager},
  });
}

TEST_CASE("the faults of a transaction come in the order of its operations") {
  endpoint_stage s;
  auto denied = s.token("key_prefix \"\" { policy = \"deny\" }");
  auto a = s.put("/v1/txn", R"([{"KV": {"Verb": "set", "Key": "x"}}, {"KV": {"Verb": "frob", "Key": "x"}}])", denied);
  CHECK(a.status == 409);
  auto first = a.body.find("lacks permission"), second = a.body.find("unknown KV operation");
  CHECK(first != std::string::npos);
  CHECK(second != std::string::npos);
  CHECK(first < second);
}

TEST_CASE("a transaction stores what Consul stores of its operations") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/txn",
       R"([{"Node": {"Verb": "set", "Node": {"Node": "n", "Address": "1.1.1.1", "Locality": {"Region": "r"}}}},
           {"Service": {"Verb": "set", "Node": "n", "Service": {"Service": "s", "SocketPath": "/x",
             "TaggedAddresses": {"lan": {"Address": "1.1.1.2"}}, "Connect": {"Native": true}}}},
           {"Check": {"Verb": "set", "Check": {"Node": "n", "Name": "c", "Type": "ttl",
             "Definition": {"UDP": "x", "TCP": "y"}}}}])",
       200, "...", "", manager},
      {"GET /v1/catalog/nodes?filter=Node==n", "", 200, "...\"Node\":\"n\"", "", manager},
      {"GET /v1/catalog/service/s", "", 200, "...\"ServiceSocketPath\":\"\"", "", manager},
      {"GET /v1/catalog/service/s", "", 200, "...\"ServiceConnect\":{}", "", manager},
      {"GET /v1/health/node/n", "", 200, "...\"Type\":\"\"", "", manager},
      {"GET /v1/health/node/n", "", 200, "...\"Definition\":{\"TCP\":\"y\"}", "", manager},
  });
}
