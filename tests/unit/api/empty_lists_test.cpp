#include "endpoint_stage.hpp"

using namespace praetor::api;

TEST_CASE("a list of nothing is an empty list, a map of nothing an empty map") {
  struct row {
    const char* target;
    const char* body;
  };
  endpoint_stage s;
  for (const auto& [target, body] : std::vector<row>{
           {"/v1/catalog/nodes", "[]"},
           {"/v1/catalog/nodes?node-meta=a:b", "[]"},
           {"/v1/catalog/services", "{}"},
           {"/v1/catalog/services?node-meta=a:b", "{}"},
           {"/v1/catalog/service/none", "[]"},
           {"/v1/catalog/connect/none", "[]"},
           {"/v1/catalog/node/none", "null"},
           {"/v1/catalog/node-services/none", R"({"Node":null,"Services":null})"},
           {"/v1/health/node/none", "[]"},
           {"/v1/health/checks/none", "[]"},
           {"/v1/health/state/any", "[]"},
           {"/v1/health/service/none", "[]"},
           {"/v1/health/connect/none", "[]"},
           {"/v1/kv/?keys", "[]"},
           {"/v1/session/list", "[]"},
           {"/v1/session/node/none", "[]"},
           {"/v1/session/info/99999999-9999-9999-9999-999999999999", "[]"},
           {"/v1/event/list", "[]"},
           {"/v1/coordinate/nodes", "[]"},
           {"/v1/agent/services", "{}"},
           {"/v1/agent/checks", "{}"},
           {"/v1/acl/roles", "[]"},
           {"/v1/acl/roles?policy=99999999-9999-9999-9999-999999999999", "[]"},
           {"/v1/acl/tokens?policy=99999999-9999-9999-9999-999999999999", "[]"},
           {"/v1/acl/tokens?role=99999999-9999-9999-9999-999999999999", "[]"},
           {"/v1/acl/tokens?authmethod=none", "[]"},
           {"/v1/acl/tokens?servicename=none", "[]"},
       }) {
    INFO(target);
    auto a = s.get(target, s.root());
    CHECK(a.status == 200);
    CHECK(a.body == body);
  }
}
