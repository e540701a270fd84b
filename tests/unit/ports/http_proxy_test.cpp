#include "actors/ports/http_proxy.hpp"

#include "local_server.hpp"
#include "probing.hpp"
#include "tls_server.hpp"

#include <csignal>
#include <cstdlib>
#include <map>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace praetor;

namespace {

using named_values = std::map<std::string, std::string>;

proxy_rules rules_of(const named_values& variables) {
  return proxy_rules([&](const char* name) {
    auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  });
}

/// Sets environment variables during this object's lifetime.
class variables {
public:
  explicit variables(named_values set) : set_(std::move(set)) {
    for (const auto& [name, value] : set_) ::setenv(name.c_str(), value.c_str(), 1);
  }
  ~variables() {
    for (const auto& [name, value] : set_) ::unsetenv(name.c_str());
  }
  variables(const variables&) = delete;
  variables& operator=(const variables&) = delete;

private:
  named_values set_;
};

/// Copies from one socket to the other until the end.
void pump(int from, int to) {
  char chunk[4096];
  for (ssize_t size; (size = ::recv(from, chunk, sizeof chunk, 0)) > 0;)
    send_all(to, {chunk, static_cast<std::size_t>(size)});
  ::shutdown(to, SHUT_WR);
}

int connected_to(int port) {
  int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  ::connect(s, reinterpret_cast<sockaddr*>(&address), sizeof address);
  return s;
}

/// A proxy that answers requests itself, opens every tunnel to one port, or refuses all of them.
struct small_proxy {
  explicit small_proxy(int tunnels_to = 0, std::string refusal = {})
      : server([this, tunnels_to, refusal](int s) {
          auto request = read_request(s);
          {
            std::lock_guard lock(mutex);
            last = request;
          }
          if (!refusal.empty()) return send_all(s, "HTTP/1.1 " + refusal + "\r\nContent-Length: 0\r\n\r\n");
          if (!request.starts_with("CONNECT ")) return send_all(s, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey");
          send_all(s, "HTTP/1.1 200 Connection established\r\n\r\n");
          int target = connected_to(tunnels_to);
          std::thread back([&] { pump(target, s); });
          pump(s, target);
          back.join();
          ::close(target);
        }) {}
  std::string request() {
    std::lock_guard lock(mutex);
    return last;
  }

  std::mutex mutex;
  std::string last;
  local_server server;
};

check_definition get(const std::string& url) {
  check_definition d;
  d.http = url;
  return d;
}

} // namespace

TEST_CASE("NO_PROXY names who is reached without a proxy") {
  struct row {
    std::string no_proxy, host, port;
    bool proxied;
  };
  for (const auto& r : std::vector<row>{
           {"", "web.example", "80", true},
           {"", "localhost", "80", false},
           {"", "127.8.9.10", "80", false},
           {"", "::1", "80", false},
           {"", "::ffff:127.0.0.1", "80", false},
           {"", "localhost.example", "80", true},
           {"*", "web.example", "80", false},
           {"a.example, *", "1.2.3.4", "80", false},
           {"example", "web.example", "80", false},
           {"web.example", "web.example", "80", false},
           {"web.example", "deep.web.example", "80", false},
           {"web.example", "theweb.example", "80", true},
           {"WEB.Example", "web.EXAMPLE", "80", false},
           {".web.example", "web.example", "80", true},
           {".web.example", "deep.web.example", "80", false},
           {"*.web.example", "deep.web.example", "80", false},
           {"*.web.example", "web.example", "80", true},
           {"web.example:81", "web.example", "80", true},
           {"web.example:81", "web.example", "81", false},
           {"web.example:", "web.example", "81", false},
           {" x , web.example ,,", "web.example", "80", false},
           {"10.1.2.3", "10.1.2.3", "80", false},
           {"10.1.2.3", "10.1.2.4", "80", true},
           {"10.1.2.3:81", "10.1.2.3", "80", true},
           {"10.1.2.3:81", "10.1.2.3", "81", false},
           {"10.0.0.0/8", "10.255.0.1", "80", false},
           {"10.0.0.0/8", "11.0.0.1", "80", true},
           {"10.0.0.0/8", "::ffff:10.0.0.1", "80", false},
           {"::ffff:10.0.0.0/104", "10.0.0.1", "80", false},
           {"10.0.0.0/33", "10.0.0.0", "80", true},
           {"fd00::/8", "fd12::1", "80", false},
           {"fd00::/8", "fe80::1", "80", true},
           {"fd12::1", "fd12:0::1", "80", false},
           {"[fd12::1]:81", "fd12::1", "80", true},
           {"[fd12::1]:81", "fd12::1", "81", false},
           {"10.0.0.0/8", "web.example", "80", true},
           {":80", "web.example", "80", true},
           {"/", "web.example", "80", true},
       }) {
    INFO(r.no_proxy << " " << r.host << ":" << r.port);
    auto rules = rules_of({{"HTTP_PROXY", "proxy.example:3128"}, {"NO_PROXY", r.no_proxy}});
    CHECK((rules.proxy_for("http", r.host, r.port) != nullptr) == r.proxied);
  }
}

TEST_CASE("each scheme has its proxy, given as a URL or an address") {
  struct row {
    named_values variables;
    std::string scheme, proxy; ///< "scheme host port login"; empty: none
  };
  for (const auto& r : std::vector<row>{
           {{{"HTTP_PROXY", "proxy.example:3128"}}, "http", "http proxy.example 3128 "},
           {{{"HTTP_PROXY", "proxy.example:3128"}}, "https", ""},
           {{{"HTTPS_PROXY", "http://proxy.example"}}, "https", "http proxy.example 80 "},
           {{{"HTTPS_PROXY", "http://proxy.example"}}, "http", ""},
           {{{"http_proxy", "10.0.0.1:3128"}}, "http", "http 10.0.0.1 3128 "},
           {{{"http_proxy", "low:1"}, {"HTTP_PROXY", "high:2"}}, "http", "http high 2 "},
           {{{"HTTP_PROXY", "http://[fd00::1]:3128/"}}, "http", "http fd00::1 3128 "},
           {{{"HTTP_PROXY", "http://me:pass@proxy.example"}}, "http", "http proxy.example 80 Basic bWU6cGFzcw=="},
           {{{"HTTP_PROXY", "socks5://proxy.example"}}, "http", "socks5 proxy.example 80 "},
           {{{"HTTP_PROXY", "http://bad:port"}}, "http", "http http 80 "}, // as Go parses http://http://bad:port
           {{{"HTTP_PROXY", "p:1"}, {"no_proxy", "*"}}, "http", ""},
       }) {
    INFO(r.variables.begin()->second);
    auto rules = rules_of(r.variables);
    auto* found = rules.proxy_for(r.scheme, "web.example", "80");
    auto text = found ? found->scheme + " " + found->host + " " + found->port + " " + found->authorization : "";
    CHECK(text == r.proxy);
  }
}

TEST_CASE("an HTTP check goes through the proxy that the environment names") {
  small_proxy proxy;
  variables set(
      named_values{{"HTTP_PROXY", "http://me:pass@" + proxy.server.address()}, {"NO_PROXY", "direct.invalid"}});
  probing p;
  expect(p.run(get("http://web.invalid:81/a?b=c")), "passing",
         "HTTP GET http://web.invalid:81/a?b=c: 200 OK Output: hey");
  auto request = proxy.request();
  CHECK(request.starts_with("GET http://web.invalid:81/a?b=c HTTP/1.1\r\n"));
  CHECK(request.find("\r\nHost: web.invalid:81\r\n") != std::string::npos);
  CHECK(request.find("\r\nProxy-Authorization: Basic bWU6cGFzcw==\r\n") != std::string::npos);
  CHECK(p.run(get("http://direct.invalid/")).output.find("lookup direct.invalid") != std::string::npos);
  local_server own([](int s) {
    auto target = read_request(s).starts_with("GET /x HTTP/1.1\r\n") ? "me" : "no";
    send_all(s, std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n") + target);
  });
  expect(p.run(get("http://" + own.address() + "/x")), "passing",
         "HTTP GET http://" + own.address() + "/x: 200 OK Output: me");
}

TEST_CASE("an HTTPS check goes through a tunnel, and believes only who is at its end") {
  std::signal(SIGPIPE, SIG_IGN);
  tls_server web("DNS:web.invalid", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhey");
  small_proxy proxy(web.port());
  variables set(named_values{{"HTTPS_PROXY", proxy.server.address()}});
  probing p;
  auto d = get("https://web.invalid/");
  expect(p.run(d), "critical",
         "Get \"https://web.invalid/\": tls: failed to verify certificate: x509: certificate signed by unknown "
         "authority");
  CHECK(proxy.request().starts_with("CONNECT web.invalid:443 HTTP/1.1\r\nHost: web.invalid:443\r\n"));
  d.tls_skip_verify = true;
  expect(p.run(d), "passing", "HTTP GET https://web.invalid/: 200 OK Output: hey");
}

TEST_CASE("what goes wrong at a proxy is told") {
  auto output_of = [](const std::string& proxy, const std::string& url) {
    variables set(named_values{{"HTTP_PROXY", proxy}, {"HTTPS_PROXY", proxy}});
    probing p;
    auto result = p.run(get(url));
    CHECK(result.status == "critical");
    return result.output;
  };
  small_proxy refusing(0, "403 Forbidden");
  CHECK(output_of(refusing.server.address(), "https://web.invalid/") == "Get \"https://web.invalid/\": Forbidden");
  auto gone = "127.0.0.1:" + std::to_string(closed_port());
  CHECK(output_of(gone, "http://web.invalid/") ==
        "Get \"http://web.invalid/\": proxyconnect tcp: dial tcp " + gone + ": connect: connection refused");
  CHECK(
      output_of("socks5://" + gone, "http://web.invalid/") ==
      "Get \"http://web.invalid/\": proxyconnect tcp: proxies of scheme \"socks5\" are not available in this release");
}

TEST_CASE("the handler of a watch goes through the proxy that the environment names") {
  small_proxy proxy;
  variables set(named_values{{"HTTP_PROXY", proxy.server.address()}});
  probing p;
  handler_run run;
  run.handler.http.emplace();
  run.handler.http->path = "http://hook.invalid/news";
  run.handler.http->method = "POST";
  run.handler.http->timeout = std::chrono::seconds(20);
  run.news = "[]";
  std::promise<handler_result> ended;
  auto running = p.port->run(run, [&](handler_result r) { ended.set_value(std::move(r)); });
  auto result = ended.get_future();
  REQUIRE(result.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
  auto got = result.get();
  CHECK(got.failure == "");
  CHECK(got.code == 200);
  CHECK(proxy.request().starts_with("POST http://hook.invalid/news HTTP/1.1\r\n"));
}
