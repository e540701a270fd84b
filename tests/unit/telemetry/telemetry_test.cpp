#include "actors/telemetry/group.hpp"
#include "actors/telemetry/quantile_window.hpp"

#include <catch2/catch.hpp>

#include <thread>

using namespace praetor;
using namespace praetor::metrics;
using namespace std::chrono_literals;

namespace {

/// 2026-11-20 20:45:50 UTC, the start of an interval.
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
  t.find(kind::gauge, "runtime.alloc_bytes").write(5);
  t.find(kind::counter, "rpc.request").write(1);
  t.find(kind::sample, "kvs.apply").write(2);
  CHECK(names(t.report()) ==
        std::vector<std::string>{"consul.web1.runtime.alloc_bytes", "consul.rpc.request", "consul.kvs.apply"});

  telemetry bare(on_host(""), start);
  bare.find(kind::gauge, "runtime.alloc_bytes").write(5);
  CHECK(names(bare.report()) == std::vector<std::string>{"consul.runtime.alloc_bytes"});
}

TEST_CASE("an interval is summed up as count, sum, bounds, mean, deviation and rate") {
  telemetry t({}, start);
  auto& s = t.find(kind::sample, "x");
  for (auto value : {2, 4, 4, 6}) s.write(value);
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
  auto& c = t.find(kind::counter, "c");
  c.write(3);
  CHECK_FALSE(t.advance(start + 9s));
  CHECK(t.report().counters.at(0).sum == 3);

  CHECK(t.advance(start + 10s));
  c.write(100);
  CHECK(t.report().counters.at(0).sum == 3);
  CHECK(t.report().timestamp == "2026-11-20 20:45:50 +0000 UTC");

  CHECK(t.advance(start + 20s));
  CHECK(t.report().counters.at(0).sum == 100);
  CHECK(t.report().timestamp == "2026-11-20 20:46:00 +0000 UTC");

  t.advance(start + 30s);
  CHECK(t.report().counters.empty()); // no values
}

TEST_CASE("a slot that is used again a minute later starts from nothing") {
  settings s;
  s.prometheus_retention = 60s;
  telemetry t(s, start);
  t.find(kind::counter, "c").write(1);
  t.find(kind::gauge, "g").write(1);
  for (auto later = 10s; later <= 80s; later += 10s) t.advance(start + later);
  CHECK(names(t.report()).empty());
  t.find(kind::counter, "c").write(5);
  t.advance(start + 90s);
  CHECK(t.report().counters.at(0).sum == 5);
  CHECK(has_line(t.prometheus_text(), "consul_c 6"));
}

TEST_CASE("a clock that is set back does not reopen an interval") {
  telemetry t({}, start);
  t.advance(start + 10s);
  CHECK_FALSE(t.advance(start - 100s));
  CHECK(t.report().timestamp == "2026-11-20 20:45:50 +0000 UTC");
}

TEST_CASE("series of one name differ by their labels and are sorted by name") {
  telemetry t({}, start);
  t.find(kind::sample, "b", {{"method", "PUT"}}).write(1);
  t.find(kind::sample, "b", {{"method", "GET"}}).write(2);
  t.find(kind::sample, "b", {{"method", "GET"}}).write(3);
  t.find(kind::sample, "a.c").write(1);
  t.find(kind::sample, "a").write(1);
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
  auto& blocked = t.find(kind::counter, "kvs");
  blocked.write(1);
  CHECK(names(t.report()).empty());
  t.set_filter({});
  blocked.write(1);
  CHECK(names(t.report()) == std::vector<std::string>{"consul.kvs"});
}

TEST_CASE("threads that write to one series lose nothing") {
  telemetry t({}, start);
  auto& s = t.find(kind::sample, "x");
  auto write = [&] {
    for (int i = 0; i < 20000; ++i) s.write(1);
  };
  std::thread other(write);
  write();
  other.join();
  CHECK(t.report().samples.at(0).count == 40000);
  CHECK(t.report().samples.at(0).sum == 40000);
}

TEST_CASE("Prometheus reads names without dots, summaries and labels") {
  auto s = on_host("web-1");
  s.prometheus_retention = 30s;
  telemetry t(s, start);
  t.declare({kind::sample, "api.http", "How long it took."});
  t.declare({kind::gauge, "state.nodes", "Nodes."});
  t.find(kind::gauge, "state.nodes", {{"datacenter", "dc1"}}).write(2);
  t.find(kind::counter, "catalog.service.not-found").write(4);
  for (int i = 1; i <= 1000; ++i) t.find(kind::sample, "api.http", {{"method", "GET"}}).write(i);
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
  CHECK(text.find("not_found") == text.npos); // no value for longer than the retention
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

namespace {

struct door_metrics : group {
  using group::group;

  counter opened{*this, "door.opened", "How often it was opened."};
  gauge width{*this, "door.width"};
  sample squeaks{*this, "door.squeak"};
};

/// Records its input.
class kept_sink final : public sink {
public:
  struct kept_values final : recorder {
    void record(double value, std::int64_t interval) override { values.emplace_back(interval, value); }
    std::vector<std::pair<std::int64_t, double>> values;
  };

  void declare(const metric& m) override { declared.emplace_back(m.name); }
  recorder& open(const series_id& id) override { return series[id.name]; }

  std::vector<std::string> declared;
  std::map<std::string, kept_values> series;
};

} // namespace

TEST_CASE("a component declares its metrics as members and writes them") {
  settings with_prometheus;
  with_prometheus.prometheus_retention = 60s;
  telemetry t(with_prometheus, start);
  door_metrics door(&t, {{"house", "1"}});
  door.opened.add();
  door.opened.add(2);
  door.width.set(80u);
  door.squeaks.add(nanoseconds(1500us));
  door.opened.with({{"by", "cat"}})->write(1);
  door.opened.of("slowly")->write(1);
  auto r = t.report();
  CHECK(names(r) == std::vector<std::string>{"consul.door.width", "consul.door.opened", "consul.door.opened",
                                             "consul.door.opened.slowly", "consul.door.squeak"});
  CHECK(r.counters[0].labels == string_map{{"by", "cat"}, {"house", "1"}});
  CHECK(r.counters[1].labels == string_map{{"house", "1"}});
  CHECK(r.counters[1].sum == 3);
  CHECK(r.samples[0].sum == 1.5);
  CHECK(has_line(t.prometheus_text(), "# HELP consul_door_opened How often it was opened."));
}

TEST_CASE("metrics of a component that nothing measures are written nowhere") {
  door_metrics door;
  door.opened.add();
  door.width.set(1);
  CHECK_FALSE(door.squeaks.with({{"a", "b"}}));
  CHECK_FALSE(door.squeaks.of("part"));
}

TEST_CASE("a sink is told of each metric with a help text and of each value that the filter lets through") {
  telemetry t({}, start);
  auto made = std::make_unique<kept_sink>();
  auto& kept = *made;
  t.add_sink(std::move(made));
  door_metrics door(&t);
  CHECK(kept.declared == std::vector<std::string>{"door.opened"});
  door.opened.add(4);
  t.advance(start + 10s);
  door.opened.add(5);
  t.set_filter({{}, {"consul.door"}, true});
  door.opened.add(6);
  auto first = start / telemetry::interval;
  CHECK(kept.series["consul.door.opened"].values ==
        std::vector<std::pair<std::int64_t, double>>{{first, 4}, {first + 1, 5}});
}

TEST_CASE("gauges are read when the agent is ready and at the end of each interval, then followers are told") {
  telemetry t({}, start);
  door_metrics door(&t);
  int reads = 0;
  std::vector<double> told;
  t.read_with([&] { door.width.set(++reads); });
  CHECK_FALSE(t.advance(start + 9s));
  CHECK(reads == 0);

  t.begin(start + 15s);
  CHECK(t.report().timestamp == "2026-11-20 20:46:00 +0000 UTC");
  CHECK(t.report().gauges.at(0).value == 1);

  auto number = t.follow([&](const interval_report& r) { told.push_back(r.gauges.at(0).value); });
  CHECK(t.advance(start + 20s));
  CHECK(t.advance(start + 30s));
  t.forget(number);
  CHECK(t.advance(start + 40s));
  CHECK(reads == 4);
  CHECK(told == std::vector<double>{1, 2});
}
