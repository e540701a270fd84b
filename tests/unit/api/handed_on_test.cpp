#include "endpoint_stage.hpp"
#include "frontends/api/forwarded_requests.hpp"

using namespace praetor;
using namespace praetor::api;

TEST_CASE("what applies a write does not make the answer for the agent that handed it on") {
  endpoint_stage s(endpoint_stage::access::open);
  auto server = make_request_server(s.environment(), s.routes());
  remote_request r;
  r.method = "PUT";
  r.path = "/v1/kv/a";
  r.body = "one";
  r.remote_address = "127.0.0.1";
  r.requester.node = "other";
  std::optional<remote_answer> got;
  auto done = [&](remote_answer a) {
    CHECK_FALSE(s.applying);
    got = std::move(a);
  };
  SECTION("an open server answers") {
    auto cancel = server->serve(r, 1, std::chrono::seconds(1), done);
    s.run();
    REQUIRE(got);
    CHECK(got->status == 200);
    CHECK(got->body == "true");
    CHECK(s.proposed.size() == 1);
  }
  SECTION("a request that this agent makes itself is answered likewise") {
    auto cancel = server->serve_own(r, std::chrono::seconds(1), done);
    s.run();
    REQUIRE(got);
    CHECK(got->body == "true");
  }
  SECTION("a closed one asks no endpoint and answers nothing") {
    server->close();
    auto cancel = server->serve(r, 1, std::chrono::seconds(1), done);
    s.run();
    CHECK_FALSE(got);
    CHECK(s.proposed.empty());
  }
  server->close();
}
