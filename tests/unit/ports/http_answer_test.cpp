#include "actors/ports/http_answer.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

struct outcome {
  std::string status, body, fault;
  bool done = false;
};

/// Passes a response in pieces of this size, followed by the end of the connection.
outcome read(std::string_view text, std::size_t piece, bool to_head = false) {
  http_answer answer(to_head);
  outcome out;
  for (; !text.empty() && !answer.is_done(); text.remove_prefix(std::min(piece, text.size()))) {
    auto good = answer.take(text.substr(0, piece), [&](std::string_view bytes) { out.body += bytes; });
    if (!good) {
      out.fault = good.error().text;
      return out;
    }
  }
  if (!answer.has_head()) out.fault = answer.end().error().text;
  out.status = answer.status();
  out.done = answer.is_done();
  return out;
}

} // namespace

TEST_CASE("an answer is read whatever liberties its server takes") {
  struct row {
    std::string text, status, body;
  };
  for (const auto& r : std::vector<row>{
           {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nhey", "200", "hey"},
           {"HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\nhey", "200 ", "hey"},
           {"HTTP/1.1   200 OK\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\nContent-Length: 3\n\nhey", "200 OK", "hey"},
           {"HTTP/1.0 200 OK\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\nheyMORE", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nX-A: 1\r\n  2\r\nContent-Length:\r\n 3\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nContent-Length: "
            "9\r\n\r\n2\r\nhe\r\n1;a=b\r\ny\r\n0\r\n\r\n",
            "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3 \nhey\n0\n\n", "200 OK", ""},
           {"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nX-A : x\r\nContent-Length: 3\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhey\r\nzz\r\n", "200 OK", "hey"},
           {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhey", "200 OK", "hey"},
           {"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nhey", "204 No Content", ""},
           {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "101 Switching Protocols", ""},
           {"HTTP/2.0 200 OK\r\n\r\nhey", "200 OK", "hey"},
       }) {
    for (std::size_t piece : {1, 7, 4096}) {
      INFO(r.text << " in pieces of " << piece);
      auto got = read(r.text, piece);
      CHECK(got.fault == "");
      CHECK(got.status == r.status);
      CHECK(got.body == r.body);
    }
  }
}

TEST_CASE("an answer to HEAD has no body") {
  auto got = read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 4096, true);
  CHECK(got.done);
  CHECK(got.body == "");
}

TEST_CASE("what is no answer is refused in Go's words") {
  const std::string broken = "net/http: HTTP/1.x transport connection broken: ";
  for (const auto& [text, fault] : std::vector<std::pair<std::string, std::string>>{
           {"", "EOF"},
           {"HTTP/1.1 200 OK\r\nX: 1", broken + "unexpected EOF"},
           {"HTTP/1.1 200 OK\r\nX", broken + "malformed MIME header: missing colon: \"X\""},
           {"hello\r\n", broken + "malformed HTTP response \"hello\""},
           {"\r\nHTTP/1.1 200 OK\r\n\r\n", broken + "malformed HTTP response \"\""},
           {"HTTP/1.1 20 OK\r\n\r\n", broken + "malformed HTTP status code \"20\""},
           {"HTTP/1.1 abc OK\r\n\r\n", broken + "malformed HTTP status code \"abc\""},
           {"ICY 200 OK\r\n\r\n", broken + "malformed HTTP version \"ICY\""},
           {"HTTP/1.1 200 OK\r\n X: 1\r\n\r\n", broken + "malformed MIME header initial line: \" X: 1\""},
           {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", broken + "malformed MIME header: missing colon: \"no colon\""},
           {"HTTP/1.1 200 OK\r\n: x\r\n\r\n", broken + "malformed MIME header line: \": x\""},
           {"HTTP/1.1 200 OK\r\nX-A: \x01\r\n\r\n", broken + "malformed MIME header line: \"X-A: \\x01\""},
           {"http/1.1 200 OK\r\n\r\n", broken + "malformed HTTP version \"http/1.1\""},
           {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n",
            broken + "http: message cannot contain multiple Content-Length headers; got [\"3\" \"4\"]"},
           {"HTTP/1.1 200 OK\r\nContent-Length: -3\r\n\r\n", broken + "bad Content-Length \"-3\""},
           {"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", broken + "invalid empty Content-Length \"\""},
           {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", broken + "bad Content-Length \"x\""},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", broken + "unsupported transfer encoding: \"gzip\""},
       }) {
    INFO(text);
    CHECK(read(text, 4096).fault == fault);
  }
}

TEST_CASE("a head without end is given up") {
  http_answer answer;
  auto nothing = [](std::string_view) {};
  REQUIRE(answer.take("HTTP/1.1 200 OK\r\n", nothing));
  std::string line = "X-A: " + std::string(1000, 'a') + "\r\n";
  expected<void> good;
  for (int i = 0; i < 2000 && good; ++i) good = answer.take(line, nothing);
  REQUIRE_FALSE(good);
  CHECK(good.error().text.find("server response headers exceeded") != std::string::npos);
}
