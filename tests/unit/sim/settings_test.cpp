#include "sim/cluster.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

using namespace praetor::sim;
using namespace std::chrono_literals;

TEST_CASE("a service whose check stays critical goes after the time that its definition says, and not before") {
  world w(1);
  topology who;
  fabric between(w, who);
  cluster c(w, between, who);
  for (auto* n : c.nodes()) c.bring_up(*n);
  REQUIRE(w.run_for(30s, [&] { return c.agree(); }));
  auto* agent = c.leader();
  auto ask = [&](const std::string& method, const std::string& path, const std::string& body = "") {
    std::optional<reply> got;
    agent->request(method, path, body, [&](const reply& r) { got = r; });
    REQUIRE(w.run_for(10s, [&] { return got.has_value(); }));
    return *got;
  };
  auto never = [] { return false; };
  for (std::string after : {"\"DeregisterCriticalServiceAfter\":\"90s\",", ""})
    REQUIRE(ask("PUT", "/v1/agent/service/register",
                "{\"Name\":\"web" + std::to_string(after.size()) + "\",\"Check\":{" + after + "\"TTL\":\"10s\"}}")
                .ok());
  auto there = [&](std::size_t size) { return ask("GET", "/v1/agent/service/web" + std::to_string(size)).ok(); };
  const auto limited = std::string("\"DeregisterCriticalServiceAfter\":\"90s\",").size();
  // Critical from the tenth second on; checked every half minute.
  w.run_for(95s, never);
  CHECK(there(limited));
  w.run_for(45s, never);
  CHECK_FALSE(there(limited));
  CHECK(there(0));
}
