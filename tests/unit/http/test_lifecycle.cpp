#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

struct folder {
  std::filesystem::path path;
  folder() {
    char name[] = "/tmp/praetor-http-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~folder() { std::filesystem::remove_all(path); }
};

} // namespace

TEST_CASE("a Unix socket has the mode that was asked for and goes with the server") {
  folder here;
  auto path = (here.path / "http.sock").string();
  server_options options;
  listener_options listener;
  listener.address = "unix://" + path;
  listener.unix_mode = "0600";
  listener.unix_user = std::to_string(::getuid());
  options.listeners = {listener};
  {
    test_server server(options);
    struct stat info {};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    raw_client client(path);
    CHECK(client.send(get).answer().ends_with("GET /echo"));
    client.send(keep);
    auto exchange = server.kept.take();
    REQUIRE(exchange);
    CHECK((*exchange)->get_request().remote_address.empty());
    server.server.stop();
  }
  CHECK_FALSE(std::filesystem::exists(path));
  test_server again(options);
  raw_client client(path);
  CHECK(client.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("what can't be listened on is named") {
  test_server taken;
  test_server second({}, false);
  server_options options;
  options.listeners = {{"127.0.0.1"}, {"127.0.0.1", taken.port()}};
  auto handler = [](const api::exchange_ptr&) {};
  auto result = second.server.start(options, handler);
  REQUIRE_FALSE(result);
  CHECK(result.error().text ==
        "listen tcp 127.0.0.1:" + std::to_string(taken.port()) + ": bind: Address already in use");
  options.listeners = {{"localhost"}};
  CHECK(second.server.start(options, handler).error().text == "listen tcp localhost:0: not an IP address");
  options.listeners = {{"/no/such/folder/x.sock"}};
  CHECK(second.server.start(options, handler).error().text ==
        "listen unix /no/such/folder/x.sock: bind: No such file or directory");
  listener_options odd{"/tmp/praetor-test-user.sock"};
  odd.unix_user = "no such user";
  options.listeners = {odd};
  CHECK(second.server.start(options, handler).error().text ==
        "failed to get user \"no such user\" for the socket /tmp/praetor-test-user.sock");
}

TEST_CASE("several listeners serve side by side, IPv6 among them") {
  server_options options;
  options.listeners = {{"127.0.0.1"}, {"127.0.0.1"}};
  test_server server(std::move(options));
  auto addresses = server.server.endpoints();
  REQUIRE(addresses.size() == 2);
  CHECK(addresses[0].port != addresses[1].port);
  for (auto& one : addresses) {
    raw_client client(one.port);
    CHECK(client.send(get).answer().ends_with("GET /echo"));
  }
}

TEST_CASE("stopping lets requests under way end and closes what is idle") {
  test_server server;
  raw_client busy(server.port()), idle(server.port());
  idle.send(get).answer();
  busy.send(keep);
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto stopped = std::async(std::launch::async, [&] { server.server.stop(std::chrono::seconds(10)); });
  CHECK(idle.rest().empty());
  (*exchange)->respond(text_answer("last"));
  auto answer = parse_answer(busy.rest());
  CHECK(answer.body == "last");
  CHECK(answer.headers["connection"] == "close");
  stopped.get();
  CHECK(server.server.counters().connections_open == 0);
}

TEST_CASE("when the grace is over, requests are cancelled, and late answers do no harm") {
  test_server server;
  raw_client first(server.port()), second(server.port());
  first.send(keep);
  auto waiting = server.kept.take();
  second.send(keep);
  auto streaming = server.kept.take();
  REQUIRE((waiting && streaming));
  (*waiting)->on_cancel([&] { server.cancelled.put("waiting"); });
  (*streaming)->on_cancel([&] { server.cancelled.put("streaming"); });
  auto stream = (*streaming)->respond_stream(text_answer("x"));
  second.answer(true);
  server.server.stop();
  std::vector<std::string> both{*server.cancelled.take(), *server.cancelled.take()};
  std::sort(both.begin(), both.end());
  CHECK(both == std::vector<std::string>{"streaming", "waiting"});
  CHECK(stream->closed());
  (*waiting)->respond(text_answer("late"));
  CHECK(first.rest().empty());
}

TEST_CASE("an answer is made on the thread that sends it") {
  test_server server;
  raw_client client(server.port());
  client.send(keep);
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  std::promise<std::thread::id> made_by;
  (*exchange)->make_answer([ex = *exchange, &made_by] {
    made_by.set_value(std::this_thread::get_id());
    ex->respond(text_answer("made"));
  });
  exchange->reset();
  CHECK(client.answer().ends_with("made"));
  CHECK(made_by.get_future().get() != std::this_thread::get_id());
  CHECK(client.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("an answer is made for a client that is gone as well, and goes nowhere") {
  test_server server;
  std::optional<api::exchange_ptr> exchange;
  {
    raw_client client(server.port());
    client.send(keep);
    exchange = server.kept.take();
    REQUIRE(exchange);
    (*exchange)->on_cancel([&] { server.cancelled.put("gone"); });
  }
  REQUIRE(server.cancelled.take());
  mailbox<std::string> made;
  (*exchange)->make_answer([&, ex = *exchange] {
    ex->respond(text_answer("made"));
    made.put("made");
  });
  CHECK(made.take());
}

TEST_CASE("a stopped server can be started again") {
  test_server server;
  server.server.stop();
  server_options options;
  options.listeners = {{"127.0.0.1"}};
  REQUIRE(server.server.start(options, [&](auto exchange) { server.handle(exchange); }));
  raw_client client(server.port());
  CHECK(client.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("what has happened is counted") {
  test_server server;
  raw_client client(server.port()), other(server.port());
  client.send(get + get).answers(2);
  other.send("GARBAGE\r\n\r\n").rest();
  server.server.stop();
  auto counters = server.server.counters();
  CHECK(counters.requests == 2);
  CHECK(counters.malformed == 1);
  CHECK(counters.connections == 2);
  CHECK(counters.bytes_received == 2 * get.size() + 11);
  CHECK(counters.bytes_sent > 200);
}
