#include "frontends/http/request_parser.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::http;

namespace {

constexpr std::uint32_t header_limit = 1 << 20;

/// Parses one request from `bytes`, passed in pieces of `piece`.
parse_status parse(request_parser& parser, std::string_view bytes, std::size_t piece) {
  parser.reset(header_limit, false);
  std::string waiting;
  while (!bytes.empty()) {
    waiting.append(bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    std::string_view rest = waiting;
    for (;;) {
      auto status = parser.feed(rest);
      if (status == parse_status::head) continue;
      if (status != parse_status::need_more) return status;
      break;
    }
    waiting.erase(0, waiting.size() - rest.size());
  }
  return parse_status::need_more;
}

} // namespace

TEST_CASE("a request is the same however its bytes are cut") {
  std::string raw =
      "PUT /v1/kv/a%20b?flags=3 HTTP/1.1\r\nHost: a:8500\r\nX-Consul-Token:  t t \r\nAccept-Encoding: br, "
      "GZIP;q=0.5\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=\"1\"\r\nde\r\n0\r\nTrailer: "
      "x\r\nHost: b\r\n\r\n";
  for (std::size_t piece = 1; piece <= raw.size(); ++piece) {
    request_parser parser;
    REQUIRE(parse(parser, raw, piece) == parse_status::complete);
    auto& r = parser.current();
    CHECK(r.method == "PUT");
    CHECK(r.path == "/v1/kv/a b");
    CHECK(r.query.get("flags") == "3");
    CHECK(r.body == "abcde");
    CHECK_FALSE(r.content_length.has_value());
    REQUIRE(r.headers.size() == 4);
    CHECK(*r.header("x-consul-token") == "t t");
    CHECK(*r.header("host") == "a:8500");
    CHECK(parser.facts().accepts_gzip);
    CHECK(parser.facts().keep_alive);
  }
}

TEST_CASE("requests behind each other are counted alike however they are cut") {
  std::string raw;
  for (int i = 0; i < 5; ++i)
    raw += "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbodyGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  auto whole = parse_connection(raw, 0, header_limit);
  CHECK(whole == parse_tally{10, 0, 20});
  for (std::size_t piece : {1, 2, 3, 7, 31, 64}) CHECK(parse_connection(raw, piece, header_limit) == whole);
}

TEST_CASE("a body needs its length or its chunks") {
  request_parser parser;
  REQUIRE(parse(parser, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 100) == parse_status::complete);
  CHECK(parser.current().content_length == 0U);
  REQUIRE(parse(parser, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 200) ==
          parse_status::complete);
  CHECK(parser.current().content_length == 3U);
  CHECK(parser.current().body == "abc");
  CHECK(parse(parser, "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab", 200) == parse_status::need_more);
}

TEST_CASE("the weight of gzip decides") {
  struct row {
    std::string header;
    bool accepted;
  };
  for (auto& [header, accepted] : std::vector<row>{{"gzip", true},
                                                   {"gzip;q=0", false},
                                                   {"gzip; q=0.0", false},
                                                   {"deflate, gzip;q=1.0, *;q=0.5", true},
                                                   {"identity", false},
                                                   {"xgzip", false},
                                                   {"*", false}}) {
    request_parser parser;
    REQUIRE(parse(parser, "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: " + header + "\r\n\r\n", 999) ==
            parse_status::complete);
    INFO(header);
    CHECK(parser.facts().accepts_gzip == accepted);
  }
}

TEST_CASE("what is no request fails with the status that says why") {
  struct row {
    std::string raw;
    unsigned status;
    std::string reason;
  };
  std::string host = "Host: a\r\n";
  for (auto& [raw, status, reason] : std::vector<row>{
           {"GARBAGE\r\n\r\n", 400, "Bad Request"},
           {"GET /\r\n\r\n", 400, "Bad Request"},
           {"GET / HTTQ/1.1\r\n\r\n", 400, "Bad Request"},
           {"GET / HTTP/9.9\r\n\r\n", 505, "HTTP Version Not Supported: unsupported protocol version"},
           {"GET / HTTP/2.0\r\n\r\n", 505, "HTTP Version Not Supported: unsupported protocol version"},
           {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Bad Request"},
           {"GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Bad Request"},
           {"F(O / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Bad Request"},
           {"GET / HTTP/1.1\r\n\r\n", 400, "Bad Request: missing required Host header"},
           {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, "Bad Request: malformed Host header"},
           {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "Bad Request"},
           {"GET / HTTP/1.1\r\nHost: a\r\nFoo\r\n\r\n", 400, "Bad Request"},
           {"GET / HTTP/1.1\r\nHost: a\r\nFoo : x\r\n\r\n", 400, "Bad Request: invalid header name"},
           {"GET / HTTP/1.1\r\nHost: a\r\nFoo: \x01\r\n\r\n", 400, "Bad Request"},
           {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "Bad Request"},
           {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400, "Bad Request"},
           {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 400, "Bad Request"},
           // Two parsers could disagree about the end of such a body (RFC 9112 6.1).
           {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "Bad Request"},
           {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "Not Implemented"},
           {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501, "Not Implemented"},
           {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "Bad Request"},
       }) {
    for (std::size_t piece : {std::size_t{1}, std::size_t{5}, raw.size()}) {
      request_parser parser;
      INFO(raw);
      REQUIRE(parse(parser, raw, piece) == parse_status::failed);
      CHECK(parser.failure().status == status);
      CHECK(parser.failure().reason == reason);
    }
  }
}

TEST_CASE("headers, chunk heads and trailers that never end are cut off") {
  std::string filler(5000, 'x');
  for (auto& raw :
       std::vector<std::string>{"GET /" + filler, "GET / HTTP/1.1\r\nHost: a\r\nFoo: " + filler,
                                "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + filler,
                                "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nFoo: " + filler}) {
    CHECK(parse_connection(raw, 100, 200).failure_status == 431);
    CHECK(parse_connection(raw, 100, 1 << 20).failure_status == 0);
  }
}
