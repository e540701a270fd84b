#include "actors/rpc/forwarded_request.hpp"
#include "health_world.hpp"
#include "protocol/config/runtime_config.hpp"

using namespace praetor;
using namespace std::chrono_literals;

namespace {

/// The agent's own endpoints, played by the test.
class played_requests final : public request_server {
public:
  struct one {
    remote_request request;
    std::function<void(remote_answer)> done;
  };
  std::vector<one> asked;
  int cancelled = 0;

  std::function<void()> serve(remote_request, std::uint32_t, nanoseconds, std::function<void(remote_answer)>) override {
    FAIL("a request of this agent was taken for one of another");
    return [] {};
  }
  std::function<void()> serve_own(remote_request request, nanoseconds,
                                  std::function<void(remote_answer)> done) override {
    asked.push_back({std::move(request), std::move(done)});
    return [this] { ++cancelled; };
  }
  void look_up(std::string, std::uint32_t, nanoseconds, std::string,
               std::function<void(expected<std::string>)>) override {}
};

struct alias_world : health_world {
  std::shared_ptr<played_requests> requests = std::make_shared<played_requests>();
  check_runner_actor runner;

  alias_world() {
    view->settings.store(std::make_shared<config::runtime_config>());
    view->requests.store(requests);
  }
  ~alias_world() { end(); }

  void begin(const std::string& service = "db") {
    check_definition d;
    d.id = "alias";
    d.alias_service = service;
    d.alias_node = "there";
    runner = start(d);
  }
  void end() {
    if (runner) health_world::end(runner);
    runner = nullptr;
  }
  const remote_request& newest() const { return requests->asked.back().request; }
  std::string parameter(const std::string& name) const {
    for (const auto& one : newest().query)
      if (one.name == name) return one.value;
    return "none";
  }
  void answer(std::string body, std::int64_t status = 200, std::uint64_t index = 7) {
    remote_answer a;
    a.status = status;
    a.body = std::move(body);
    a.meta.index = index;
    if (index > 0) a.meta.known_leader = true;
    auto done = requests->asked.back().done;
    done(std::move(a));
    run();
  }
  void expect(const std::string& status, const std::string& output) {
    REQUIRE_FALSE(results.empty());
    CHECK(results.back().status == status);
    CHECK(results.back().output == output);
  }
};

const std::string db_passes =
    R"([{"Node": "there", "CheckID": "d", "Name": "d", "Status": "passing", "ServiceID": "db"}])";
const std::string db_there = R"({"Node": {"Node": "there"}, "Services": [{"ID": "other"}, {"ID": "db"}]})";

} // namespace

TEST_CASE("an alias of another node asks with the token that it was registered with, and waits for news") {
  alias_world w;
  w.token = "secret";
  w.begin();
  REQUIRE(w.requests->asked.size() == 1);
  CHECK(w.newest().path == "/v1/health/node/there");
  CHECK(w.newest().headers.size() == 1);
  CHECK(w.newest().headers[0].name == "x-consul-token");
  CHECK(w.newest().headers[0].value == "secret");
  CHECK(w.parameter("stale") == "");
  CHECK(w.parameter("max_stale") == "15s");
  CHECK(w.parameter("index") == "none");
  w.answer(db_passes);
  w.expect("passing", "All checks passing.");
  REQUIRE(w.requests->asked.size() == 2);
  CHECK(w.parameter("index") == "7");
  CHECK(w.parameter("wait") == "60s");
  w.answer(R"([{"CheckID": "n", "Name": "n", "Status": "warning", "Output": "o"},
               {"CheckID": "x", "Name": "x", "Status": "critical", "ServiceID": "other"},
               {"CheckID": "a", "Name": "a", "Status": "critical", "Type": "alias"},
               {"CheckID": "d", "Name": "d", "Status": "passing", "ServiceID": "db"}])");
  w.expect("warning", "Aliased check \"n\" failing: o");
  w.end();
  CHECK(w.requests->cancelled == 1);
}

TEST_CASE("an alias without a token of its own asks with what is configured for all") {
  alias_world w;
  w.view->tokens.set(token_use::request, "of all", nullptr);
  w.begin();
  CHECK(w.newest().headers.at(0).value == "of all");
}

TEST_CASE("an alias passes for a service without checks, and not for one that is not there or not to be seen") {
  struct row {
    std::string service, found, status, output;
  };
  for (const auto& r : std::vector<row>{
           {"db", db_there, "passing", "No checks found."},
           {"db", R"({"Node": {"Node": "there"}, "Services": []})", "critical",
            "Service db could not be found on node there"},
           {"db", R"({"Node": null, "Services": null})", "critical", "Service db could not be found on node there"},
           {"", R"({"Node": {"Node": "there"}, "Services": []})", "passing", "No checks found."},
           {"", R"({"Node": null, "Services": null})", "critical", "Service  could not be found on node there"},
       }) {
    INFO(r.found);
    alias_world w;
    w.begin(r.service);
    w.answer("[]");
    CHECK(w.newest().path == "/v1/catalog/node-services/there");
    w.answer(r.found);
    w.expect(r.status, r.output);
    CHECK(w.newest().path == "/v1/health/node/there");
  }
}

TEST_CASE("an alias is critical from the second failure on, and asks ever more slowly") {
  alias_world w;
  w.begin();
  w.answer("No known Consul servers", 500, 0);
  CHECK(w.results.empty());
  w.answer("No known Consul servers", 500, 0);
  w.expect("critical", "Failure checking aliased node or service: No known Consul servers");
  w.answer("ACL not found", 403, 0);
  w.expect("critical", "Failure checking aliased node or service: ACL not found");
  auto so_far = w.requests->asked.size();
  w.answer("ACL not found", 403, 0); // the fourth
  CHECK(w.requests->asked.size() == so_far);
  w.advance(2s);
  CHECK(w.requests->asked.size() == so_far + 1);
  w.answer("ACL not found", 403, 0);
  w.advance(3s);
  CHECK(w.requests->asked.size() == so_far + 1);
  w.advance(1s);
  CHECK(w.requests->asked.size() == so_far + 2);
  w.answer(db_passes);
  w.expect("passing", "All checks passing.");
}

TEST_CASE("an answer of a server that knows no leader says nothing, and is asked for again") {
  alias_world w;
  w.begin();
  remote_answer a;
  a.status = 200;
  a.body = "[]";
  a.meta.index = 1;
  a.meta.known_leader = false;
  w.requests->asked.back().done(a);
  w.run();
  CHECK(w.results.empty());
  CHECK(w.requests->asked.size() == 1);
  w.advance(1s);
  REQUIRE(w.requests->asked.size() == 2);
  CHECK(w.newest().path == "/v1/health/node/there");
  w.answer(db_passes);
  w.expect("passing", "All checks passing.");
}

TEST_CASE("an answer that can't be read is a failure") {
  alias_world w;
  w.begin();
  w.answer("{", 200);
  w.answer("{", 200);
  REQUIRE_FALSE(w.results.empty());
  CHECK(w.results.back().status == "critical");
}

TEST_CASE("an alias that begins before the agent answers requests asks when it does") {
  alias_world w;
  w.view->requests.store(nullptr);
  w.begin();
  w.advance(3s);
  CHECK(w.requests->asked.empty());
  w.view->requests.store(w.requests);
  w.advance(1s);
  CHECK(w.requests->asked.size() == 1);
}
