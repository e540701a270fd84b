#include "loopback.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

server_options with_body_limit(std::uint64_t bytes, std::string_view name) {
  server_options options;
  options.judge_head = [=](const api::request& request) {
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
  // The new limit is in force once a later request on the same loop has been answered.
  CHECK(first->send(get).answer().ends_with("GET /echo"));
  CHECK(second.send(get).answer().ends_with("GET /echo"));
  raw_client fourth(server.port());
  CHECK(fourth.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("connections beyond the server's total are closed at once, and there is room again when one ends") {
  server_options options;
  options.limits.max_connections = 2;
  mailbox<std::string> warnings;
  options.warn = [&](std::string_view text) { warnings.put(std::string(text)); };
  test_server server(std::move(options));
  auto first = std::make_unique<raw_client>(server.port());
  raw_client second(server.port());
  CHECK(first->send(get).answer().ends_with("GET /echo"));
  CHECK(second.send(get).answer().ends_with("GET /echo"));
  for (int i = 0; i < 3; ++i) {
    raw_client more(server.port());
    CHECK(more.rest().empty());
  }
  auto warning = warnings.take();
  REQUIRE(warning);
  CHECK(warning->starts_with("refused a connection from 127.0.0.1: there are as many as this process has"));
  CHECK(server.server.counters().connections_refused == 3);
  first.reset();
  // The server notices the first one's end eventually; until then it rejects others.
  bool served = false;
  for (int i = 0; i < 10000 && !served; ++i)
    served = raw_client(server.port()).send(get).answer().ends_with("GET /echo");
  CHECK(served);
}

namespace {

/// Connects from a given loopback address.
int connect_from(const char* address, std::uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in own{}, to{};
  own.sin_family = to.sin_family = AF_INET;
  ::inet_pton(AF_INET, address, &own.sin_addr);
  ::inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  to.sin_port = htons(port);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
  REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  return fd;
}

} // namespace

TEST_CASE("who has few connections gets one although idle ones of others have taken all places") {
  server_options options;
  options.limits.max_connections = 8;
  options.threads = 2;
  test_server server(std::move(options));
  std::vector<int> idle;
  for (int i = 0; i < 4; ++i)
    for (auto address : {"127.0.0.2", "127.0.0.3"}) idle.push_back(connect_from(address, server.port()));
  // The last one in the queue may be checked before the first ones are counted, but it is served.
  for (int i = 0; i < 3; ++i) {
    raw_client client(server.port());
    CHECK(client.send(get).answer().ends_with("GET /echo"));
    client.finish_sending();
    CHECK(client.rest().empty());
  }
  for (int fd : idle) ::close(fd);
}

TEST_CASE("unix sockets have half of all connections, and leave the others") {
  auto path = "/tmp/praetor-test-limits-" + std::to_string(::getpid());
  server_options options;
  options.limits.max_connections = 4;
  options.listeners = {{.address = "127.0.0.1"}, {.address = path}};
  test_server server(std::move(options));
  raw_client one(path), two(path);
  CHECK(one.send(get).answer().ends_with("GET /echo"));
  CHECK(two.send(get).answer().ends_with("GET /echo"));
  raw_client three(path);
  CHECK(three.rest().find("429 Too Many Requests") != std::string::npos);
  raw_client other(server.port());
  CHECK(other.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("more requests than can be kept in flight are turned away, not queued") {
  server_options options;
  options.limits.max_in_flight = 1;
  test_server server(std::move(options));
  raw_client first(server.port()), second(server.port());
  first.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  // The request counts once the handler has returned, which the loop has noticed when it answers on the same
  // connection.
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
