#include "protocol/config/runtime_config.hpp"
#include "protocol/watch/configured_watch.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

config::runtime_config configured(nlohmann::json watch) {
  config::runtime_config c;
  c.http_addrs.emplace_back();
  c.watches.emplace_back(std::move(watch));
  return c;
}

std::string fault_of(nlohmann::json watch) {
  auto read = configured_watches(configured(std::move(watch)));
  return read ? "" : read.error().text;
}

configured_watch read(nlohmann::json watch) { return configured_watches(configured(std::move(watch))).value().at(0); }

} // namespace

TEST_CASE("a watch of the configuration names its handler") {
  CHECK(read({{"type", "nodes"}, {"args", {"/bin/a", "b c"}}}).handler.arguments == string_list{"/bin/a", "b c"});
  CHECK(read({{"type", "nodes"}, {"args", "/bin/a"}}).handler.arguments == string_list{"/bin/a"});
  CHECK(read({{"type", "nodes"}, {"handler", "a | b"}}).handler.line == "a | b");
  auto http = read({{"type", "nodes"},
                    {"handler_type", "http"},
                    {"http_handler_config",
                     {{"path", "https://h/x"},
                      {"method", "PUT"},
                      {"timeout", "3s"},
                      {"header", {{"X-A", {"1", "2"}}}},
                      {"tls_skip_verify", true}}}})
                  .handler.http;
  REQUIRE(http);
  CHECK(http->path == "https://h/x");
  CHECK(http->method == "PUT");
  CHECK(http->timeout == 3s);
  CHECK(http->header.at("X-A") == string_list{"1", "2"});
  CHECK(http->tls_skip_verify);
  auto plain = read({{"type", "nodes"}, {"handler_type", "http"}, {"http_handler_config", {{"path", "http://h"}}}});
  CHECK(plain.handler.http->method == "POST");
  CHECK(plain.handler.http->timeout == 10s);
}

TEST_CASE("a watch without a usable handler is refused") {
  CHECK(fault_of({{"type", "nodes"}}) == "Must define a watch handler");
  CHECK(fault_of({{"type", "nodes"}, {"args", {"a"}}, {"handler", "b"}}) == "Only one watch handler allowed");
  CHECK(fault_of({{"type", "nodes"}, {"handler", {"b"}}}) == "Watch handler must be a string");
  CHECK(fault_of({{"type", "nodes"}, {"args", {1}}}) == "Watch args must be a list of strings");
  CHECK(fault_of({{"type", "nodes"}, {"handler_type", "mail"}}) == "Handler type 'mail' not recognized");
  CHECK(fault_of({{"type", "connect_roots"}, {"args", {"a"}}}) ==
        "Watch type connect_roots is not allowed in agent config");
}

TEST_CASE("a fault in a watch is shown with what was not read of it") {
  const std::string start = "Failed to parse watch (map[string]interface {}{";
  CHECK(fault_of({{"type", "bogus"}, {"args", {"a", "b"}}, {"n", 1.0}}) ==
        start + R"("args":[]interface {}{"a", "b"}, "n":1}): Unsupported watch type: bogus)");
  CHECK(fault_of({{"type", "bogus"}, {"args", {"a"}}}) == start + R"("args":"a"}): Unsupported watch type: bogus)");
  CHECK(fault_of({{"type", "nodes"}, {"args", {"a"}}, {"x", 1}}) == start + R"("x":1}): Invalid parameters: [x])");
  CHECK(fault_of({{"type", "nodes"}, {"handler_type", "http"}}) ==
        start + "}): Handler type 'http' requires 'http_handler_config' to be set");
  CHECK(fault_of({{"type", "nodes"}, {"handler_type", "http"}, {"http_handler_config", {{"method", "PUT"}}}})
            .ends_with(": Failed to parse 'http_handler_config': Requires 'path' to be set"));
  CHECK(fault_of({{"type", "nodes"},
                  {"handler_type", "http"},
                  {"http_handler_config", {{"path", "http://h"}, {"timeout", "5x"}}}}) ==
        start + R"("http_handler_config":map[string]interface {}{"path":"http://h", "timeout":"5x"}}): )"
                R"(Failed to parse 'http_handler_config': Failed to parse timeout: )"
                R"(time: unknown unit "x" in duration "5x")");
  CHECK(fault_of({{"type", "nodes"},
                  {"handler_type", "http"},
                  {"http_handler_config", {{"path", "http://h"}, {"method", 5.0}, {"tls_skip_verify", "x"}}}})
            .ends_with("2 error(s) decoding:\n\n"
                       "* 'method' expected type 'string', got unconvertible type 'float64', value: '5'\n"
                       "* 'tls_skip_verify' expected type 'bool', got unconvertible type 'string', value: 'x'"));
}

TEST_CASE("the text of a fault holds no secret") {
  auto fault = fault_of({{"datacenter", 7}, {"type", "nodes"}, {"token", "b1946ac9"}, {"args", {"a"}}});
  CHECK(fault.ends_with(": Expecting datacenter to be a string"));
  CHECK(fault.find("b1946ac9") == fault.npos);
}

TEST_CASE("watches need an endpoint of the agent") {
  auto c = configured({{"type", "nodes"}, {"args", {"a"}}});
  c.http_addrs.clear();
  CHECK(configured_watches(c).error().text == "watch plans require an HTTP or HTTPS endpoint");
  c.watches.clear();
  CHECK(configured_watches(c));
}

TEST_CASE("equal watches have equal definitions, whatever the order of their members") {
  auto one = read({{"type", "key"}, {"key", "a"}, {"args", {"x"}}});
  CHECK(one.definition == read({{"args", {"x"}}, {"key", "a"}, {"type", "key"}}).definition);
  CHECK(one.definition != read({{"args", {"x"}}, {"key", "b"}, {"type", "key"}}).definition);
}
