#include "frontends/http/client_shares.hpp"
#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

std::string put(std::size_t length) {
  return "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}
std::string get_text(std::size_t length) {
  return "GET /text/" + std::to_string(length) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

/// Takes one at a time until the pool denies it. @returns how many
std::size_t take_all(fair_pool& pool, const std::shared_ptr<client_account>& who, std::vector<share>& held) {
  for (std::size_t count = 0;; ++count) {
    share one;
    if (one.hold(pool, who, 1) != grant::given) return count;
    held.push_back(std::move(one));
  }
}

template <class Condition>
void until(Condition condition) {
  auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10); // only to terminate a broken test
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < give_up);
    std::this_thread::yield();
  }
}

/// Sends `piece` repeatedly, with pauses, until the server closes the connection.
void trickle(raw_client& client, std::string_view piece) {
  for (;;) {
    client.send(piece);
    pollfd readable{client.socket(), POLLIN, 0};
    if (::poll(&readable, 1, 50) > 0) return;
  }
}

} // namespace

TEST_CASE("a client alone gets four fifths, and who comes later gets a part of what is left") {
  fair_pool pool(&client_account::requests, 1000, 1);
  client_accounts accounts;
  auto first = accounts.of("192.0.2.1"), second = accounts.of("192.0.2.2");
  std::vector<share> of_first, of_second;
  CHECK(take_all(pool, first, of_first) == 800);
  CHECK(take_all(pool, second, of_second) == 160);
  share one;
  CHECK(one.hold(pool, first, 1) == grant::over_share);
  of_first.clear();
  CHECK(first->requests == 0);
  CHECK(take_all(pool, second, of_second) == 640);
  of_second.clear();
  CHECK(pool.used() == 0);
}

TEST_CASE("everybody may hold a little as long as there is any, and nobody when there is none") {
  fair_pool pool(&client_account::requests, 10, 2);
  client_accounts accounts;
  std::vector<share> held;
  for (auto address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) take_all(pool, accounts.of(address), held);
  CHECK(pool.used() == 10);
  share one;
  CHECK(one.hold(pool, accounts.of("192.0.2.4"), 1) == grant::used_up);
  held.clear();
  CHECK(one.hold(pool, accounts.of("192.0.2.4"), 100) == grant::given); // more than the total, but no one else has any
}

TEST_CASE("an IPv6 network is one client, and accounts end with their last holder") {
  client_accounts accounts;
  auto one = accounts.of("2001:db8::1");
  CHECK(accounts.of("2001:db8::ffff:2") == one);
  CHECK(accounts.of("2001:db8:0:1::1") != one);
  CHECK(accounts.of("192.0.2.1") == accounts.of("192.0.2.1"));
  one->requests = 5;
  one = nullptr;
  CHECK(accounts.of("2001:db8::1")->requests == 0);
}

TEST_CASE("a body for which there is no memory is not read until there is") {
  server_options options;
  options.limits.max_body_memory = 1000;
  test_server server(std::move(options));
  raw_client first(server.port()), second(server.port());
  first.send(put(900) + "x");
  until([&] { return server.server.counters().body_bytes == 900; });
  second.send(put(600) + std::string(600, 'y'));
  raw_client third(server.port());
  CHECK(third.send(get).answer().ends_with("GET /echo")); // without a body: no need to wait
  CHECK(first.send(std::string(899, 'x')).answer().ends_with("x>"));
  CHECK(second.answer().ends_with("y>"));
  until([&] { return server.server.counters().body_bytes == 0; });
}

TEST_CASE("a body that has waited too long for memory is refused, and its connection ends") {
  server_options options;
  options.limits.max_body_memory = 1000;
  options.limits.room_timeout = std::chrono::milliseconds(20);
  test_server server(std::move(options));
  raw_client first(server.port()), second(server.port());
  first.send(put(900) + "x");
  until([&] { return server.server.counters().body_bytes == 900; });
  auto answer = parse_answer(second.send(put(600)).rest());
  CHECK(answer.status == 503);
  CHECK(answer.headers["connection"] == "close");
  first.reset();
  until([&] { return server.server.counters().body_bytes == 0; });
}

TEST_CASE("a body counts until its request is answered") {
  test_server server;
  raw_client client(server.port());
  client.send("PUT /keep HTTP/1.1\r\nHost: a\r\nContent-Length: 700\r\n\r\n" + std::string(700, 'x'));
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  CHECK(server.server.counters().body_bytes == 700);
  (*exchange)->respond(text_answer("done"));
  client.answer();
  exchange.reset();
  until([&] { return server.server.counters().body_bytes == 0; });
}

TEST_CASE("long heads count among the bodies") {
  server_options options;
  options.limits.max_body_memory = 2 << 20;
  options.limits.room_timeout = std::chrono::milliseconds(20);
  test_server server(std::move(options));
  auto head = "GET /echo HTTP/1.1\r\nHost: a\r\nX: " + std::string(100000, 'x');
  raw_client first(server.port()), second(server.port()), third(server.port());
  first.send(head);
  until([&] { return server.server.counters().body_bytes > 0; });
  CHECK(parse_answer(second.send(head).rest()).status == 429);
  CHECK(third.send(get).answer().ends_with("GET /echo"));
  CHECK(first.send("\r\n\r\n").answer().ends_with("GET /echo"));
  until([&] { return server.server.counters().body_bytes == 0; });
}

TEST_CASE("a client with more than its share of requests is told so, until one has been answered") {
  server_options options;
  options.limits.max_in_flight = 10;
  test_server server(std::move(options));
  std::vector<std::unique_ptr<raw_client>> clients;
  std::vector<api::exchange_ptr> kept;
  for (std::uint32_t i = 1; i <= 8; ++i) {
    clients.push_back(std::make_unique<raw_client>(server.port()));
    clients.back()->send(keep);
    auto exchange = server.kept.take();
    REQUIRE(exchange);
    kept.push_back(*exchange);
    until([&] { return server.server.counters().in_flight == i; });
  }
  raw_client one_more(server.port());
  auto answer = parse_answer(one_more.send(keep).answer());
  CHECK(answer.status == 429);
  CHECK(answer.body == "Your IP has too many requests under way, please rate limit your calls");
  kept.front()->respond(text_answer("x"));
  CHECK(parse_answer(clients.front()->answer()).body == "x");
  CHECK(one_more.send(get).answer().ends_with("GET /echo"));
  clients.clear(); // disconnected clients return their shares
  kept.clear();
  until([&] { return server.server.counters().in_flight == 0; });
}

TEST_CASE("blocking queries have a share of their own") {
  server_options options;
  options.limits.max_waits = 5;
  test_server server(std::move(options));
  std::vector<std::unique_ptr<raw_client>> clients;
  std::vector<api::exchange_ptr> kept;
  std::vector<bool> may_wait;
  for (int i = 0; i < 5; ++i) {
    clients.push_back(std::make_unique<raw_client>(server.port()));
    clients.back()->send(keep);
    auto exchange = server.kept.take();
    REQUIRE(exchange);
    kept.push_back(*exchange);
    may_wait.push_back(kept.back()->begin_wait());
    CHECK(kept.back()->begin_wait() == may_wait.back()); // counted once
  }
  CHECK(may_wait == std::vector<bool>{true, true, true, true, false});
  kept.front()->respond(text_answer("x"));
  CHECK(kept.back()->begin_wait());
}

TEST_CASE("who does not read its answers gets no more of them rendered") {
  server_options options;
  options.limits.max_answer_memory = 1 << 20;
  options.limits.room_timeout = std::chrono::milliseconds(20);
  test_server server(std::move(options));
  raw_client deaf(server.port()), other(server.port());
  constexpr std::size_t large = 16'000'000; // more than the socket buffers hold
  deaf.send(get_text(large));
  until([&] { return server.server.counters().answer_bytes == large; });
  auto busy = parse_answer(other.send(get).answer());
  CHECK(busy.status == 503);
  CHECK(parse_answer(deaf.answer()).body.size() == large);
  until([&] { return server.server.counters().answer_bytes == 0; });
  CHECK(other.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("bytes that several clients wait for count once") {
  test_server server;
  raw_client first(server.port()), second(server.port());
  auto body = bytes(std::string(16'000'000, 'x'));
  std::vector<api::exchange_ptr> kept;
  for (auto* client : {&first, &second}) {
    client->send(keep);
    auto exchange = server.kept.take();
    REQUIRE(exchange);
    kept.push_back(*exchange);
  }
  for (auto& one : kept) {
    auto answer = text_answer("");
    answer.body = body;
    one->respond(std::move(answer));
  }
  until([&] { return server.server.counters().answer_bytes >= body->size(); });
  CHECK(server.server.counters().answer_bytes <= 2 * body->size()); // once per thread
  first.reset();
  second.reset();
  until([&] { return server.server.counters().answer_bytes == 0; });
}

TEST_CASE("requests sent ahead are not read while their sender does not read") {
  test_server server;
  raw_client client(server.port());
  constexpr int count = 300;
  constexpr std::size_t size = 200'000;
  std::string ahead;
  for (int i = 0; i < count; ++i) ahead += get_text(size);
  client.send(ahead);
  until([&] { return server.server.counters().answer_bytes > 0; });
  auto handled = server.server.counters().requests;
  CHECK(handled < count / 2);
  CHECK(server.server.counters().answer_bytes == size);
  auto all = client.answers(count);
  CHECK(all.size() > count * size);
  CHECK(server.server.counters().requests == count);
}

TEST_CASE("a body that trickles ends its connection") {
  server_options options;
  options.limits.body_grace = std::chrono::seconds(1);
  test_server server(std::move(options));
  raw_client client(server.port());
  client.send(put(100'000));
  trickle(client, "xxxxx");
  CHECK(client.rest().empty());
  until([&] { return server.server.counters().body_bytes == 0; });
}

TEST_CASE("a head that trickles ends its connection") {
  server_options options;
  options.limits.head_timeout = std::chrono::seconds(1);
  test_server server(std::move(options));
  raw_client client(server.port());
  client.send("GET /echo HTTP/1.1\r\nHost: a\r\n");
  trickle(client, "A: b\r\n");
  CHECK(client.rest().empty());
}

TEST_CASE("an answer that is read too slowly ends its connection") {
  server_options options;
  options.limits.write_window = std::chrono::seconds(1);
  options.limits.min_rate = 1'000'000;
  test_server server(std::move(options));
  raw_client slow(server.port()), fast(server.port());
  CHECK(parse_answer(fast.send(get_text(50'000'000)).answer()).body.size() == 50'000'000);
  slow.send(get_text(50'000'000));
  std::size_t taken = 0;
  std::string piece(1000, '\0');
  until([&] {
    ::poll(nullptr, 0, 5);
    taken += static_cast<std::size_t>(std::max(::recv(slow.socket(), piece.data(), piece.size(), 0), ssize_t{0}));
    return server.server.counters().connections_open == 1;
  });
  CHECK(taken < 50'000'000);
  CHECK(fast.send(get).answer().ends_with("GET /echo"));
}
