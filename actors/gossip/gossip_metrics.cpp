#include "actors/gossip/gossip_metrics.hpp"

namespace praetor {

namespace {

/// Event names come from users: beyond this number only the total is counted.
constexpr std::size_t most_names = 128;

/// Increments one by one, because a counter also reports the number of its updates.
void add_growth(const metrics::counter& to, std::uint64_t before, std::uint64_t now) {
  for (; before < now; ++before) to.add();
}

const char* state_of(const swim::member& m) {
  switch (m.status) {
  case swim::member_status::failed: return "dead";
  case swim::member_status::left: return "left";
  default: return "alive";
  }
}

} // namespace

gossip_metrics::gossip_metrics(metrics::telemetry* into, bool wan) : group(into, {{"network", wan ? "wan" : "lan"}}) {}

void gossip_metrics::stream_opened(std::size_t bytes) const {
  streams_opened.add();
  stream_bytes_sent.add(static_cast<double>(bytes));
}

void gossip_metrics::add_named(const metrics::counter& all, std::string_view what, const std::string& name) {
  all.add();
  auto whole = std::string(what) + "." + name;
  if (!names_.contains(whole) && names_.size() >= most_names) return;
  names_.insert(std::move(whole));
  if (auto* one = all.of(name)) one->write(1);
}

void gossip_metrics::event(const std::string& name) { add_named(events, "event", name); }

void gossip_metrics::query(const std::string& name) { add_named(queries, "query", name); }

void gossip_metrics::counted(const swim::counters& now) {
  auto before = std::exchange(before_, now);
  add_growth(joins, before.joins, now.joins);
  add_growth(failures, before.failures, now.failures);
  add_growth(leaves, before.leaves, now.leaves);
  add_growth(updates, before.updates, now.updates);
  add_growth(flaps, before.flaps, now.flaps);
  add_growth(query_acks, before.query_acks, now.query_acks);
  add_growth(query_responses, before.query_responses, now.query_responses);
  add_growth(refused, before.refused_packets, now.refused_packets);
  add_growth(refused, before.refused_messages, now.refused_messages);
  add_growth(refused, before.refused_streams, now.refused_streams);
  add_growth(coordinates_refused, before.coordinate_rejections, now.coordinate_rejections);
}

pool_metrics::pool_metrics(metrics::telemetry* into, const std::string& network)
    : group(into, {{"network", network}}) {}

void pool_metrics::read(const membership& pool) const {
  health_score.set(pool.health_score);
  intent_queue.add(static_cast<double>(pool.intent_queue));
  event_queue.add(static_cast<double>(pool.event_queue));
  query_queue.add(static_cast<double>(pool.query_queue));
  std::map<std::string, double> states{{"alive", 0}, {"dead", 0}, {"left", 0}};
  for (const auto& m : pool.members) ++states[state_of(m)];
  for (const auto& [state, count] : states)
    if (auto* one = members.with({{"node_state", state}})) one->write(count);
}

void member_metrics::read(const membership& lan) const {
  std::size_t alive_clients = 0, alive_servers = 0;
  for (const auto& m : lan.members)
    if (m.status == swim::member_status::alive) ++(server_of(m) ? alive_servers : alive_clients);
  clients.set(alive_clients);
  servers.set(alive_servers);
}

} // namespace praetor
