#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("a service definition that can't be is refused, and the registry never sees it") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/agent/service/register", "", 400, "Request decode failed: EOF"},
      {"PUT /v1/agent/service/register", "[]", 400, "...json: cannot unmarshal array into Go value of type"},
      {"PUT /v1/agent/service/register", "{}", 400, "Missing service name"},
      {"PUT /v1/agent/service/register", R"({"Frob": 1})", 400, R"(Request decode failed: json: unknown field "Frob")"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Port": 1.5})", 400,
       "...json: cannot unmarshal number 1.5 into Go struct field"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Port": 1e400})", 400,
       "...json: cannot unmarshal number 1e400 into Go struct field"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Tags": "x"})", 400, "...cannot unmarshal string"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Address": "0.0.0.0"})", 400, "Invalid service address"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Meta": {"a b": "c"}})", 400,
       "Invalid Service Meta: Couldn't load metadata pair ('a b', 'c'): Key contains invalid characters"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Weights": {"Passing": 0, "Warning": 1}})", 400,
       "Invalid Weights: Passing must be greater than 0"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Check": {"TTL": "x"}})", 400,
       R"(Request decode failed: time: invalid duration "x")"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Check": {"TTL": "1s", "Interval": "1s"}})", 400,
       "...Interval and TTL cannot both be specified"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Check": {"TTL": "1s", "Status": "frob"}})", 400,
       "Status for checks must 'passing', 'warning', 'critical'"},
      {"PUT /v1/agent/service/register", R"({"Name": "s", "Kind": "connect-proxy"})", 400,
       "...Port or SocketPath must be set for a connect-proxy"},
      {"PUT /v1/agent/service/register?ns=x", R"({"Name": "s"})", 400, "...\"ns\" - Namespaces are a"},
      {"GET /v1/agent/service/register", "", 405, "method GET not allowed", "Allow: OPTIONS,PUT"},
  });
  CHECK(s.services.empty());
}

TEST_CASE("a check definition that can't be is refused, and the registry never sees it") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/agent/check/register", "", 400, "Request decode failed: EOF"},
      {"PUT /v1/agent/check/register", "{}", 400, "Missing check name"},
      {"PUT /v1/agent/check/register", R"({"Frob": 1})", 400, R"(Request decode failed: json: unknown field "Frob")"},
      {"PUT /v1/agent/check/register", R"({"Name": "c", "TTL": "1s", "Status": "frob"})", 400, "Bad check status"},
      {"PUT /v1/agent/check/register", R"({"Name": "c"})", 400, "Invalid check: TTL must be > 0 for TTL checks"},
      {"PUT /v1/agent/check/register", R"({"Name": "c", "HTTP": "http://a"})", 400,
       "Invalid check: Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks"},
      {"PUT /v1/agent/check/register", R"({"Name": "c", "TTL": "1s", "OutputMaxSize": -1})", 400,
       "Invalid check: MaxOutputMaxSize must be positive"},
      {"PUT /v1/agent/check/register", R"({"Name": "c", "TTL": "1s", "ServiceID": "none"})", 404,
       R"(ServiceID "none" does not exist)"},
      {"PUT /v1/agent/check/update/none", R"({"Status": "frob"})", 400, "Invalid check status: 'frob'"},
      {"PUT /v1/agent/check/update/none", R"({"Status": "Passing"})", 400, "Invalid check status: 'Passing'"},
      {"PUT /v1/agent/check/update/none", R"({"Status": 5})", 400, "...cannot unmarshal number into Go struct field"},
      {"PUT /v1/agent/check/update/none", R"({"Status": "passing", "Frob": 1})", 400, R"(...unknown field "Frob")"},
      {"PUT /v1/agent/check/update/none", R"({"Status": "passing"})", 404,
       R"(Unknown check ID "none". Ensure that the check ID is passed, not the check name.)"},
      {"PUT /v1/agent/check/pass/none", "", 404, R"(...Unknown check ID "none".)"},
      {"PUT /v1/agent/check/warn/", "", 404, R"(...Unknown check ID "".)"},
      {"POST /v1/agent/check/pass/none", "", 405, "method POST not allowed", "Allow: OPTIONS,PUT"},
  });
  CHECK(s.checks.empty());
}

TEST_CASE("maintenance is switched by a parameter that says true or false") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/agent/maintenance", "", 400, "Missing value for enable"},
      {"PUT /v1/agent/maintenance?enable=", "", 400, R"(Invalid value for enable: "")"},
      {"PUT /v1/agent/maintenance?enable=yes", "", 400, R"(Invalid value for enable: "yes")"},
      {"PUT /v1/agent/maintenance?enable=tRUE", "", 400, R"(Invalid value for enable: "tRUE")"},
      {"PUT /v1/agent/maintenance?enable=x&enable=true", "", 400, R"(Invalid value for enable: "x")"},
      {"PUT /v1/agent/service/maintenance/?enable=true", "", 400, "Missing service ID"},
      {"PUT /v1/agent/service/maintenance/none", "", 400, "Missing value for enable"},
      {"PUT /v1/agent/service/maintenance/none?enable=true", "", 404, R"(...Unknown service ID "none".)"},
      {"PUT /v1/agent/service/deregister/", "", 404, R"(...Unknown service ID "".)"},
  });
  CHECK(s.changes.empty());
}

TEST_CASE("the health of the agent's own services comes as JSON unless text is what the client prefers") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"GET /v1/agent/health/service/id/none", "", 404,
       R"({"AggregatedStatus":"critical","Service":null,"Checks":null})", "X-Consul-Reason: ServiceId none not found"},
      {"GET /v1/agent/health/service/id/none?format=text", "", 404, "ServiceId none not found",
       "Content-Type: text/plain"},
      {"GET /v1/agent/health/service/id/none?format=TEXT", "", 404, "...AggregatedStatus"},
      {"GET /v1/agent/health/service/id/none", "", 404, "ServiceId none not found", "", "", "accept: text/plain"},
      {"GET /v1/agent/health/service/id/none", "", 404, "ServiceId none not found", "", "", "accept: text/plain; q=1"},
      {"GET /v1/agent/health/service/id/none", "", 404, "...AggregatedStatus", "", "", "accept: text/html, text/plain"},
      {"GET /v1/agent/health/service/name/none", "", 404, "[]", "X-Consul-Reason: ServiceName none Not Found"},
      {"GET /v1/agent/health/service/name/none", "", 404, "[]", "", "", "accept: */*"},
      {"GET /v1/agent/health/service/id/", "", 500, "Missing serviceID"},
      {"GET /v1/agent/health/service/name/", "", 500, "Missing service Name"},
      {"GET /v1/agent/service/none", "", 404, "unknown service ID: none", "!X-Consul-Index"},
      {"GET /v1/agent/service/none?dc=nowhere", "", 404, "unknown service ID: none"},
      {"GET /v1/agent/service/none?hash=x&wait=x", "", 400, "Invalid wait time"},
      {"GET /v1/agent/services?filter=Nope==x", "", 500, R"(...Failed to create boolean expression evaluator: )"},
      {"GET /v1/agent/checks?filter=Nope==x", "", 200, "{}"},
      {"GET /v1/agent/members?segment=x", "", 500, "Network segments are not supported in this version of Consul"},
      {"GET /v1/agent/members?segment=x&wan=1", "", 400, "Cannot provide a segment with wan=true"},
      {"GET /v1/agent/version", "", 200, R"(..."HumanVersion":")"},
  });
}

TEST_CASE("the agent's tokens are set by name") {
  endpoint_stage s;
  s.play({
      {"PUT /v1/agent/token/frob", R"({"Token": "x"})", 404, R"(Token "frob" is unknown)", "", "*"},
      {"PUT /v1/agent/token/default", "", 400, "Request decode failed: EOF", "", "*"},
      {"PUT /v1/agent/token/default", R"({"Frob": "x"})", 400, R"(Request decode failed: json: unknown field "Frob")",
       "", "*"},
      {"PUT /v1/agent/token/dns", R"({"Token": 5})", 400, "...cannot unmarshal number into Go struct field", "", "*"},
      {"PUT /v1/agent/token/dns", R"({"Token": "x"})", 403, "...lacks permission 'agent:write' on \"here\"", "",
       R"(agent "here" { policy = "read" })"},
      {"GET /v1/agent/token/dns", "", 405, "method GET not allowed", "Allow: OPTIONS,PUT"},
      {"GET /v1/agent/self", "", 403, "...lacks permission 'agent:read' on \"here\"", "!X-Consul-Index",
       R"(agent "other" { policy = "read" })"},
      {"GET /v1/agent/host", "", 403, "...lacks permission 'operator:read'", "",
       R"(agent "here" { policy = "write" })"},
      {"GET /v1/agent/metrics", "", 403, "...lacks permission 'agent:read'", "", R"(operator = "write")"},
      {"PUT /v1/agent/reload", "", 403, "...lacks permission 'agent:write'", "", R"(agent "here" { policy = "read" })"},
      {"GET /v1/agent/members", "", 200, "[]", "", R"(agent "here" { policy = "read" })"},
  });
}
