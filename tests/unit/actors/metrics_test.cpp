#include "actors/gossip/gossip_metrics.hpp"
#include "actors/raft/state_metrics.hpp"
#include "actors/telemetry/metrics_clock.hpp"
#include "stage.hpp"

using namespace praetor;

namespace {

/// The start of an interval.
constexpr nanoseconds beginning = std::chrono::hours(100);

/// The values of a counter or sample in the current interval; empty if there are none.
std::optional<metrics::reported_meter> find(const std::vector<metrics::reported_meter>& all, const std::string& name) {
  for (const auto& one : all)
    if (one.name == name) return one;
  return {};
}

} // namespace

TEST_CASE("the clock ends each interval when it is over, and not before") {
  stage w;
  auto start = w.now();
  w.outside->wall_clock = [&w, start] { return beginning + 4s + (w.now() - start); };
  auto telemetry = std::make_shared<metrics::telemetry>(metrics::settings{}, w.outside->wall_clock());
  int ended = 0;
  telemetry->follow([&](const metrics::interval_report&) { ++ended; });
  w.keep(w.system.spawn(metrics_clock, telemetry, ports_ptr(w.outside)));
  w.advance(5s);
  CHECK(ended == 0);
  w.advance(2s);
  CHECK(ended == 1);
  w.advance(8s);
  CHECK(ended == 1);
  w.advance(2s);
  CHECK(ended == 2);
}

TEST_CASE("what a pool's machine has counted since the last call is added, one by one") {
  metrics::telemetry t({}, beginning);
  gossip_metrics measured(&t, true);
  swim::counters seen;
  seen.joins = 3;
  seen.refused_packets = seen.refused_streams = 1;
  measured.counted(seen);
  seen.joins = 5;
  measured.counted(seen);
  auto joins = find(t.report().counters, "consul.serf.member.join");
  REQUIRE(joins);
  CHECK(joins->count == 5);
  CHECK(joins->sum == 5);
  CHECK(joins->labels == string_map{{"network", "wan"}});
  CHECK(find(t.report().counters, "consul.gossip.refused")->count == 2);
  CHECK_FALSE(find(t.report().counters, "consul.serf.member.left"));
}

TEST_CASE("events are counted by name as well, as long as there are not too many names") {
  metrics::telemetry t({}, beginning);
  gossip_metrics measured(&t);
  for (int i = 0; i < 200; ++i) measured.event("e" + std::to_string(i));
  measured.event("e7");
  CHECK(find(t.report().counters, "consul.serf.events")->count == 201);
  CHECK(find(t.report().counters, "consul.serf.events.e7")->count == 2);
  CHECK(find(t.report().counters, "consul.serf.events.e127"));
  CHECK_FALSE(find(t.report().counters, "consul.serf.events.e128"));
}

TEST_CASE("the members of a pool are shown by state, and what its queues hold") {
  metrics::telemetry t({}, beginning);
  membership pool;
  pool.members = swim::member_list({stage::server("s", "10.0.0.1"), stage::client("c", "10.0.0.2"),
                                    stage::client("f", "10.0.0.3", swim::member_status::failed)});
  pool.intent_queue = 2;
  pool_metrics(&t, "lan").read(pool);
  member_metrics(&t, {{"datacenter", "dc1"}}).read(pool);
  auto r = t.report();
  std::map<std::string, double> by_state;
  for (const auto& g : r.gauges)
    if (g.name == "consul.memberlist.node.instances") by_state[g.labels.at("node_state")] = g.value;
  CHECK(by_state == std::map<std::string, double>{{"alive", 2}, {"dead", 1}, {"left", 0}});
  CHECK(find(r.samples, "consul.serf.queue.Intent")->sum == 2);
  for (const auto& g : r.gauges) {
    if (g.name == "consul.members.clients" || g.name == "consul.members.servers") CHECK(g.value == 1);
  }
}

TEST_CASE("an empty state has gauges of zero") {
  metrics::telemetry t({}, beginning);
  state_metrics(&t, {{"datacenter", "dc1"}}).read({});
  auto gauges = t.report().gauges;
  REQUIRE(gauges.size() == 4);
  for (const auto& g : gauges) CHECK(g.value == 0);
}
