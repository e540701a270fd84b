#include "actors/ports/http2_session.hpp"
#include "http2_frames.hpp"
#include "local_server.hpp"
#include "probing.hpp"
#include "tls_server.hpp"

#include <csignal>
#include <sys/socket.h>

using namespace praetor;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

const std::string serving = "\x08\x01", not_serving = "\x08\x02";
const std::string pong =
    frames::frame(frames::settings, 0, 0) + frames::frame(frames::ping, frames::ack, 0, "praetor\0"s);

check_definition grpc_check(const std::string& target, bool tls = false) {
  check_definition d;
  d.grpc = target;
  d.grpc_use_tls = tls;
  return d;
}

check_definition h2ping_check(const std::string& target, bool tls = false) {
  check_definition d;
  d.h2ping = target;
  d.h2ping_use_tls = tls;
  return d;
}

/// Gives every connection the same bytes after its first request, and keeps it open.
struct h2_server {
  explicit h2_server(std::string bytes, bool closes = false)
      : server([this, bytes = std::move(bytes), closes](int s) {
          char chunk[4096];
          auto size = ::recv(s, chunk, sizeof chunk, 0);
          if (size > 0) {
            std::lock_guard lock(mutex);
            request.assign(chunk, static_cast<std::size_t>(size));
          }
          send_all(s, bytes);
          if (!closes) wait_for_end(s);
          ::shutdown(s, SHUT_WR);
          while (closes && ::recv(s, chunk, sizeof chunk, 0) > 0) {
          }
        }) {}
  std::string address() const { return server.address(); }

  std::mutex mutex;
  std::string request;
  local_server server;
};

std::string rpc_error(const std::string& code, const std::string& text) {
  return "rpc error: code = " + code + " desc = " + text;
}
std::string connection_error(const std::string& text) {
  return rpc_error("Unavailable", "connection error: desc = \"" + text + "\"");
}

} // namespace

TEST_CASE("a gRPC check passes when the server says that it is serving") {
  probing p;
  h2_server good(frames::grpc_answer(serving));
  expect(p.run(grpc_check(good.address())), "passing", "gRPC check " + good.address() + ": success");
  auto of_service = good.address() + "/web/v1";
  expect(p.run(grpc_check(of_service)), "passing", "gRPC check " + of_service + ": success");
  {
    std::lock_guard lock(good.mutex);
    CHECK(good.request.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    CHECK(good.request.find("\0\0\0\0\x08\x0a\x06web/v1"s) != std::string::npos);
  }
  h2_server bad(frames::grpc_answer(not_serving));
  expect(p.run(grpc_check(bad.address())), "critical", "gRPC " + bad.address() + " serving status: NOT_SERVING");
}

TEST_CASE("a gRPC check says what is wrong with the answer") {
  using namespace frames;
  struct row {
    std::string answer, output;
  };
  auto preface = frame(settings, 0, 0);
  auto good_head = frame(headers, end_headers, 1, fields({{":status", "200"}, {"content-type", "application/grpc"}}));
  std::vector<row> rows{
      {grpc_answer("", {{"grpc-status", "5"}, {"grpc-message", "unknown%20service"}}),
       rpc_error("NotFound", "unknown service")},
      {only_fields({{":status", "200"}, {"content-type", "application/grpc"}, {"grpc-status", "12"}}),
       rpc_error("Unimplemented", "")},
      {only_fields({{":status", "200"}, {"content-type", "application/grpc+proto"}, {"grpc-status", "x"}}),
       rpc_error("Internal", "transport: malformed grpc-status: strconv.ParseInt: parsing \"x\": invalid syntax")},
      {only_fields({{":status", "404"}, {"content-type", "text/html"}}),
       rpc_error("Unimplemented", "unexpected HTTP status code received from server: 404 (Not Found); transport: "
                                  "received unexpected content-type \"text/html\"")},
      {only_fields({{":status", "503"}}),
       rpc_error("Unavailable", "unexpected HTTP status code received from server: 503 (Service Unavailable); "
                                "malformed header: missing HTTP content-type")},
      {only_fields({{":status", "200"}, {"content-type", "application/grpc"}}), rpc_error("Unknown", "")},
      {only_fields({{":status", "200"}, {"content-type", "text/html"}}),
       rpc_error("Unknown", "transport: received unexpected content-type \"text/html\"")},
      {preface + good_head + frame(data, end_stream, 1, "\0\0\0\0\x02\x08\x01"s),
       rpc_error("Internal", "server closed the stream without sending trailers")},
      {preface + good_head + frame(headers, end_headers | end_stream, 1, fields({{"grpc-message", "?"}})),
       rpc_error("Unknown", "?")},
      {preface + good_head + frame(data, 0, 1, "\0\0\0\0\x05\x08\x01"s) +
           frame(headers, end_headers | end_stream, 1, fields({{"grpc-status", "0"}})),
       rpc_error("Internal", "unexpected EOF")},
      {preface + good_head + frame(rst_stream, 0, 1, number(2, 4)),
       rpc_error("Internal", "stream terminated by RST_STREAM with error code: INTERNAL_ERROR")},
      {preface + frame(rst_stream, 0, 1, number(7, 4)),
       rpc_error("Unavailable", "stream terminated by RST_STREAM with error code: REFUSED_STREAM")},
  };
  // An interim response changes nothing.
  rows.push_back(
      {preface + frame(headers, end_headers, 1, fields({{":status", "103"}})) + grpc_answer("").substr(preface.size()),
       ""});
  probing p;
  for (const auto& r : rows) {
    h2_server server(r.answer);
    auto output = r.output.empty() ? "gRPC " + server.address() + " serving status: UNKNOWN" : r.output;
    expect(p.run(grpc_check(server.address())), "critical", output);
  }
}

TEST_CASE("an H2PING check passes when its ping is answered") {
  probing p;
  h2_server good(pong);
  expect(p.run(h2ping_check(good.address())), "passing", "HTTP2 ping was successful");
  auto refused = "127.0.0.1:" + std::to_string(closed_port());
  expect(p.run(h2ping_check(refused)), "critical",
         "Failed to dial to " + refused + ": dial tcp " + refused + ": connect: connection refused");
  expect(p.run(grpc_check(refused)), "critical",
         connection_error("transport: Error while dialing: dial tcp " + refused + ": connect: connection refused"));
  expect(p.run(h2ping_check("nowhere")), "critical",
         "Failed to dial to nowhere: dial tcp: address nowhere: missing port in address");
  h2_server other(frames::frame(frames::settings, 0, 0) +
                  frames::frame(frames::ping, frames::ack, 0, std::string(8, 'x')));
  auto d = h2ping_check(other.address());
  d.timeout = 200ms;
  expect(p.run(d), "critical", "HTTP2 ping failed: context deadline exceeded");
}

TEST_CASE("HTTP/2 checks with TLS offer h2 and believe only who is named and vouched for") {
  std::signal(SIGPIPE, SIG_IGN);
  probing p;
  tls_server server("IP:127.0.0.1", frames::grpc_answer(serving) + pong.substr(9));
  auto address = server.address();
  auto untrusted = "tls: failed to verify certificate: x509: certificate signed by unknown authority"s;
  expect(p.run(h2ping_check(address, true)), "critical", "Failed to dial to " + address + ": " + untrusted);
  expect(p.run(grpc_check(address, true)), "critical",
         connection_error("transport: authentication handshake failed: " + untrusted));
  auto ping = h2ping_check(address, true), health = grpc_check(address, true);
  ping.h2ping_use_tls.reset(); // unset means TLS
  ping.tls_skip_verify = health.tls_skip_verify = true;
  expect(p.run(health), "passing", "gRPC check " + address + ": success");
  tls_server ponging("IP:127.0.0.1", pong);
  ping.h2ping = ponging.address();
  expect(p.run(ping), "passing", "HTTP2 ping was successful");
  CHECK(server.offered() == "\x02h2");
  CHECK(ponging.offered() == "\x02h2");
  local_server plain([](int s) { send_all(s, "HTTP/1.1 400 Bad Request\r\n\r\n"); });
  CHECK(p.run(h2ping_check(plain.address(), true)).output ==
        "Failed to dial to " + plain.address() + ": tls: first record does not look like a TLS handshake");
}

TEST_CASE("HTTP/2 checks report servers that speak something else or nothing") {
  using namespace frames;
  struct row {
    std::string bytes;
    bool closes;
    std::string ping_failure, grpc_failure; // the second one if it differs
  };
  probing p;
  for (const auto& r : std::vector<row>{
           {"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", true, "http2: frame too large", ""},
           {"", true, "EOF", ""},
           {"\0\0"s, true, "unexpected EOF", ""},
           {frame(ping, 0, 0, std::string(8, 'x')), false, "connection error: PROTOCOL_ERROR",
            "initial http2 frame from server is not a settings frame: *http2.PingFrame"},
           {number(0xffffff, 3) + std::string(100, '\0'), false, "http2: frame too large", ""},
       }) {
    h2_server server(r.bytes, r.closes);
    expect(p.run(h2ping_check(server.address())), "critical", "HTTP2 ping failed: " + r.ping_failure);
    h2_server other(r.bytes, r.closes);
    auto failure = r.grpc_failure.empty() ? "error reading server preface: " + r.ping_failure : r.grpc_failure;
    expect(p.run(grpc_check(other.address())), "critical", connection_error(failure));
  }
  auto going = frame(settings, 0, 0) + frame(goaway, 0, 0, number(0, 4) + number(11, 4) + "calm");
  h2_server leaving(going, true);
  expect(p.run(h2ping_check(leaving.address())), "critical", "HTTP2 ping failed: EOF");
  h2_server draining(going);
  CHECK(p.run(grpc_check(draining.address())).output == rpc_error("Unavailable", "the connection is draining"));
  auto broken = frame(settings, 0, 0) + frame(ping, 0, 0, "short");
  h2_server wrong(broken);
  expect(p.run(h2ping_check(wrong.address())), "critical", "HTTP2 ping failed: connection error: FRAME_SIZE_ERROR");
  local_server silent([](int s) { wait_for_end(s); });
  auto d = grpc_check(silent.address());
  d.timeout = 200ms;
  CHECK(p.run(d).output == rpc_error("DeadlineExceeded", "context deadline exceeded"));
}

TEST_CASE("a hostile HTTP/2 server gets a small share of memory and of bytes") {
  using namespace frames;
  auto preface = frame(settings, 0, 0);
  std::string indexed = "\x40\x01x\x7f\xa1\x1e"s + std::string(4000, 'v'); // 4,000 bytes enter the table (RFC 7541)
  std::vector<std::pair<std::string, std::string>> rows{
      // a first part, and one that is repeated without end
      {preface, frame(ping, 0, 0, std::string(8, 'p'))},
      {preface, frame(settings, 0, 0)},
      {preface + frame(headers, 0, 1, fields({{":status", "200"}})), frame(continuation, 0, 1, fields({{"a", "b"}}))},
      {preface + frame(headers, 0, 1, fields({{":status", "200"}})), frame(continuation, 0, 1)},
      {preface + frame(headers, 0, 1, fields({{":status", "200"}}) + indexed),
       frame(continuation, 0, 1, std::string(1000, '\xbe'))},
      {preface + frame(headers, end_headers, 1, fields({{":status", "200"}, {"content-type", "application/grpc"}})),
       frame(data, 0, 1, std::string(8000, 'd'))},
      {preface, frame(push_promise, end_headers, 1, number(2, 4) + fields({{":method", "GET"}}))},
      {preface, frame(0x77, 0, 0, std::string(1000, 'u'))},
      {preface, number(16385, 3) + std::string(6, '\0') + std::string(16385, 'z')},
  };
  probing p;
  for (const auto& [first, again] : rows) {
    local_server server([&first = first, &again = again](int s) {
      send_all(s, first);
      while (::send(s, again.data(), again.size(), MSG_NOSIGNAL) > 0) {
      }
    });
    auto d = grpc_check(server.address());
    auto result = p.run(d);
    CHECK(result.status == "critical");
    INFO(result.output);
    CHECK(result.output.find("deadline") == std::string::npos);
  }
}

TEST_CASE("an HTTP/2 session takes its input in any pieces") {
  auto bytes = frames::grpc_answer(serving);
  for (std::size_t size : {1u, 2u, 7u, 1000u}) {
    http2_session session;
    session.send_request({{":method", "POST"}, {":scheme", "http"}, {":path", "/"}, {":authority", "a"}}, "body");
    CHECK_FALSE(session.output().empty());
    for (std::size_t at = 0; at < bytes.size(); at += size) REQUIRE(session.receive(bytes.substr(at, size)));
    CHECK(session.settled());
    CHECK(session.answer().ended);
    CHECK(session.answer().body == "\0\0\0\0\x02"s + serving);
    CHECK(session.answer().trailer.size() == 1);
  }
}
