#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("a registration that can't be stored is refused with what is wrong") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/catalog/register", "", 400, "Request decode failed: EOF"},
      {"PUT /v1/catalog/register", "[]", 400,
       "...json: cannot unmarshal array into Go value of type structs.RegisterRequest"},
      {"PUT /v1/catalog/register", R"({"Node": 5})", 400,
       "Request decode failed: json: cannot unmarshal number into Go struct field RegisterRequest.Node of type string"},
      {"PUT /v1/catalog/register", R"({"Frob": 1})", 400, R"(Request decode failed: json: unknown field "Frob")"},
      {"PUT /v1/catalog/register", R"({"Namespace": "x"})", 400,
       R"(Request decode failed: json: unknown field "Namespace" - Namespaces are a Consul Enterprise feature)"},
      {"PUT /v1/catalog/register", "{}", 500, "Must provide node"},
      {"PUT /v1/catalog/register", R"({"Node": "n"})", 500, "Must provide address if SkipNodeUpdate is not set"},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "ID": "x"})", 500,
       "Bad node ID: uuid string is wrong length"},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Datacenter": "x"})", 500,
       "No path to datacenter"},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Service": {"ID": "s"}})", 500,
       "Must provide service name (Service.Service) when service ID is provided"},
      {"PUT /v1/catalog/register",
       R"({"Node": "n", "Address": "1.1.1.1", "Service": {"Service": "s", "Address": "::"}})", 500,
       "Invalid service address"},
      {"PUT /v1/catalog/register",
       R"({"Node": "n", "Address": "1.1.1.1", "Service": {"Service": "s", "Kind": "mesh-gateway"}})", 500,
       "1 error occurred:\n\t* Port must be non-zero for a mesh-gateway\n\n"},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Check": {"Node": "m", "CheckID": "c"}})",
       500, "Node 'm' for check 'c' doesn't match register request node 'n'"},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Check": {}})", 500,
       R"(failed inserting check on node "n": failed health check lookup: index error: object is missing a value for this index)"},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Check": {"Definition": {"Interval": "x"}}})",
       400, R"(Request decode failed: time: invalid duration "x")"},
      {"PUT /v1/catalog/register?ns=x", "{}", 400, "...\"ns\" - Namespaces are a Consul Enterprise feature"},
      {"DELETE /v1/catalog/register", "", 405, "method DELETE not allowed", "Allow: OPTIONS,PUT"},
  });
  CHECK(s.proposed.empty());
}

TEST_CASE("nothing is registered as imported from a peer") {
  endpoint_stage s(endpoint_stage::access::open);
  const std::string why = "cannot register requests with PeerName in them";
  s.play({
      {"PUT /v1/catalog/register", R"({"PeerName": "p"})", 500, why},
      {"PUT /v1/catalog/register",
       R"({"Node": "n", "Address": "1.1.1.1", "Service": {"Service": "s", "PeerName": "p"}})", 500, why},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Check": {"Name": "c", "PeerName": "p"}})",
       500, why},
      {"PUT /v1/catalog/register", R"({"Node": "n", "Address": "1.1.1.1", "Checks": [{"Name": "c", "PeerName": "p"}]})",
       500, why},
  });
  CHECK(s.proposed.empty());
}

TEST_CASE("what is registered is read back in each form, and filtered") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/catalog/register",
       R"({"Node": "n1", "Address": "1.1.1.1", "NodeMeta": {"a": "b:c"}, "Service": {"Service": "web", "Tags": ["V1", "x"],
           "Port": 80}, "Check": {"CheckID": "c", "ServiceID": "web", "Status": "passing"}})",
       200, "true"},
      {"PUT /v1/catalog/register", R"({"Node": "n2", "Address": "1.1.1.2", "Service": {"ID": "w", "Service": "web"}})",
       200, "true"},
      {"GET /v1/catalog/datacenters", "", 200, R"(["dc1"])", "!X-Consul-Index"},
      {"GET /v1/catalog/nodes?node-meta=a:b:c", "", 200, R"(..."Node":"n1")", "X-Consul-Effective-Consistency: leader"},
      {"GET /v1/catalog/nodes?node-meta=a:b", "", 200, "[]"},
      {"GET /v1/catalog/nodes?node-meta=a", "", 200, "[]"},
      {"GET /v1/catalog/nodes?node-meta=a:b:c&node-meta=d:e", "", 200, "[]"},
      {"GET /v1/catalog/nodes?stale", "", 200, "...", "X-Consul-Effective-Consistency: stale"},
      {"GET /v1/catalog/nodes?max_stale=1s", "", 200, "...", "X-Consul-Effective-Consistency: stale"},
      {"GET /v1/catalog/nodes?max_stale=-1s", "", 200, "...", "X-Consul-Effective-Consistency: leader"},
      {"GET /v1/catalog/service/web?tag=v1&tag=X", "", 200, R"(..."Node":"n1")"},
      {"GET /v1/catalog/service/web?tag=v1&tag=y", "", 200, "[]"},
      {"GET /v1/catalog/service/web?cached", "", 200, "...", "X-Cache: MISS"},
      {"GET /v1/catalog/service/web?near=nobody", "", 200, R"(..."ServiceID":"w")"},
      {"GET /v1/catalog/service/none", "", 200, "[]"},
      {"GET /v1/catalog/connect/web", "", 200, "[]"},
      {"GET /v1/catalog/node/none", "", 200, "null"},
      {"GET /v1/catalog/node-services/none", "", 200, R"({"Node":null,"Services":null})"},
      {"GET /v1/catalog/node-services/n1", "", 200, R"(..."Services":[{"ID":"web")"},
      {"PUT /v1/catalog/register", R"({"Node": "bare", "Address": "1.1.1.3"})", 200, "true"},
      {"GET /v1/catalog/node-services/bare", "", 200, R"(..."Services":null})"},
      {"GET /v1/catalog/node-services/bare?filter=Service==x", "", 200, R"(..."Services":[]})"},
      {"GET /v1/catalog/node/bare", "", 200, R"(..."Services":{}})"},
      {"GET /v1/catalog/node/n1", "", 200, R"(..."Services":{"web":{"ID":"web")"},
      {"GET /v1/catalog/service/", "", 400, "Missing service name"},
      {"GET /v1/catalog/connect/", "", 400, "Missing service name"},
      {"GET /v1/catalog/node/", "", 400, "Missing node name"},
      {"GET /v1/catalog/node-services/", "", 400, "Missing node name"},
      {"GET /v1/catalog/nodes?filter=(", "", 500,
       "...Failed to create boolean expression evaluator: ", "X-Consul-Index: 1"},
      {"GET /v1/catalog/nodes?filter=Nope==x", "", 500,
       R"(Failed to create boolean expression evaluator: Selector "Nope" is not valid)"},
      {"GET /v1/catalog/nodes?ns=x", "", 200, "..."},
      {"GET /v1/catalog/nodes?partition=x", "", 400, "...\"partition\" - Partitions are a Consul Enterprise feature"},
      {"GET /v1/catalog/services?ns=x", "", 400, "...\"ns\" - Namespaces are a Consul Enterprise feature"},
      {"GET /v1/catalog/nodes?dc=nowhere", "", 500, "No path to datacenter", "X-Consul-Knownleader: false"},
      {"GET /v1/catalog/nodes?index=x", "", 400, "Invalid index", "!X-Consul-Index"},
  });
}

TEST_CASE("a node whose name changes its letters alone keeps its services and checks") {
  endpoint_stage s(endpoint_stage::access::open);
  const std::string id = R"("ID": "70000000-0000-0000-0000-000000000001")";
  s.play({
      {"PUT /v1/catalog/register",
       R"({"Node": "Upper", "Address": "1.1.1.1", "Service": {"Service": "up"},
           "Check": {"Name": "c5", "ServiceID": "up"}, )" +
           id + "}",
       200, "true"},
      {"PUT /v1/catalog/register", R"({"Node": "upper", "Address": "2.2.2.2", )" + id + "}", 200, "true"},
      {"GET /v1/catalog/node/UPPER", "", 200, R"(..."Node":"upper","Address":"2.2.2.2")"},
      {"GET /v1/catalog/service/up", "", 200, R"(..."ServiceID":"up")"},
      {"GET /v1/health/checks/up", "", 200, R"(..."CheckID":"c5")"},
  });
}

TEST_CASE("removing what is named by half is refused, and what is not there is unknown") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/catalog/register", R"({"Node": "n3", "Address": "1.1.1.1", "Service": {"Service": "s3"},
                                       "Check": {"Name": "c3", "ServiceID": "s3"}})",
       200, "true"},
      {"PUT /v1/catalog/register",
       R"({"Node": "n3", "Address": "1.1.1.1", "Check": {"Name": "c4", "ServiceID": "S3"}})", 500,
       "Unknown service ID 'S3' for check ID 'c4'"},
      {"PUT /v1/catalog/deregister", "", 400, "Request decode failed: EOF"},
      {"PUT /v1/catalog/deregister", "{}", 500, "Must provide node"},
      {"PUT /v1/catalog/deregister", R"({"Node": "n3", "Datacenter": "x"})", 500, "No path to datacenter"},
      {"PUT /v1/catalog/deregister", R"({"Node": "n3", "Frob": 1})", 400,
       R"(Request decode failed: json: unknown field "Frob")"},
      {"PUT /v1/catalog/deregister", R"({"Node": "none"})", 200, "true"},
      {"PUT /v1/catalog/deregister", R"({"Node": "n3", "CheckID": "c3"})", 200, "true"},
      {"GET /v1/health/checks/s3", "", 200, "[]"},
      {"PUT /v1/catalog/deregister", R"({"Node": "n3", "ServiceID": "s3"})", 200, "true"},
      {"GET /v1/catalog/service/s3", "", 200, "[]"},
      {"PUT /v1/catalog/deregister", R"({"Node": "n3"})", 200, "true"},
      {"GET /v1/catalog/node/n3", "", 200, "null"},
  });
}

TEST_CASE("whoever may not read a service is told of no proxy of it") {
  endpoint_stage s;
  const std::string proxies = R"(node_prefix "" { policy = "read" } service "p" { policy = "read" })",
                    both = proxies + R"( service "web" { policy = "read" })";
  s.play({
      {"PUT /v1/catalog/register",
       R"({"Node": "n", "Address": "1.1.1.1", "Service": {"Service": "p", "Kind": "connect-proxy", "Port": 1,
                                                          "Proxy": {"DestinationServiceName": "web"}}})",
       200, "true", "", "*"},
      {"GET /v1/catalog/connect/web", "", 200, R"(..."ServiceName":"p")", "X-Consul-Knownleader: true", both},
      {"GET /v1/catalog/connect/web", "", 200, "[]", "X-Consul-Knownleader: false", proxies},
      {"GET /v1/catalog/connect/web", "", 200, "[]", "X-Consul-Index: 1", proxies},
      {"GET /v1/catalog/connect/web", "", 200, "[]", "!X-Consul-Results-Filtered-By-Acls", proxies},
      {"GET /v1/catalog/service/p", "", 200, R"(..."ServiceName":"p")", "", proxies},
      {"GET /v1/health/connect/web", "", 403, "Permission denied", "", proxies},
  });
}
