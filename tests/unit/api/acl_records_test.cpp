#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

namespace {

const std::string unknown_id = "99999999-9999-9999-9999-999999999999", all = "*";

} // namespace

TEST_CASE("without access control its routes are off, and say so") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"GET /v1/acl/policies", "", 401, "ACL support disabled"},
      {"PUT /v1/acl/policy", "x", 401, "ACL support disabled"},
      {"GET /v1/acl/token/self", "", 401, "ACL support disabled"},
      {"PUT /v1/acl/bootstrap", "", 401, "ACL support disabled"},
      {"GET /v1/acl/templated-policies", "", 401, "ACL support disabled"},
      {"PUT /v1/agent/token/default", R"({"Token": "x"})", 401, "ACL support disabled"},
      {"PUT /v1/acl/policies", "", 405, "method PUT not allowed", "Allow: OPTIONS,GET"},
  });
}

TEST_CASE("reads of access control that are refused carry the header lines of a failed read") {
  endpoint_stage s;
  s.write_anonymous_token();
  s.play({
      {"GET /v1/acl/policies", "", 403, "...lacks permission 'acl:read'", "X-Consul-Index: 1"},
      {"GET /v1/acl/tokens", "", 403, "...lacks permission 'acl:read'", "X-Consul-Knownleader: false"},
      {"GET /v1/acl/roles", "", 403, "...", "X-Consul-Lastcontact: 0"},
      {"GET /v1/acl/policy/x", "", 500, "failed acl policy lookup: index error: UUID must be 36 characters",
       "X-Consul-Query-Backend: blocking-query", all},
      {"GET /v1/acl/role/x", "", 500, "failed acl role lookup: index error: UUID must be 36 characters",
       "X-Consul-Index: 1", all},
      {"GET /v1/acl/token/x", "", 500, "failed acl token lookup: index error: UUID must be 36 characters",
       "X-Consul-Index: 1", all},
      {"GET /v1/acl/tokens?policy=x", "", 500, "failed acl token lookup: index error: UUID must be 36 characters",
       "X-Consul-Index: 1", all},
      {"GET /v1/acl/tokens?role=x", "", 500, "failed acl token lookup: index error: UUID must be 36 characters",
       "X-Consul-Index: 1", all},
      {"GET /v1/acl/roles?policy=x", "", 500, "failed acl role lookup: index error: UUID must be 36 characters",
       "X-Consul-Index: 1", all},
      {"GET /v1/acl/tokens?authmethod=x&servicename=y", "", 500, "...can only filter by one of", "X-Consul-Index: 1",
       all},
      {"GET /v1/acl/token/" + unknown_id, "", 403, "token does not exist: ACL not found", "X-Consul-Index: 1", all},
      {"GET /v1/acl/token/self?token=nobody", "", 403, "token does not exist: ACL not found", "X-Consul-Index: 1"},
      {"GET /v1/acl/policy/" + unknown_id, "", 404, "Requested policy does not exist: ACL not found", "!X-Consul-Index",
       all},
      {"GET /v1/acl/role/" + unknown_id, "", 404, "Requested role does not exist: ACL not found", "!X-Consul-Index",
       all},
      {"GET /v1/acl/policy/name/none", "", 404, "Requested policy does not exist: ACL not found", "", all},
      {"GET /v1/operator/usage", "", 403, "...lacks permission 'operator:read'", "X-Consul-Index: 1"},
      {"GET /v1/coordinate/node/x", "", 403, "...lacks permission 'node:read' on \"x\"", "X-Consul-Index: 1"},
      {"GET /v1/operator/autopilot/configuration", "", 403, "...lacks permission 'operator:read'", "!X-Consul-Index"},
  });
}

TEST_CASE("namespaces and partitions are refused where access control would have them") {
  endpoint_stage s;
  const std::string namespaces = R"(Invalid query parameter: "ns" - Namespaces are a Consul Enterprise feature)",
                    partitions = R"(Invalid query parameter: "partition" - Partitions are a Consul Enterprise feature)";
  s.play({
      {"GET /v1/acl/policies?ns=x", "", 400, namespaces, "", all},
      {"PUT /v1/acl/policy?partition=x", "{}", 400, partitions, "", all},
      {"GET /v1/acl/policy/name/x?ns=x", "", 400, namespaces, "", all},
      {"GET /v1/acl/tokens?partition=x", "", 400, partitions, "", all},
      {"PUT /v1/acl/token?ns=x", "{}", 400, namespaces, "", all},
      {"DELETE /v1/acl/token/x?ns=x", "", 400, namespaces, "", all},
      {"GET /v1/acl/roles?ns=x", "", 400, namespaces, "", all},
      {"GET /v1/acl/templated-policies?ns=x", "", 400, namespaces, "", all},
      {"POST /v1/acl/templated-policy/preview/x?partition=x", "{}", 400, partitions, "", all},
      {"GET /v1/operator/usage?ns=x", "", 400, namespaces, "", all},
      {"POST /v1/operator/raft/transfer-leader?partition=x", "", 400, partitions, "", all},
      {"PUT /v1/agent/join/x?partition=x", "", 400, partitions, "", all},
      {"PUT /v1/coordinate/update?ns=x", "{}", 400, namespaces, "", all},
      {"GET /v1/coordinate/datacenters?partition=x", "", 200, "..."},
      {"GET /v1/acl/replication?ns=x", "", 200, "..."},
      {"GET /v1/acl/token/self?ns=x", "", 200, "...", "", all},
      {"GET /v1/acl/tokens?authmethod-ns=x", "", 400, "...\"authmethod-ns\" - Namespaces are a", "", all},
  });
}

TEST_CASE("a policy that can't be is refused") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/acl/policy", "", 400, "Policy decoding failed: EOF", "", all},
      {"PUT /v1/acl/policy", "[]", 400, "...json: cannot unmarshal array into Go value of type ", "", all},
      {"PUT /v1/acl/policy", R"({"Name": 5})", 400, "...cannot unmarshal number into Go struct field", "", all},
      {"PUT /v1/acl/policy", R"({"Frob": 1})", 400, R"(Policy decoding failed: json: unknown field "Frob")", "", all},
      {"PUT /v1/acl/policy", R"({"Namespace": "x"})", 400,
       R"(Policy decoding failed: json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature)", "",
       all},
      {"PUT /v1/acl/policy", "{}", 500, "Invalid Policy: no Name is set", "", all},
      {"PUT /v1/acl/policy", R"({"Name": "a b"})", 500, "...Invalid Policy: invalid Name. Only alphanumeric", "", all},
      {"PUT /v1/acl/policy", R"({"Name": "a/b/c"})", 500, "...Invalid Policy: invalid Name.", "", all},
      {"PUT /v1/acl/policy", R"({"Name": "p", "ID": "x"})", 400, "Cannot specify the ID when creating a new policy", "",
       all},
      {"PUT /v1/acl/policy", R"({"Name": "p", "Rules": "service \"a\" { policy = \"frob\" }"})", 500,
       R"(...Invalid service policy: &acl.ServiceRule{Name:"a", Policy:"frob")", "", all},
      {"PUT /v1/acl/policy", R"({"Name": "p", "Rules": "service"})", 500, "...Failed to parse ACL rules", "", all},
      {"PUT /v1/acl/policy", R"({"Name": "global-management"})", 500, "...already exists", "", all},
      {"PUT /v1/acl/policy/" + unknown_id, R"({"Name": "p", "ID": "x"})", 400,
       "Policy ID in URL and payload do not match", "", all},
      {"PUT /v1/acl/policy/" + unknown_id, R"({"Name": "p"})", 500, "cannot find policy " + unknown_id, "", all},
      {"DELETE /v1/acl/policy/" + unknown_id, "", 404, "Cannot find policy to delete", "", all},
      {"DELETE /v1/acl/policy/00000000-0000-0000-0000-000000000001", "", 500,
       "Delete operation not permitted on the builtin global-management policy", "", all},
      {"GET /v1/acl/policy/name/builtin/global-read-only", "", 200, R"(..."ID":"00000000-0000-0000-0000-000000000002")",
       "X-Consul-Knownleader: true", all},
      {"PUT /v1/acl/policy", R"({"Name": "a/b", "Rules": ""})", 200, R"(..."Name":"a/b")", "", all},
      {"PUT /v1/acl/policy", R"({"Name": "a/b"})", 500, R"(Invalid Policy: A Policy with Name "a/b" already exists)",
       "", all},
  });
}

TEST_CASE("a token that can't be is refused") {
  endpoint_stage s;
  const std::string no_service = R"(Service identity is missing the service name field on this token)";
  s.play({
      {"PUT /v1/acl/token", "", 400, "Token decoding failed: EOF", "", all},
      {"PUT /v1/acl/token", R"({"Frob": 1})", 400, R"(Token decoding failed: json: unknown field "Frob")", "", all},
      {"PUT /v1/acl/token", R"({"Policies": [{"Name": "none"}]})", 500, R"(No such ACL policy with name "none")", "",
       all},
      {"PUT /v1/acl/token", R"({"Roles": [{"Name": "none"}]})", 500, R"(No such ACL role with name "none")", "", all},
      {"PUT /v1/acl/token", R"({"AccessorID": "x"})", 500, "Invalid Token: AccessorID - not a valid UUID", "", all},
      {"PUT /v1/acl/token", R"({"SecretID": "x"})", 500, "Invalid Token: SecretID - not a valid UUID", "", all},
      {"PUT /v1/acl/token", R"({"AccessorID": "00000000-0000-0000-0000-000000000009"})", 500,
       R"(...UUIDs with the prefix "00000000-0000-0000-0000-0000000000" are reserved)", "", all},
      {"PUT /v1/acl/token", R"({"ServiceIdentities": [{}]})", 500, no_service, "", all},
      {"PUT /v1/acl/token", R"({"ServiceIdentities": [{"ServiceName": "A"}]})", 500,
       R"(...Service identity "A" has an invalid name. Only lowercase alphanumeric)", "", all},
      {"PUT /v1/acl/token", R"({"Local": true, "ServiceIdentities": [{"ServiceName": "a", "Datacenters": ["dc1"]}]})",
       500, R"(Service identity "a" cannot specify a list of datacenters on a local token)", "", all},
      {"PUT /v1/acl/token", R"({"NodeIdentities": [{"NodeName": "n"}]})", 500,
       "Node identity is missing the datacenter field on this token", "", all},
      {"PUT /v1/acl/token", R"({"TemplatedPolicies": [{"TemplateName": "none"}]})", 500,
       R"(...no such ACL templated policy with Name "none")", "", all},
      {"PUT /v1/acl/token", R"({"ExpirationTTL": "-1s"})", 500, "Token Expiration TTL '-1s' should be > 0", "", all},
      {"PUT /v1/acl/token", R"({"ExpirationTTL": "1s"})", 500,
       "ExpirationTime cannot be less than 1m0s in the future (was 1s)", "", all},
      {"PUT /v1/acl/token", R"({"ExpirationTTL": "x"})", 400, R"(...time: invalid duration "x")", "", all},
      {"PUT /v1/acl/token", R"({"AuthMethod": "x"})", 500, "AuthMethod field is disallowed outside of login", "", all},
      {"PUT /v1/acl/token/" + unknown_id, "{}", 500, "Cannot find token \"" + unknown_id + "\"", "", all},
      {"PUT /v1/acl/token/" + unknown_id, R"({"AccessorID": "x"})", 400,
       "Token Accessor ID in URL and payload do not match", "", all},
      {"PUT /v1/acl/token/" + unknown_id + "/clone", "{}", 403, "token does not exist: ACL not found", "", all},
      {"PUT /v1/acl/token/x/clone", "", 400, "Token decoding failed: EOF", "", all},
      {"DELETE /v1/acl/token/x", "", 500, "Accessor ID is missing or an invalid UUID", "", all},
      {"DELETE /v1/acl/token/" + unknown_id, "", 404, "Cannot find token to delete", "", all},
      {"DELETE /v1/acl/token/00000000-0000-0000-0000-000000000002", "", 500,
       "Delete operation not permitted on the anonymous token", "", all},
      {"PUT /v1/acl/token", "{}", 403, "...lacks permission 'acl:write'", "", R"(acl = "read")"},
      {"GET /v1/acl/tokens", "", 200, R"(..."SecretID":"\u003chidden\u003e")", "", R"(acl = "read")"},
  });
}

TEST_CASE("roles and templated policies say what is wrong with them") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/acl/role", "", 400, "Role decoding failed: EOF", "", all},
      {"PUT /v1/acl/role", "{}", 500, "Invalid Role: no Name is set", "", all},
      {"PUT /v1/acl/role", R"({"Name": "a/b"})", 500,
       "Invalid Role: invalid Name. Only alphanumeric characters, '-' and '_' are allowed", "", all},
      {"PUT /v1/acl/role", R"({"Name": "r", "Policies": [{"Name": "none"}]})", 500,
       R"(No such ACL policy with name "none")", "", all},
      {"PUT /v1/acl/role/" + unknown_id, R"({"Name": "r"})", 500, "cannot find role " + unknown_id, "", all},
      {"PUT /v1/acl/role/" + unknown_id, R"({"Name": "r", "ID": "x"})", 400, "Role ID in URL and payload do not match",
       "", all},
      {"DELETE /v1/acl/role/" + unknown_id, "", 404, "Cannot find role to delete", "", all},
      {"GET /v1/acl/roles", "", 200, "[]", "X-Consul-Knownleader: true", all},
      {"GET /v1/acl/templated-policy/name/none", "", 400, "Invalid templated policy Name: none", "", all},
      {"GET /v1/acl/templated-policy/name/", "", 400, "Missing templated policy Name", "", all},
      {"GET /v1/acl/templated-policy/name/builtin/dns", "", 200, R"(..."TemplateName":"builtin/dns")", "", all},
      {"POST /v1/acl/templated-policy/preview/none", "{}", 400, R"(templated policy "none" does not exist)", "", all},
      {"POST /v1/acl/templated-policy/preview/builtin/service", R"({"Name": "A"})", 400,
       R"(...validation error for templated policy: "builtin/service": )", "", all},
      {"POST /v1/acl/templated-policy/preview/builtin/service", "", 400, "Failed to decode request body: EOF", "", all},
      {"POST /v1/internal/acl/authorize", R"([{"Resource": "frob", "Access": "read"}])", 400,
       R"(Invalid ACL resource requested: "frob")", "", all},
      {"POST /v1/internal/acl/authorize", R"([{"Resource": "key", "Segment": "a", "Access": "write"}])", 200,
       R"([{"Resource":"key","Segment":"a","Access":"write","Allow":false}])", "", R"(key "a" { policy = "read" })"},
  });
}
