#include "loopback.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

const std::string get = "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n";

server_options with_body_limit(std::uint64_t bytes, std::string_view name) {
  server_options options;
  options.judge_head = [=](const endpoints::request& request) {
    head_verdict verdict;
    if (request.path != "/echo/big") verdict.body = {bytes, name};
    return verdict;
  };
  return options;
}

} // namespace

TEST_CASE("a body over its limit is refused before it is read") {
  test_server server(with_body_limit(10, "kv_max_value_size"));
  std::string head = "PUT /echo HTTP/1.1\r\nHost: a\r\n";
  for (auto& extra : {std::string(), std::string("Expect: 100-continue\r\n")}) {
    raw_client client(server.port());
    auto answer = parse_answer(client.send(head + extra + "Content-Length: 600000\r\n\r\n").rest());
    CHECK(answer.status == 413);
    CHECK(answer.headers["connection"] == "close");
    CHECK(answer.body == "Request body(600000 bytes) too large, max size: 10 bytes. See "
                         "https://www.consul.io/docs/agent/config/config-files#kv_max_value_size.");
  }
  raw_client chunked(server.port());
  auto answer =
      parse_answer(chunked.send(head + "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n8\r\n12345678\r\n").rest());
  CHECK(answer.status == 413);
  CHECK(answer.body == "Request body too large, max size: 10 bytes. See "
                       "https://www.consul.io/docs/agent/config/config-files#kv_max_value_size.");
  raw_client exact(server.port());
  CHECK(exact.send(head + "Content-Length: 10\r\n\r\n1234567890").answer().ends_with("<1234567890>"));
  CHECK(exact.send("PUT /echo/big HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n12345678901")
            .answer()
            .ends_with("1>"));
}

TEST_CASE("the client of a refused body can read the answer although it is still sending") {
  test_server server(with_body_limit(10, ""));
  raw_client client(server.port());
  client.send("PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 600000\r\n\r\n" + std::string(600000, 'x'));
  CHECK(parse_answer(client.rest()).status == 413);
}

TEST_CASE("a client has no more connections than it may, others are told so") {
  server_options options;
  options.limits.max_connections_per_client = 2;
  test_server server(std::move(options));
  auto first = std::make_unique<raw_client>(server.port());
  raw_client second(server.port());
  CHECK(first->send(get).answer().ends_with("GET /echo"));
  CHECK(second.send(get).answer().ends_with("GET /echo"));
  raw_client third(server.port());
  CHECK(third.rest() ==
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: 81\r\nConnection: close\r\n\r\n"
        "Your IP is issuing too many concurrent connections, please rate limit your calls\n");
  CHECK(server.server.counters().connections_refused == 1);
  limit_options more;
  more.max_connections_per_client = 4;
  server.server.reload_limits(more);
  // The new limit is in force when a request on the same loop has been answered.
  CHECK(first->send(get).answer().ends_with("GET /echo"));
  CHECK(second.send(get).answer().ends_with("GET /echo"));
  raw_client fourth(server.port());
  CHECK(fourth.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("more requests than can be kept in flight are turned away, not queued") {
  server_options options;
  options.limits.max_in_flight = 1;
  test_server server(std::move(options));
  raw_client first(server.port()), second(server.port());
  first.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  // The request counts from when the handler has returned; the same connection's loop has seen that when it answers.
  while (server.server.counters().in_flight == 0) {
  }
  auto busy = parse_answer(second.send(get).answer());
  CHECK(busy.status == 503);
  CHECK(busy.body == "Too many requests are being handled, try again later");
  (*exchange)->respond(text_answer("x"));
  CHECK(parse_answer(first.answer()).body == "x");
  CHECK(parse_answer(second.send(get).answer()).status == 200);
  CHECK(server.server.counters().in_flight == 0);
}

TEST_CASE("a head that is not finished in time ends the connection") {
  server_options options;
  options.limits.head_timeout = std::chrono::seconds(1);
  test_server server(std::move(options));
  raw_client client(server.port());
  CHECK(client.send("GET /echo HTTP/1.1\r\nHo").rest().empty());
}

TEST_CASE("an idle connection ends when it is asked to") {
  server_options options;
  options.limits.idle_timeout = std::chrono::seconds(1);
  test_server server(std::move(options));
  raw_client client(server.port());
  CHECK(client.send(get).answer().ends_with("GET /echo"));
  CHECK(client.rest().empty());
}

TEST_CASE("the header limit follows the configuration") {
  server_options options;
  options.limits.max_header_bytes = 1000;
  test_server server(std::move(options));
  raw_client client(server.port());
  CHECK(client.send("GET /echo HTTP/1.1\r\nHost: a\r\nA: " + std::string(900, 'x') + "\r\n\r\n")
            .answer()
            .ends_with("GET /echo"));
  client.send("GET /echo HTTP/1.1\r\nHost: a\r\nA: " + std::string(9000, 'x') + "\r\n\r\n");
  CHECK(parse_answer(client.rest()).status == 431);
}
