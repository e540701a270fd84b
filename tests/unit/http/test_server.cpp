#include "loopback.hpp"

#include <catch2/catch.hpp>
#include <thread>

using namespace praetor;
using namespace praetor::http;
using namespace praetor::http::test;

namespace {

std::string ok(const std::string& body, const std::string& version = "1.1", const std::string& connection = "") {
  return "HTTP/" + version + " 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + connection + "\r\n" + body;
}

std::string refusal(const std::string& status, const std::string& body = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" +
         (body.empty() ? status : body);
}

} // namespace

TEST_CASE("each request gets the answer that its bytes deserve") {
  test_server server;
  struct row {
    std::string sent, answer;
    bool ends = false;
  };
  const std::string close = "Connection: close\r\n", keep = "Connection: keep-alive\r\n";
  for (auto& [sent, answer, ends] : std::vector<row>{
           {get, ok("GET /echo")},
           {"GET /echo?a=b%20c&d HTTP/1.1\r\nHost: a\r\n\r\n", ok("GET /echo?a=b%20c&d [a=b c] [d=]")},
           {"GET /echo?a=%zz HTTP/1.1\r\nHost: a\r\n\r\n", ok("GET /echo?a=%zz bad query")},
           {"GET /echo HTTP/1.1\r\nHost:\r\n\r\n", ok("GET /echo")},
           {"GET http://foo/echo HTTP/1.1\r\nHost: a\r\n\r\n", ok("GET /echo")},
           {"get /echo HTTP/1.1\r\nHost: a\r\n\r\n", ok("get /echo")},
           {"GET /echo HTTP/1.1\r\nHost: a\r\nFoo: x\r\n y\r\n\r\n", ok("GET /echo")},
           {"GET /echo HTTP/1.1\r\nHost: a\r\nConnection: foo, CLOSE\r\n\r\n", ok("GET /echo", "1.1", close), true},
           {"GET /echo HTTP/1.0\r\n\r\n", ok("GET /echo", "1.0"), true},
           {"GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", ok("GET /echo", "1.0", keep)},
           {"PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", ok("PUT /echo <abc>")},
           {"PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nT: "
            "x\r\n\r\n",
            ok("PUT /echo <abcde>")},
           {"PUT /echo HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n1", ok("PUT /echo <1>", "1.0"),
            true},
           {"GET /close HTTP/1.1\r\nHost: a\r\n\r\n", ok("bye", "1.1", close), true},
           {"GET /empty HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 204 No Content\r\nContent-Type: text/plain\r\n\r\n"},
           {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
           {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n" + close + "\r\n",
            true},
           {"CONNECT foo:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 19\r\n\r\n404 page "
            "not found\n"},
           {"GET /echo%00 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"},
           {"PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: foo\r\n\r\n1",
            "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n" + close + "\r\n", true},
           {"GET /a//b?x=1&y HTTP/1.1\r\nHost: a\r\n\r\n",
            "HTTP/1.1 301 Moved Permanently\r\nContent-Type: text/html; charset=utf-8\r\nLocation: /a/b?x=1&y\r\n"
            "Content-Length: 49\r\n\r\n<a href=\"/a/b?x=1&amp;y\">Moved Permanently</a>.\n\n"},
           {"PUT /a//b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 301 Moved Permanently\r\nLocation: /a/b\r\nContent-Length: 0\r\n\r\n"},
           {"GARBAGE\r\n\r\n", refusal("400 Bad Request"), true},
           {"GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", refusal("400 Bad Request"), true},
           {"GET relative HTTP/1.1\r\nHost: a\r\n\r\n", refusal("400 Bad Request"), true},
           {"GET / HTTP/1.1\r\n\r\n", refusal("400 Bad Request: missing required Host header"), true},
           {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", refusal("400 Bad Request: malformed Host header"), true},
           {"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
            refusal("505 HTTP Version Not Supported: unsupported protocol version"), true},
           {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
            refusal("501 Not Implemented", "Unsupported transfer encoding"), true},
           {"GET / HTTP/1.1\r\nHost: a\r\nFoo: " + std::string(1100 * 1024, 'x') + "\r\n\r\n",
            refusal("431 Request Header Fields Too Large"), true},
       }) {
    INFO(sent.substr(0, 200));
    raw_client client(server.port());
    client.send(sent);
    if (ends) {
      CHECK(client.rest() == answer);
    } else {
      CHECK(client.answer() == answer);
      CHECK(client.send(get).answer() == ok("GET /echo"));
    }
  }
}

TEST_CASE("an answer to HEAD has the length of the body and no body") {
  test_server server;
  raw_client client(server.port());
  client.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n" + get);
  CHECK(client.answer(true) == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n\r\n");
  CHECK(client.answer() == ok("GET /echo"));
}

TEST_CASE("answers come in the order of the requests, whoever is ready first") {
  test_server server;
  raw_client client(server.port());
  client.send("GET /keep/1 HTTP/1.1\r\nHost: a\r\n\r\n" + get + "GET /keep/2 HTTP/1.1\r\nHost: a\r\n\r\n" + get);
  auto first = server.kept.take();
  REQUIRE(first);
  (*first)->respond(text_answer("one"));
  auto second = server.kept.take();
  REQUIRE(second);
  std::thread([&] { (*second)->respond(text_answer("two")); }).join();
  CHECK(client.answers(4) == ok("one") + ok("GET /echo") + ok("two") + ok("GET /echo"));
}

TEST_CASE("many requests may be sent ahead") {
  test_server server;
  raw_client client(server.port());
  std::string ahead, expected;
  for (int i = 0; i < 3000; ++i) {
    auto path = "/echo/" + std::to_string(i);
    ahead += "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
    expected += ok("GET " + path);
  }
  client.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  auto first = server.kept.take();
  REQUIRE(first);
  std::thread sender([&] { client.send(ahead); });
  (*first)->respond(text_answer("first"));
  CHECK(client.answers(3001) == ok("first") + expected);
  sender.join();
}

TEST_CASE("a second answer to the same request changes nothing") {
  test_server server;
  raw_client client(server.port());
  client.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  (*exchange)->respond(text_answer("one"));
  (*exchange)->respond(text_answer("two"));
  CHECK((*exchange)->respond_stream({})->closed());
  CHECK(client.answer() == ok("one"));
  CHECK(client.send(get).answer() == ok("GET /echo"));
}

TEST_CASE("100 Continue is sent when the body is waited for, and only then") {
  test_server server;
  std::string head = "PUT /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n";
  raw_client client(server.port());
  CHECK(client.send(head).answer() == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.send("x").answer() == ok("PUT /echo <x>"));
  CHECK(client.send(head + "y").answer() == ok("PUT /echo <y>"));
}

TEST_CASE("a large answer reaches a client that reads late") {
  test_server server;
  raw_client client(server.port());
  client.send("GET /text/20000000 HTTP/1.1\r\nHost: a\r\n\r\n" + get);
  auto large = parse_answer(client.answer());
  CHECK(large.whole);
  CHECK(large.body.size() == 20000000);
  CHECK(client.answer() == ok("GET /echo"));
}

TEST_CASE("a request whose client has gone away is cancelled") {
  test_server server;
  auto& cancelled = server.cancelled;
  auto client = std::make_unique<raw_client>(server.port());
  client->send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  bool reset = GENERATE(false, true);
  (*exchange)->on_cancel([&] { cancelled.put("first"); });
  (*exchange)->on_cancel([&] { cancelled.put("second"); });
  if (reset) client->reset();
  client.reset();
  CHECK(cancelled.take() == "second");
  (*exchange)->on_cancel([&] { cancelled.put("late"); });
  CHECK(cancelled.take() == "late");
  (*exchange)->respond(text_answer("nobody hears it"));
}

TEST_CASE("who only ends its sending still gets its answers") {
  test_server server;
  raw_client client(server.port());
  client.send("PUT /keep HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1" + get);
  client.finish_sending();
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  (*exchange)->respond(text_answer("done"));
  exchange.reset();
  CHECK(client.answer() == ok("done"));
  CHECK(client.rest().ends_with("GET /echo"));
}

TEST_CASE("a request that is dropped ends its connection") {
  test_server server;
  raw_client client(server.port());
  CHECK(client.send("GET /drop HTTP/1.1\r\nHost: a\r\n\r\n").rest().empty());
  raw_client other(server.port());
  other.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  server.kept.take();
  CHECK(other.rest().empty());
}

TEST_CASE("a request knows its client") {
  test_server server;
  raw_client client(server.port());
  client.send("PUT /keep HTTP/1.1\r\nHost: a\r\nX-Consul-Token: T\r\nContent-Length: 2\r\n\r\nab");
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto& request = (*exchange)->get_request();
  CHECK(request.remote_address == "127.0.0.1");
  CHECK(request.remote_port != 0);
  CHECK(request.content_length == 2U);
  CHECK(*request.header("x-consul-token") == "T");
  (*exchange)->respond(text_answer("x"));
  client.answer();
}

TEST_CASE("headers are written in their order and can't break out of their line") {
  test_server server;
  raw_client client(server.port());
  client.send("GET /keep HTTP/1.1\r\nHost: a\r\n\r\n");
  auto exchange = server.kept.take();
  REQUIRE(exchange);
  auto answer = text_answer("x");
  answer.status = 299;
  answer.headers = {{"B", "1"}, {"A", "2\r\nEvil: 3"}, {"Content-Length", "77"}};
  answer.common_lines = bytes("C: 4\r\n");
  answer.lines = "D: 5\r\n";
  (*exchange)->respond(std::move(answer));
  auto raw = client.answer();
  CHECK(raw.starts_with("HTTP/1.1 299 status code 299\r\n"));
  auto parsed = parse_answer(raw);
  CHECK(parsed.headers["a"] == "2  Evil: 3");
  CHECK(parsed.headers["content-length"] == "1");
  CHECK(parsed.headers["c"] == "4");
  CHECK(parsed.headers["d"] == "5");
  CHECK(raw.find("B: 1") < raw.find("A: 2"));
}
