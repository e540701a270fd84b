#include "local_server.hpp"
#include "probing.hpp"

#include <sys/socket.h>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

check_definition http_check(const std::string& url) {
  check_definition d;
  d.http = url;
  return d;
}

std::string path_of(const std::string& request) {
  auto from = request.find(' ') + 1;
  return request.substr(from, request.find(' ', from) - from);
}

std::string answer(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

/// Gives every request the same answer, and records the requests.
struct fixed_answer {
  explicit fixed_answer(std::string text)
      : server([this, text = std::move(text)](int s) {
          auto request = read_request(s);
          {
            std::lock_guard lock(mutex);
            requests.push_back(request);
          }
          send_all(s, text);
        }) {}
  std::string url(const std::string& path = "/x") const { return "http://" + server.address() + path; }
  std::string last() {
    std::lock_guard lock(mutex);
    return requests.empty() ? "" : requests.back();
  }

  std::mutex mutex;
  std::vector<std::string> requests;
  local_server server;
};

} // namespace

TEST_CASE("an HTTP check's status follows the code of the answer") {
  probing p;
  struct row {
    std::string line, status, body;
  };
  for (const auto& r :
       {row{"200 OK", "passing", "hey"}, row{"204 No Content", "passing", ""}, row{"299 Some Thing", "passing", "hey"},
        row{"429 Too Many Requests", "warning", "hey"}, row{"404 Not Found", "critical", "hey"},
        row{"503 Service Unavailable", "critical", "hey"}, row{"304 Not Modified", "critical", ""}}) {
    fixed_answer server(answer(r.line, r.body));
    auto result = p.run(http_check(server.url()));
    expect(result, r.status, "HTTP GET " + server.url() + ": " + r.line + " Output: " + r.body);
    CHECK_FALSE(result.at_once);
  }
}

TEST_CASE("an HTTP check passes for an answer that Go's client would take") {
  probing p;
  for (const auto& [text, shown] : std::vector<std::pair<std::string, std::string>>{
           {"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nhey", "200 Output: hey"},
           {"HTTP/1.1 200 OK\nContent-Length: 3\n\nhey", "200 OK Output: hey"},
           {"HTTP/1.0 200 OK\r\n\r\nhey", "200 OK Output: hey"},
           {"HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\n\r\nhey", "200 OK Output: hey"},
           {"HTTP/1.1 103\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nheyMORE", "200 OK Output: hey"},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhey\r\nnonsense", "200 OK Output: hey"},
       }) {
    INFO(text);
    fixed_answer server(text);
    expect(p.run(http_check(server.url())), "passing", "HTTP GET " + server.url() + ": " + shown);
  }
}

TEST_CASE("an HTTP check asks for a packed body and shows it unpacked") {
  probing p;
  // gzip of "hey"
  const std::string packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xad\x04\x00\xf0\x15\xd6\x88\x03\x00\x00\x00", 23);
  fixed_answer server(answer("200 OK", packed, "Content-Encoding: gzip\r\n"));
  expect(p.run(http_check(server.url())), "passing", "HTTP GET " + server.url() + ": 200 OK Output: hey");
  CHECK(server.last().find("\r\nAccept-Encoding: gzip\r\n") != std::string::npos);
}

TEST_CASE("an HTTP check sends the request that clients of the reference see") {
  probing p;
  fixed_answer server(answer("200 OK", "hey"));
  expect(p.run(http_check(server.url())), "passing", "HTTP GET " + server.url() + ": 200 OK Output: hey");
  auto request = server.last();
  CHECK(request.starts_with("GET /x HTTP/1.1\r\n"));
  CHECK(request.find("\r\nHost: " + server.server.address() + "\r\n") != std::string::npos);
  CHECK(request.find("\r\nUser-Agent: Consul Health Check\r\n") != std::string::npos);
  CHECK(request.find("\r\nAccept: text/plain, text/*, */*\r\n") != std::string::npos);
  CHECK(request.find("\r\nConnection: close\r\n") != std::string::npos);

  auto d = http_check("http://u:p@" + server.server.address() + "?q=a b#part");
  d.method = "POST";
  d.body = "hello";
  d.header = {{"host", {"foo.example"}}, {"X-A", {"1", "2"}}, {"user-agent", {"me"}}};
  CHECK(p.run(d).status == "passing");
  request = server.last();
  CHECK(request.starts_with("POST /?q=a%20b HTTP/1.1\r\n"));
  CHECK(request.find("foo.example\r\n") != std::string::npos);
  CHECK(request.find(server.server.address()) == std::string::npos);
  CHECK(request.find("X-A: 1\r\nX-A: 2\r\n") != std::string::npos);
  CHECK(request.find("Consul Health Check") == std::string::npos);
  CHECK(request.find("\r\nAuthorization: Basic dTpw\r\n") != std::string::npos);
  CHECK(request.ends_with("\r\n\r\nhello"));
}

TEST_CASE("an HTTP check takes no header that would change the request") {
  probing p;
  auto d = http_check("http://127.0.0.1:1/");
  d.header = {{"X-A", {"1\r\nX-B: 2"}}};
  expect(p.run(d), "critical", "Get \"http://127.0.0.1:1/\": net/http: invalid header field value for \"X-A\"");
}

TEST_CASE("an HTTP check follows redirections, but not for ever, and not if told so") {
  probing p;
  std::atomic<int> loops{0};
  std::string last;
  local_server server([&](int s) {
    auto request = read_request(s);
    auto path = path_of(request);
    if (path == "/loop") ++loops;
    if (path == "/loop") return send_all(s, answer("302 Found", "", "Location: /loop\r\n"));
    if (path == "/dir/from") return send_all(s, answer("307 Temporary Redirect", "", "Location: to\r\n"));
    if (path == "/from") return send_all(s, answer("302 Found", "", "Location: /to\r\n"));
    last = request;
    send_all(s, answer("200 OK", "there"));
  });
  auto base = "http://" + server.address();
  auto d = http_check(base + "/from");
  d.method = "POST";
  d.body = "x";
  expect(p.run(d), "passing", "HTTP POST " + base + "/from: 200 OK Output: there");
  CHECK(last.starts_with("GET /to "));
  CHECK(last.find("\r\nReferer: " + base + "/from\r\n") != std::string::npos);
  d.http = base + "/dir/from";
  CHECK(p.run(d).status == "passing");
  CHECK(last.starts_with("POST /dir/to "));
  CHECK(last.ends_with("x"));
  expect(p.run(http_check(base + "/loop")), "critical", "Get \"/loop\": stopped after 10 redirects");
  CHECK(loops == 10);
  d = http_check(base + "/from");
  d.disable_redirects = true;
  expect(p.run(d), "critical", "HTTP GET " + base + "/from: 302 Found Output: ");
}

TEST_CASE("of a long body the last bytes are kept") {
  probing p;
  std::string body;
  for (int i = 0; i < 20000; ++i) body += std::to_string(i) + "\n";
  fixed_answer server(answer("200 OK", body));
  auto result = p.run(http_check(server.url()), 50);
  CHECK(result.output == "HTTP GET " + server.url() + ": 200 OK Output: " + body.substr(body.size() - 50));
  fixed_answer endless("HTTP/1.1 200 OK\r\n\r\nuntil the end");
  CHECK(p.run(http_check(endless.url())).output == "HTTP GET " + endless.url() + ": 200 OK Output: until the end");
  fixed_answer chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  CHECK(p.run(http_check(chunked.url())).output == "HTTP GET " + chunked.url() + ": 200 OK Output: abcde");
}

TEST_CASE("an HTTP check's errors read as they do elsewhere") {
  probing p;
  auto port = std::to_string(closed_port());
  expect(p.run(http_check("http://127.0.0.1:" + port + "/x")), "critical",
         "Get \"http://127.0.0.1:" + port + "/x\": dial tcp 127.0.0.1:" + port + ": connect: connection refused");
  auto d = http_check("http://127.0.0.1:" + port + "/x");
  d.method = "PUT";
  CHECK(p.run(d).output.starts_with("Put \"http://"));
  d.http = "http://u:secret@127.0.0.1:" + port + "/x";
  CHECK(p.run(d).output.starts_with("Put \"http://u:***@127.0.0.1:" + port + "/x\": dial"));
  expect(p.run(http_check("ftp://127.0.0.1/")), "critical",
         "Get \"ftp://127.0.0.1/\": unsupported protocol scheme \"ftp\"");
  expect(p.run(http_check("127.0.0.1:80")), "critical",
         "parse \"127.0.0.1:80\": first path segment in URL cannot contain colon");
  expect(p.run(http_check("http:///x")), "critical", "Get \"http:///x\": http: no Host in request URL");
  fixed_answer silent("");
  expect(p.run(http_check(silent.url())), "critical", "Get \"" + silent.url() + "\": EOF");
  fixed_answer garbage("garbage\r\n\r\n");
  expect(p.run(http_check(garbage.url())), "critical",
         "Get \"" + garbage.url() +
             "\": net/http: HTTP/1.x transport connection broken: malformed HTTP response \"garbage\"");
  local_server plain([](int s) {
    char byte;
    if (::recv(s, &byte, 1, 0) == 1) send_all(s, answer("400 Bad Request", "x"));
  });
  expect(p.run(http_check("https://" + plain.address() + "/x")), "critical",
         "Get \"https://" + plain.address() + "/x\": tls: first record does not look like a TLS handshake");
}

TEST_CASE("an HTTP check ends at its time-out and hangs up") {
  probing p;
  std::atomic<bool> ended{false};
  local_server server([&](int s) {
    auto path = path_of(read_request(s));
    if (path == "/body") send_all(s, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    ended = wait_for_end(s);
  });
  auto d = http_check("http://" + server.address() + "/head");
  d.timeout = 300ms;
  SECTION("before the answer") {
    expect(p.run(d), "critical",
           "Get \"" + d.http + "\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)");
  }
  SECTION("within the body: what came counts") {
    d.http = "http://" + server.address() + "/body";
    expect(p.run(d), "passing", "HTTP GET " + d.http + ": 200 OK Output: abc");
  }
  // The port closes the connection by itself, long before it is destroyed.
  for (int i = 0; i < 2000 && !ended; ++i) std::this_thread::yield(), std::this_thread::sleep_for(5ms);
  CHECK(ended);
}

TEST_CASE("a cancelled attempt hangs up and is silent") {
  std::promise<void> connected;
  std::promise<bool> ended;
  local_server server([&](int s) {
    read_request(s);
    connected.set_value();
    ended.set_value(wait_for_end(s));
  });
  std::atomic<int> answers{0};
  probing p;
  auto running =
      p.port->start({http_check("http://" + server.address() + "/"), 60s, 4096}, [&](probe_result) { ++answers; });
  REQUIRE(connected.get_future().wait_for(30s) == std::future_status::ready);
  running->cancel();
  auto gone = ended.get_future();
  REQUIRE(gone.wait_for(30s) == std::future_status::ready);
  CHECK(gone.get());
  CHECK(answers == 0);
}

TEST_CASE("a port that goes takes its attempts with it") {
  std::promise<bool> ended;
  local_server server([&](int s) { ended.set_value(wait_for_end(s)); });
  std::atomic<int> answers{0};
  std::shared_ptr<running_probe> running;
  {
    probing p;
    running =
        p.port->start({http_check("http://" + server.address() + "/"), 60s, 4096}, [&](probe_result) { ++answers; });
    CHECK(p.run(http_check("http://127.0.0.1:" + std::to_string(closed_port()))).status == "critical");
  }
  auto gone = ended.get_future();
  REQUIRE(gone.wait_for(30s) == std::future_status::ready);
  CHECK(gone.get());
  running->cancel();
  CHECK(answers == 0);
}
