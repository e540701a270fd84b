#include "loopback.hpp"
#include "storage/files/scratch_file.hpp"

#include <catch2/catch.hpp>
#include <cstring>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

const std::string put_forbidden = "PUT /forbidden HTTP/1.1\r\nHost: a\r\n";
const std::string put_echo = "PUT /echo HTTP/1.1\r\nHost: a\r\n";

api::answer forbidden() {
  auto answer = text_answer("Permission denied");
  answer.status = 403;
  return answer;
}

/// Rejects "/forbidden" by its head.
server_options refusing() {
  server_options options;
  options.judge_head = [](const api::request& head) {
    head_verdict verdict;
    if (head.path == "/forbidden") verdict.refusal = forbidden();
    return verdict;
  };
  return options;
}

/// Stores what is written, up to a limit.
class kept_bytes final : public storage::scratch_file {
public:
  explicit kept_bytes(std::size_t most) : most_(most) {}
  expected<void> write(std::string_view bytes) override {
    if (content.size() + bytes.size() > most_) return fail("no space is left", 507);
    content += bytes;
    largest = std::max(largest, bytes.size());
    return {};
  }
  expected<std::size_t> read_at(std::uint64_t, char*, std::size_t) const override { return fail("not read here"); }
  std::uint64_t size() const override { return content.size(); }
  expected<std::string_view> view() override { return std::string_view(content); }
  expected<std::shared_ptr<scratch_file>> another() const override { return fail("not made here"); }

  std::string content;
  std::size_t largest = 0;

private:
  std::size_t most_;
};

} // namespace

TEST_CASE("a request that its head forbids never reaches the handler, and a short body does not end the connection") {
  test_server server(refusing());
  raw_client client(server.port());
  auto body = std::string(200'000, 'x'); // more than arrives with the head
  auto first = parse_answer(client.send(put_forbidden + "Content-Length: 200000\r\n\r\n" + body).answer());
  CHECK(first.status == 403);
  CHECK(first.body == "Permission denied");
  CHECK_FALSE(first.headers.contains("connection"));
  auto chunked =
      parse_answer(client.send(put_forbidden + "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n").answer());
  CHECK(chunked.status == 403);
  CHECK(client.send(get).answer().ends_with("GET /echo"));
  CHECK(server.server.counters().requests == 3);
  CHECK(server.server.counters().body_bytes == 0);
}

TEST_CASE("a forbidden request with a long body is answered at once and ends the connection") {
  test_server server(refusing());
  raw_client declared(server.port());
  auto answer = parse_answer(declared.send(put_forbidden + "Content-Length: 100000000\r\n\r\n").rest());
  CHECK(answer.status == 403);
  CHECK(answer.headers["connection"] == "close");
  raw_client endless(server.port());
  endless.send(put_forbidden + "Transfer-Encoding: chunked\r\n\r\n1000000\r\n" + std::string(600000, 'x'));
  CHECK(parse_answer(endless.rest()).status == 403);
}

TEST_CASE("a client that waits for 100 Continue gets it only if its body is wanted") {
  test_server server(refusing());
  raw_client refused(server.port());
  auto no = refused.send(put_forbidden + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n").rest();
  CHECK(no.starts_with("HTTP/1.1 403 Forbidden\r\n"));
  CHECK(parse_answer(no).headers["connection"] == "close");
  raw_client wanted(server.port());
  CHECK(wanted.send(put_echo + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n").answer() ==
        "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(wanted.send("12345").answer().ends_with("<12345>"));
}

TEST_CASE("targets that are no path are refused without their body") {
  test_server server;
  raw_client client(server.port());
  auto moved = parse_answer(client.send("PUT //echo HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n\r\n").rest());
  CHECK(moved.status == 301);
  CHECK(moved.headers["location"] == "/echo");
  CHECK(server.server.counters().body_bytes == 0);
}

TEST_CASE("a body is not read while it is being found out whether it is wanted") {
  mailbox<std::function<void(head_verdict)>> undecided;
  server_options options;
  options.judge_head = [](const api::request&) {
    head_verdict verdict;
    verdict.undecided = true;
    return verdict;
  };
  options.judge_later = [&](const api::request& head, std::function<void(head_verdict)> decide) {
    CHECK(head.path == "/echo");
    undecided.put(std::move(decide));
  };
  test_server server(std::move(options));
  raw_client client(server.port()), other(server.port()), gone(server.port());
  client.send(put_echo + "Content-Length: 300000\r\n\r\n" + std::string(1000, 'x'));
  auto decide = undecided.take();
  REQUIRE(decide);
  CHECK(server.server.counters().body_bytes == 0);
  (*decide)(head_verdict());
  CHECK(client.send(std::string(299000, 'x')).answer().ends_with("<" + std::string(300000, 'x') + ">"));
  other.send(put_echo + "Content-Length: 200000\r\n\r\n" + std::string(200'000, 'x') + get);
  decide = undecided.take();
  REQUIRE(decide);
  head_verdict no;
  no.refusal = forbidden();
  (*decide)(std::move(no));
  CHECK(parse_answer(other.answer()).status == 403);
  CHECK(other.answer().ends_with("GET /echo"));
  gone.send(put_echo + "Content-Length: 5\r\n\r\n");
  decide = undecided.take();
  REQUIRE(decide);
  gone.reset();
  (*decide)(head_verdict());
  CHECK(client.send(get).answer().ends_with("GET /echo"));
}

TEST_CASE("a body with a place of its own goes there in pieces and not into memory") {
  auto place = std::make_shared<kept_bytes>(64 << 20);
  server_options options;
  options.judge_head = [place](const api::request&) {
    head_verdict verdict;
    verdict.body = {64 << 20, {}, place};
    return verdict;
  };
  test_server server(std::move(options));
  std::string body;
  while (body.size() < 5'000'000) body += std::to_string(body.size()) + ",";
  raw_client client(server.port());
  auto length = std::to_string(body.size());
  CHECK(client.send(put_echo + "Content-Length: " + length + "\r\n\r\n" + body).answer().ends_with("PUT /echo <>"));
  CHECK(place->content == body);
  CHECK(place->largest < 1 << 20);
  CHECK(client.send(get).answer().ends_with("GET /echo"));
  CHECK(server.server.counters().body_bytes == 0);
}

TEST_CASE("a body that its place does not take is answered with the reason") {
  server_options options;
  options.judge_head = [](const api::request&) {
    head_verdict verdict;
    verdict.body = {64 << 20, {}, std::make_shared<kept_bytes>(1 << 20)};
    return verdict;
  };
  test_server server(std::move(options));
  raw_client client(server.port());
  auto answer =
      parse_answer(client.send(put_echo + "Content-Length: 5000000\r\n\r\n" + std::string(5'000'000, 'x')).rest());
  CHECK(answer.status == 507);
  CHECK(answer.body == "no space is left");
}
