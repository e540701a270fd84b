#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("coordinates are taken as they are given, or not at all") {
  endpoint_stage s(endpoint_stage::access::open);
  const std::string origin = R"("Coord": {"Vec": [0,0,0,0,0,0,0,0]})";
  s.play({
      {"PUT /v1/coordinate/update", R"({"Node": "here", )" + origin + "}", 200, ""},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Datacenter": "dc1", )" + origin + "}", 200, ""},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Datacenter": "x", )" + origin + "}", 500,
       "No path to datacenter"},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Coord": {}})", 500, "incompatible coordinate"},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Coord": {"Vec": [0,0,0]}})", 500, "incompatible coordinate"},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Coord": {"Vec": ["NaN"]}})", 400,
       "...cannot unmarshal string into Go struct field Coordinate.Coord.Vec of type float64"},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Coord": {"Vec": [1e400,0,0,0,0,0,0,0]}})", 400,
       "...cannot unmarshal number 1e400 into Go struct field"},
      {"PUT /v1/coordinate/update", R"({"Node": 5})", 400,
       "...cannot unmarshal number into Go struct field CoordinateUpdateRequest.Node of type string"},
      {"PUT /v1/coordinate/update", R"({"Node": "here", "Partition": "x"})", 400,
       R"(Request decode failed: json: unknown field "Partition")"},
      {"PUT /v1/coordinate/update", "", 400, "Request decode failed: EOF"},
      {"GET /v1/coordinate/node/none", "", 404, "", "!X-Consul-Index"},
      {"GET /v1/coordinate/nodes?segment=x", "", 200, "[]", "X-Consul-Knownleader: true"},
      {"GET /v1/coordinate/datacenters", "", 200, R"(..."AreaID":"wan")", "!X-Consul-Index"},
      {"GET /v1/coordinate/update", "", 405, "method GET not allowed", "Allow: OPTIONS,PUT"},
  });
}
