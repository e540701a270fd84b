#include "actors/telemetry/telemetry.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace praetor;
using namespace praetor::metrics;
using namespace std::chrono_literals;

namespace {

/// 2026-11-20 20:45:50 UTC, the beginning of an interval.
constexpr nanoseconds start = std::chrono::seconds(1795207550);

settings on_host(std::string host) {
  settings s;
  s.host_name = std::move(host);
  return s;
}

std::vector<std::string> names(const interval_report& r) {
  std::vector<std::string> out;
  for (const auto& g : r.gauges) out.push_back(g.name);
  for (const auto& c : r.counters) out.push_back(c.name);
  for (const auto& s : r.samples) out.push_back(s.name);
  return out;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != text.npos;
}

} // namespace

TEST_CASE("gauges carry the host's name, counters and samples do not") {
  telemetry t(on_host("web1"), start);
  t.gauge_of("runtime.alloc_bytes").set(5);
  t.counter("rpc.request").add();
  t.sample("kvs.apply").add(2);
  CHECK(names(t.report()) ==
        std::vector<std::string>{"consul.web1.runtime.alloc_bytes", "consul.rpc.request", "consul.kvs.apply"});

  telemetry bare(on_host(""), start);
  bare.gauge_of("runtime.alloc_bytes").set(5);
  CHECK(names(bare.report()) == std::vector<std::string>{"consul.runtime.alloc_bytes"});
}

TEST_CASE("an interval is summed up as count, sum, bounds, mean, deviation and rate") {
  telemetry t({}, start);
  auto& s = t.sample("x");
  for (auto value : {2, 4, 4, 6}) s.add(value);
  auto r = t.report();
  REQUIRE(r.samples.size() == 1);
  const auto& x = r.samples[0];
  CHECK(x.count == 4);
  CHECK(x.sum == 16);
  CHECK(x.min == 2);
  CHECK(x.max == 6);
  CHECK(x.mean == 4);
  CHECK(x.rate == Approx(1.6));
  CHECK(x.stddev == Approx(std::sqrt(8.0 / 3)));
  CHECK(r.timestamp == "2026-11-20 20:45:50 +0000 UTC");
}

TEST_CASE("the running interval is shown until the first is complete, then the last complete one") {
  telemetry t({}, start + 4s);
  auto& c = t.counter("c");
  c.add(3);
  CHECK_FALSE(t.advance(start + 9s));
  CHECK(t.report().counters.at(0).sum == 3);

  CHECK(t.advance(start + 10s));
  c.add(100);
  CHECK(t.report().counters.at(0).sum == 3);
  CHECK(t.report().timestamp == "2026-11-20 20:45:50 +0000 UTC");

  CHECK(t.advance(start + 20s));
  CHECK(t.report().counters.at(0).sum == 100);
  CHECK(t.report().timestamp == "2026-11-20 20:46:00 +0000 UTC");

  t.advance(start + 30s);
  CHECK(t.report().counters.empty()); // nobody wrote
}

TEST_CASE("a slot that is used again a minute later starts from nothing") {
  telemetry t({}, start);
  t.counter("c").add(1);
  t.gauge_of("g").set(1);
  for (auto later = 10s; later <= 80s; later += 10s) t.advance(start + later);
  CHECK(names(t.report()).empty());
  t.counter("c").add(5);
  t.advance(start + 90s);
  CHECK(t.report().counters.at(0).sum == 5);
  CHECK(t.counter("c").total().sum == 6);
}

TEST_CASE("a clock that is set back does not reopen an interval") {
  telemetry t({}, start);
  t.advance(start + 10s);
  CHECK_FALSE(t.advance(start - 100s));
  CHECK(t.report().timestamp == "2026-11-20 20:45:50 +0000 UTC");
}

TEST_CASE("series of one name differ by their labels and are sorted by name") {
  telemetry t({}, start);
  t.sample("b", {{"method", "PUT"}}).add(1);
  t.sample("b", {{"method", "GET"}}).add(2);
  t.sample("b", {{"method", "GET"}}).add(3);
  t.sample("a.c").add(1);
  t.sample("a").add(1);
  auto r = t.report();
  CHECK(names(r) == std::vector<std::string>{"consul.a", "consul.a.c", "consul.b", "consul.b"});
  CHECK(r.samples[2].labels == string_map{{"method", "GET"}});
  CHECK(r.samples[2].sum == 5);
}

TEST_CASE("the longest matching prefix decides what is kept") {
  name_filter f{{"consul.rpc.server", "consul.a"}, {"consul.rpc", "consul.a"}, true};
  CHECK(f.allows("consul.kvs.apply"));
  CHECK_FALSE(f.allows("consul.rpc.request"));
  CHECK(f.allows("consul.rpc.server.call"));
  CHECK_FALSE(f.allows("consul.a"));
  f.otherwise = false;
  CHECK_FALSE(f.allows("consul.kvs.apply"));

  settings s;
  s.filter = f;
  telemetry t(s, start);
  auto& blocked = t.counter("kvs");
  blocked.add(1);
  CHECK(names(t.report()).empty());
  t.set_filter({});
  blocked.add(1);
  CHECK(names(t.report()) == std::vector<std::string>{"consul.kvs"});
}

TEST_CASE("threads that write to one series lose nothing") {
  telemetry t({}, start);
  auto& s = t.sample("x");
  auto write = [&] {
    for (int i = 0; i < 20000; ++i) s.add(1);
  };
  std::thread other(write);
  write();
  other.join();
  CHECK(s.total().count == 40000);
  CHECK(t.report().samples.at(0).sum == 40000);
}

TEST_CASE("Prometheus reads names without dots, summaries and labels") {
  auto s = on_host("web-1");
  s.prometheus_retention = 30s;
  telemetry t(s, start);
  t.describe(telemetry::kind::sample, "api.http", "How long it took.");
  t.describe(telemetry::kind::gauge, "state.nodes", "Nodes.");
  t.gauge_of("state.nodes", {{"datacenter", "dc1"}}).set(2);
  t.counter("catalog.service.not-found").add(4);
  for (int i = 1; i <= 1000; ++i) t.sample("api.http", {{"method", "GET"}}).add(i);
  auto text = t.prometheus_text();
  INFO(text);
  CHECK(has_line(text, "# HELP consul_api_http How long it took."));
  CHECK(has_line(text, "# TYPE consul_api_http summary"));
  CHECK(has_line(text, "consul_api_http_count 0"));
  CHECK(has_line(text, "consul_api_http_count{method=\"GET\"} 1000"));
  CHECK(has_line(text, "consul_api_http_sum{method=\"GET\"} 500500"));
  CHECK(has_line(text, "consul_state_nodes 0"));
  CHECK(has_line(text, "consul_web_1_state_nodes{datacenter=\"dc1\"} 2"));
  CHECK(has_line(text, "# TYPE consul_catalog_service_not_found counter"));
  CHECK(has_line(text, "consul_catalog_service_not_found 4"));

  for (auto later = 10s; later <= 40s; later += 10s) t.advance(start + later);
  text = t.prometheus_text();
  CHECK(text.find("not_found") == text.npos); // not written for longer than the retention
  CHECK(has_line(text, "consul_state_nodes 0"));
}

TEST_CASE("quantiles are near the true ones and forget what is old") {
  quantile_window w(6);
  std::vector<double> values;
  for (int i = 1; i <= 1000; ++i) values.push_back(i);
  w.add(values, 100);
  CHECK(w.quantile(0.5, 100) == Approx(500).epsilon(0.015));
  CHECK(w.quantile(0.99, 105) == Approx(990).epsilon(0.015));
  w.add(std::vector<double>{5, 5, 5}, 104);
  CHECK(w.quantile(0.99, 108) == Approx(5).epsilon(0.015));
  CHECK(std::isnan(w.quantile(0.5, 200)));
  w.add(std::vector<double>{0, -1}, 200);
  CHECK(w.quantile(0.5, 200) == 0);
}
