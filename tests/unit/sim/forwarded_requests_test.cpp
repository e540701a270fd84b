#include "actors/rpc/byte_pipe.hpp"
#include "actors/rpc/forwarded_request.hpp"
#include "sim/node.hpp"

#include <catch2/catch.hpp>
#include <optional>

using namespace praetor;
using namespace praetor::sim;
using namespace std::chrono_literals;

namespace {

/// A server that leads and receives requests from another agent.
struct asked_server {
  explicit asked_server(const std::string& configuration = "") : server(w, options(configuration)) {
    REQUIRE(server.start());
    w.run_for(30s, [&] { return server.ready(); });
    REQUIRE(server.ready());
  }

  static node_options options(const std::string& configuration) {
    node_options o;
    o.configuration = configuration;
    return o;
  }

  remote_answer ask(remote_request r, std::uint32_t hops = 1, nanoseconds hold = 1s) {
    return wait([&](auto done) { return server.view().requests.load()->serve(std::move(r), hops, hold, done); });
  }
  remote_answer ask_by_itself(remote_request r) {
    return wait([&](auto done) { return server.view().requests.load()->serve_own(std::move(r), 1s, done); });
  }

  /// Reads a pipe to its end.
  byte_pipe::part read_all(byte_pipe& from) {
    byte_pipe::part all;
    w.run_for(60s, [&] {
      auto part = from.take(byte_pipe::piece);
      all.bytes += part.bytes;
      all.end = part.end;
      all.failed = part.failed;
      server.host().touch();
      return part.end || part.failed;
    });
    return all;
  }

  world w{1};
  sim::node server;

private:
  template <class Begin>
  remote_answer wait(Begin begin) {
    auto got = std::make_shared<std::optional<remote_answer>>();
    auto cancel = begin([got](remote_answer a) { *got = std::move(a); });
    server.host().touch();
    w.run_for(60s, [&] { return got->has_value(); });
    REQUIRE(got->has_value());
    return **got;
  }
};

remote_request request_for(std::string method, std::string path) {
  remote_request r;
  r.method = std::move(method);
  r.path = std::move(path);
  r.remote_address = "127.0.0.1";
  r.requester.node = "other";
  return r;
}

} // namespace

TEST_CASE("no route is taken from another agent unless it is declared as one that agents hand on") {
  asked_server s;
  std::size_t taken = 0, refused = 0;
  for (const auto* r : api::all_routes()) {
    auto path = std::string(r->path) + (r->path.ends_with('/') ? "x" : "");
    INFO(r->method << " " << path);
    auto a = s.ask(request_for(std::string(r->method), path));
    if (r->answered_by == answerer::agent) {
      CHECK(a.status == 403);
      CHECK(a.body.find("is answered by each agent for itself") != a.body.npos);
      ++refused;
    } else {
      CHECK(a.status != 403);
      ++taken;
    }
  }
  CHECK(taken > 40);
  CHECK(refused > 40);
  CHECK(s.server.ready());
}

TEST_CASE("what an agent does for itself alone is not among the routes that agents hand on") {
  for (const auto* r : api::all_routes()) {
    bool own = (r->path.starts_with("/v1/agent/") && !r->path.starts_with("/v1/agent/connect/ca/roots")) ||
               r->path.starts_with("/debug/") || r->path.starts_with("/v1/event/") ||
               r->path.starts_with("/v1/internal/") || r->path == "/v1/openapi.json";
    INFO(r->path);
    if (own) CHECK(r->answered_by == answerer::agent);
  }
}

TEST_CASE("a request of another agent's client passes what a client's own request has to pass") {
  asked_server s(R"(http_config { block_endpoints = ["/v1/session"] allow_write_http_from = ["127.0.0.0/8"] })");
  auto put = request_for("PUT", "/v1/kv/a");
  put.body = "v";
  CHECK(s.ask(put).body == "true");
  CHECK(s.ask(request_for("GET", "/v1/kv/a")).status == 200);

  SECTION("endpoints that are blocked") {
    auto a = s.ask(request_for("GET", "/v1/session/list"));
    CHECK(a.status == 403);
    CHECK(a.body == "Endpoint is blocked by agent configuration");
    CHECK(s.ask(request_for("GET", "/v1/session/list"), 0).status == 403); // claiming to be this agent has no effect
  }
  SECTION("networks that may write") {
    put.remote_address = "10.0.0.9";
    CHECK(s.ask(put).body == "Access is restricted");
    auto get = request_for("GET", "/v1/kv/a");
    get.remote_address = "10.0.0.9";
    CHECK(s.ask(get).status == 200);
    put.remote_address = "no address";
    CHECK(s.ask(put).status == 400);
  }
  SECTION("methods") {
    CHECK(s.ask(request_for("PATCH", "/v1/kv/a")).status == 405);
    CHECK(s.ask(request_for("GET", "/v1/txn")).status == 405);
  }
  SECTION("tenancy") {
    auto other = request_for("GET", "/v1/kv/a");
    other.query = {{"ns", "other"}};
    CHECK(s.ask(other).body.find("Enterprise feature") != std::string::npos);
  }
  SECTION("bodies") {
    put.body = std::string(524289, 'x');
    CHECK(s.ask(put).status == 413);
    auto create = request_for("PUT", "/v1/catalog/register");
    create.body = std::string(524289, ' ');
    CHECK(s.ask(create).status == 413);
  }
  SECTION("paths") {
    CHECK(s.ask(request_for("GET", "")).status == 404);
    CHECK(s.ask(request_for("GET", "v1/kv/a")).status == 404);
    CHECK(s.ask(request_for("GET", std::string("/v1/kv/a\0b", 10))).status == 400);
    auto many = request_for("GET", "/v1/kv/a");
    many.query.assign(5000, {"a", "b"});
    CHECK(s.ask(many).status == 400);
  }
  SECTION("headers that end a line do not reach an endpoint") {
    auto get = request_for("GET", "/v1/kv/a");
    get.headers = {{"x-consul-token", "a\r\nX: y"}, {"cache-control", "max-age=oops"}};
    CHECK(s.ask(get).status == 200);
  }
  SECTION("but this agent itself may do what its clients may not") {
    CHECK(s.ask_by_itself(request_for("GET", "/v1/session/list")).status == 200);
    put.remote_address.clear();
    CHECK(s.ask_by_itself(put).body == "true");
  }
}

TEST_CASE("no other agent decides how long a request is held here") {
  asked_server s;
  auto blocking = request_for("GET", "/v1/kv/absent");
  blocking.query = {{"index", "1000000"}, {"wait", "1s"}};
  blocking.requester.wait_left = nanoseconds::max();
  auto began = s.w.now();
  auto answered = std::make_shared<bool>(false);
  auto cancel = s.server.view().requests.load()->serve(std::move(blocking), 1, nanoseconds::max(),
                                                       [answered](const remote_answer&) { *answered = true; });
  s.server.host().touch();
  s.w.run_for(30min, [&] { return *answered; });
  CHECK(*answered);
  CHECK(s.w.now() - began < 11min);
}

TEST_CASE("an archive is handed out as a stream, and taken as one") {
  asked_server s;
  auto put = request_for("PUT", "/v1/kv/a");
  put.body = "before";
  REQUIRE(s.ask(put).body == "true");
  auto saved = s.ask(request_for("GET", "/v1/snapshot"));
  CHECK(saved.status == 200);
  REQUIRE(saved.rest);
  auto archive = s.read_all(*saved.rest);
  REQUIRE(archive.end);
  REQUIRE(archive.bytes.size() > 100);
  put.body = "after";
  REQUIRE(s.ask(put).body == "true");

  auto restore = request_for("PUT", "/v1/snapshot");
  restore.rest = std::make_shared<byte_pipe>();
  restore.rest_size = archive.bytes.size();
  REQUIRE(restore.rest->write(archive.bytes));
  auto raw = request_for("GET", "/v1/kv/a");
  raw.query = {{"raw", ""}};
  SECTION("whole") {
    restore.rest->finish();
    CHECK(s.ask(restore).status == 200);
    CHECK(s.ask(raw).body == "before");
  }
  SECTION("broken off in the middle") {
    restore.rest->fail({"the sender is gone", 499});
    CHECK(s.ask(restore).status == 499);
    CHECK(s.ask(raw).body == "after");
  }
  SECTION("larger than any archive may be") {
    restore.rest_size = std::uint64_t{5} << 30;
    CHECK(s.ask(restore).status == 413);
    CHECK(restore.rest->closed());
  }
}

TEST_CASE("only archives are taken as streams") {
  asked_server s;
  auto put = request_for("PUT", "/v1/kv/a");
  put.rest = std::make_shared<byte_pipe>();
  CHECK(s.ask(put).status == 400);
  CHECK(put.rest->closed());
}

TEST_CASE("a reader of an archive that leaves is noticed") {
  asked_server s;
  auto saved = s.ask(request_for("GET", "/v1/snapshot"));
  REQUIRE(saved.rest);
  saved.rest->close();
  // All slots for archives are free again: the maximal number of concurrent requests succeeds.
  for (int i = 0; i < 12; ++i) {
    auto next = s.ask(request_for("GET", "/v1/snapshot"));
    CHECK(next.status == 200);
    if (next.rest) next.rest->close();
  }
}
