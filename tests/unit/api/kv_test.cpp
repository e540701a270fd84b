#include "endpoint_stage.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("a key is written, read, compared and deleted") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"GET /v1/kv/a", "", 404, "", "X-Consul-Index: 1"},
      {"GET /v1/kv/a?raw", "", 404, "", "X-Consul-Knownleader: true"},
      {"PUT /v1/kv/a?flags=18446744073709551615", "one", 200, "true"},
      {"GET /v1/kv/a", "", 200, R"(..."Key":"a","Flags":18446744073709551615,"Value":"b25l")",
       "X-Consul-Query-Backend: blocking-query"},
      {"GET /v1/kv/a", "", 200, "...", "!X-Consul-Effective-Consistency"},
      {"GET /v1/kv/a?raw", "", 200, "one", "X-Content-Type-Options: nosniff"},
      {"GET /v1/kv/a?raw=false", "", 200, "one", "Content-Security-Policy: sandbox"},
      {"GET /v1/kv/a?recurse&raw", "", 200, R"(..."Value":"b25l")", "Content-Type: application/json"},
      {"PUT /v1/kv/a?cas=0", "two", 200, "false"},
      {"PUT /v1/kv/b?cas=7", "two", 200, "false"},
      {"PUT /v1/kv/b?cas=00", "two", 200, "true"},
      {"PUT /v1/kv/b", "", 200, "true"},
      {"GET /v1/kv/b", "", 200, R"(..."Value":null)"},
      {"GET /v1/kv/b?raw", "", 200, ""},
      {"GET /v1/kv/?keys", "", 200, R"(["a","b"])"},
      {"DELETE /v1/kv/a?cas=0", "", 200, "false"},
      {"DELETE /v1/kv/none?cas=5", "", 200, "true"},
      {"DELETE /v1/kv/a", "", 200, "true"},
      {"DELETE /v1/kv/?recurse", "", 200, "true"},
      {"GET /v1/kv/?keys", "", 200, "[]"},
      {"GET /v1/kv/none?keys", "", 404, ""},
      {"GET /v1/kv/?recurse", "", 404, ""},
  });
}

TEST_CASE("keys are folded at the first separator behind the prefix") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/kv/t/a", "", 200, "true"},
      {"PUT /v1/kv/t/b/1", "", 200, "true"},
      {"PUT /v1/kv/t/b/2", "", 200, "true"},
      {"PUT /v1/kv/tt", "", 200, "true"},
      {"GET /v1/kv/t?keys&separator=/", "", 200, R"(["t/","tt"])"},
      {"GET /v1/kv/t/?keys&separator=/", "", 200, R"(["t/a","t/b/"])"},
      {"GET /v1/kv/t/?keys&seperator=/", "", 200, R"(["t/a","t/b/"])"},
      {"GET /v1/kv/t/?keys&separator=", "", 200, R"(["t/a","t/b/1","t/b/2"])"},
      {"GET /v1/kv/t/?keys&separator=b/1", "", 200, R"(["t/a","t/b/1","t/b/2"])"},
      {"GET /v1/kv/t/b/1?keys", "", 200, R"(["t/b/1"])"},
      {"GET /v1/kv/t/?recurse&keys", "", 200, R"(["t/a","t/b/1","t/b/2"])"},
      {"DELETE /v1/kv/t/b?recurse", "", 200, "true"},
      {"GET /v1/kv/t?keys", "", 200, R"(["t/a","tt"])"},
  });
}

TEST_CASE("parameters of a write that make no sense are refused, and nothing is written") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/kv/a?flags=x", "v", 500, R"(strconv.ParseUint: parsing "x": invalid syntax)"},
      {"PUT /v1/kv/a?flags=-1", "v", 500, R"(strconv.ParseUint: parsing "-1": invalid syntax)"},
      {"PUT /v1/kv/a?flags=+1", "v", 500, "..."},
      {"PUT /v1/kv/a?flags=1e3", "v", 500, R"(strconv.ParseUint: parsing "1e3": invalid syntax)"},
      {"PUT /v1/kv/a?flags=0x10", "v", 500, R"(strconv.ParseUint: parsing "0x10": invalid syntax)"},
      {"PUT /v1/kv/a?flags=1_0", "v", 500, R"(strconv.ParseUint: parsing "1_0": invalid syntax)"},
      {"PUT /v1/kv/a?flags=NaN", "v", 500, R"(strconv.ParseUint: parsing "NaN": invalid syntax)"},
      {"PUT /v1/kv/a?flags=18446744073709551616", "v", 500,
       R"(strconv.ParseUint: parsing "18446744073709551616": value out of range)"},
      {"PUT /v1/kv/a?flags=x&cas=y", "v", 500, R"(strconv.ParseUint: parsing "x": invalid syntax)"},
      {"PUT /v1/kv/a?cas=", "v", 500, R"(strconv.ParseUint: parsing "": invalid syntax)"},
      {"PUT /v1/kv/a?cas=1&acquire=x", "v", 400, "Conflicting flags: acquire=x&cas=1\n"},
      {"PUT /v1/kv/a?release=&acquire=", "v", 400, "Conflicting flags: acquire=&release=\n"},
      {"PUT /v1/kv/a?acquire=", "v", 500, "raft apply failed: missing session"},
      {"PUT /v1/kv/a?acquire=x", "v", 500, R"(raft apply failed: invalid session "x")"},
      {"PUT /v1/kv/a?release=x", "v", 200, "false"},
      {"PUT /v1/kv/a?dc=nowhere", "v", 500, "No path to datacenter"},
      {"PUT /v1/kv/a?ns=x", "v", 400, "...\"ns\" - Namespaces are a Consul Enterprise feature"},
      {"PUT /v1/kv/a?partition=x", "v", 400, "...\"partition\" - Partitions are a Consul Enterprise feature"},
      {"PUT /v1/kv/", "v", 400, "Missing key name"},
      {"DELETE /v1/kv/", "", 400, "Missing key name"},
      {"DELETE /v1/kv/a?cas=1&recurse", "", 400, "Conflicting flags: cas=1&recurse=\n"},
      {"GET /v1/kv/", "", 400, "Missing key name"},
      {"GET /v1/kv/a?index=-1", "", 400, "Invalid index"},
      {"GET /v1/kv/a?index=18446744073709551616", "", 400, "Invalid index"},
      {"GET /v1/kv/a?wait=NaN", "", 400, "Invalid wait time"},
      {"GET /v1/kv/a?stale&consistent", "", 400, "Cannot specify ?stale with ?consistent, conflicting semantics."},
      {"GET /v1/kv/a?max_stale=x", "", 400, R"(Invalid max_stale value "x")", "!X-Consul-Index"},
      {"PATCH /v1/kv/a", "", 405, "method PATCH not allowed", "Allow: OPTIONS,GET,PUT,DELETE"},
      {"GET /v1/kv/?keys", "", 200, "[]"},
  });
}

TEST_CASE("of a parameter that is given twice the first counts") {
  endpoint_stage s(endpoint_stage::access::open);
  s.play({
      {"PUT /v1/kv/a?flags=2&flags=x", "v", 200, "true"},
      {"GET /v1/kv/a?index=1&index=x", "", 200, R"(..."Flags":2)"},
      {"GET /v1/kv/a?dc=dc1&dc=nowhere", "", 200, "..."},
      {"GET /v1/kv/a?dc=nowhere&dc=dc1", "", 500, "No path to datacenter"},
      {"GET /v1/kv/a?datacenter=dc1&dc=nowhere", "", 200, "..."},
      {"GET /v1/kv/a?ns=&ns=x", "", 200, "..."},
  });
}

TEST_CASE("a value may be as long as its limit") {
  endpoint_stage s(endpoint_stage::access::open);
  auto limit = s.environment().config()->kv_max_value_size;
  s.play({
      {"PUT /v1/kv/a", std::string(limit, 'x'), 200, "true"},
      {"PUT /v1/kv/a", std::string(limit + 1, 'x'), 413, "...too large, max size: " + std::to_string(limit)},
  });
}

TEST_CASE("keys that a token may not read are denied by name and left out of lists") {
  endpoint_stage s;
  s.write_anonymous_token();
  const std::string only_a = R"(key "a" { policy = "read" })", below_a = R"(key_prefix "a" { policy = "write" })";
  s.play({
      {"PUT /v1/kv/a", "1", 200, "true", "X-Consul-Default-Acl-Policy: deny", "*"},
      {"PUT /v1/kv/ab", "1", 200, "true", "", "*"},
      {"PUT /v1/kv/b", "1", 200, "true", "", "*"},
      {"GET /v1/kv/a", "", 403,
       "Permission denied: anonymous token lacks permission 'key:read' on \"a\". The anonymous token is used "
       "implicitly "
       "when a request does not specify a token.",
       "!X-Consul-Index"},
      {"GET /v1/kv/b", "", 403, "...lacks permission 'key:read' on \"b\"", "", only_a},
      {"GET /v1/kv/a", "", 200, "...", "!X-Consul-Results-Filtered-By-Acls", only_a},
      {"GET /v1/kv/?keys", "", 200, R"(["a"])", "X-Consul-Results-Filtered-By-Acls: true", only_a},
      {"GET /v1/kv/?recurse", "", 404, "", "!X-Consul-Results-Filtered-By-Acls"},
      {"GET /v1/kv/b?recurse", "", 404, "", "X-Consul-Results-Filtered-By-Acls: true", only_a},
      {"PUT /v1/kv/a", "2", 403, "...lacks permission 'key:write' on \"a\"", "", only_a},
      {"PUT /v1/kv/a", "2", 200, "true", "", below_a},
      {"DELETE /v1/kv/?recurse", "", 403, "...lacks permission 'key:write'", "", below_a},
      {"DELETE /v1/kv/a?recurse", "", 200, "true", "", below_a},
      {"GET /v1/kv/?keys", "", 200, R"(["b"])", "", "*"},
      {"GET /v1/kv/b", "", 403, "ACL not found", "", "", "authorization: bearer nobody"},
      {"GET /v1/kv/b", "", 403, "...anonymous token", "", "", "authorization: Basic root"},
      {"GET /v1/kv/b", "", 200, "...", "", "", "authorization: BEARER root"},
  });
}

TEST_CASE("a read that waits for a key is woken by its change alone") {
  endpoint_stage s(endpoint_stage::access::open);
  s.put("/v1/kv/a", "1");
  auto index = std::to_string(s.get("/v1/kv/a").index());
  auto waiting = s.send("GET", "/v1/kv/a?index=" + index + "&wait=10s");
  auto absent = s.send("GET", "/v1/kv/b?index=" + index + "&wait=10s");
  s.put("/v1/kv/c", "1");
  CHECK_FALSE(waiting->answered());
  CHECK_FALSE(absent->answered());
  s.put("/v1/kv/a", "2");
  CHECK(waiting->status == 200);
  CHECK(waiting->index() > std::stoull(index));
  CHECK_FALSE(absent->answered());
  s.advance(std::chrono::seconds(20));
  CHECK(absent->status == 404);
  CHECK(s.get("/v1/kv/a?index=0&wait=10s").answered());
}
