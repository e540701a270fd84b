#include "sim/trial.hpp"

#include "protocol/types/values.hpp"
#include "sim/random_faults.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// An outage is a time during which a write waits for longer than this and none is acknowledged.
constexpr duration patience = std::chrono::milliseconds(500);
constexpr duration shortest_failure = std::chrono::seconds(3), longest_failure = std::chrono::seconds(30);
/// A later notice belongs to another failure.
constexpr duration longest_notice = std::chrono::minutes(2);

bool takes_a_node_away(fault_kind kind) {
  return kind == fault_kind::crash || kind == fault_kind::power_loss || kind == fault_kind::isolate;
}

/// The times without an acknowledged write although a client waited: from the first waiting request, or the last
/// acknowledgement, to the next acknowledgement.
std::vector<report::recording::span> outages_in(const std::vector<report::recording::operation>& operations) {
  std::vector<const report::recording::operation*> writes;
  std::vector<duration> acknowledged;
  for (const auto& o : operations) {
    if (o.what.find("read") != o.what.npos) continue;
    writes.push_back(&o);
    if (o.outcome == "ok") acknowledged.push_back(o.returned);
  }
  std::sort(acknowledged.begin(), acknowledged.end());
  std::vector<report::recording::span> out;
  for (std::size_t i = 1; i < acknowledged.size(); ++i) {
    auto before = acknowledged[i - 1], after = acknowledged[i];
    if (after - before <= patience) continue;
    auto from = after;
    for (const auto* w : writes)
      if (w->called < after && w->returned > before) from = std::min(from, std::max(before, w->called));
    if (after - from > patience) out.push_back({from, after});
  }
  return out;
}

} // namespace

scenario make_trial(const trial_options& options) {
  scenario out;
  out.name = "try";
  out.about = "A configuration under hosts and links that fail.";
  out.who.servers = options.servers;
  out.who.agents = options.agents;
  out.who.node.times = options.configuration;
  if (options.configuration) {
    const auto& raft = options.configuration->raft;
    out.who.node.snapshot_threshold = raft.snapshot_threshold;
    out.who.node.snapshot_interval = std::chrono::duration_cast<std::chrono::seconds>(raft.snapshot_interval);
    out.who.node.trailing_logs = raft.trailing_logs;
  }
  // One request in sixteen goes to the catalog.
  constexpr unsigned kv_clients = 3;
  duration between = std::chrono::seconds(1);
  between /= options.requests_a_second;
  out.work = {{workload_kind::kv, kv_clients, between * 16 * kv_clients / 15, 8},
              {workload_kind::catalog, 1, between * 16}};
  out.length = options.length;
  out.faults = [rate = options.faults_a_minute](const scenario& what, std::mt19937_64& random) {
    fault_rates rates;
    rates.shortest = shortest_failure;
    rates.longest = longest_failure;
    rates.from = std::chrono::seconds(20);
    for (auto kind : {fault_kind::crash, fault_kind::power_loss, fault_kind::isolate, fault_kind::pause})
      rates.a_minute[kind] = rate / 4;
    return random_faults(rates, what, random);
  };
  return out;
}

void trial_observer::message(duration, duration, const std::string& from, const std::string&, std::string_view kind,
                             std::size_t bytes) {
  auto& t = traffic_[from];
  bool gossip = kind == "gossip";
  ++(gossip ? t.packets : t.messages);
  (gossip ? t.packet_bytes : t.bytes) += bytes;
}

void trial_observer::logs(duration at, const std::string&, std::string_view line) {
  constexpr std::string_view event = "serf: EventMemberFailed: ";
  auto found = line.find(event);
  if (found == line.npos) return;
  auto member = line.substr(found + event.size());
  failures_seen_.push_back({at, std::string(member.substr(0, member.find(' ')))});
}

trial_report trial_observer::report(duration length) const {
  trial_report out;
  auto led = std::count_if(reigns.begin(), reigns.end(), [&](const auto& r) { return r.from < length; });
  out.elections = led == 0 ? 0 : static_cast<unsigned>(led - 1);
  for (auto outage : outages_in(operations)) {
    if (outage.from >= length) continue;
    auto took = std::min(outage.to, length) - outage.from;
    ++out.outages;
    out.unavailable += took;
    out.longest_outage = std::max(out.longest_outage, took);
  }
  std::vector<duration> notices;
  for (const auto& f : faults) {
    if (!takes_a_node_away(f.what.kind)) continue;
    for (const auto& node : f.nodes) {
      ++out.failures;
      auto seen = std::find_if(failures_seen_.begin(), failures_seen_.end(), [&](const sight& s) {
        return s.member == node && s.at >= f.from && s.at - f.from < longest_notice;
      });
      if (seen != failures_seen_.end()) notices.push_back(seen->at - f.from);
    }
  }
  std::sort(notices.begin(), notices.end());
  out.noticed = static_cast<unsigned>(notices.size());
  if (!notices.empty()) {
    out.noticed_after = notices[notices.size() / 2];
    out.noticed_latest = notices.back();
  }
  out.nodes = traffic_;
  return out;
}

std::vector<std::pair<std::string, std::string>> times_of(const config::runtime_config& c) {
  auto time = [](nanoseconds t) { return duration_to_text(t); };
  auto number = [](auto n) { return std::to_string(n); };
  return {
      {"performance.raft_multiplier", number(c.raft.multiplier)},
      {"raft_snapshot_threshold", number(c.raft.snapshot_threshold)},
      {"raft_snapshot_interval", time(c.raft.snapshot_interval)},
      {"raft_trailing_logs", number(c.raft.trailing_logs)},
      {"performance.rpc_hold_timeout", time(c.rpc_hold_timeout)},
      {"session_ttl_min", time(c.session_ttl_min)},
      {"gossip_lan.gossip_interval", time(c.gossip_lan.gossip_interval)},
      {"gossip_lan.gossip_nodes", number(c.gossip_lan.gossip_nodes)},
      {"gossip_lan.probe_interval", time(c.gossip_lan.probe_interval)},
      {"gossip_lan.probe_timeout", time(c.gossip_lan.probe_timeout)},
      {"gossip_lan.suspicion_mult", number(c.gossip_lan.suspicion_mult)},
      {"gossip_lan.retransmit_mult", number(c.gossip_lan.retransmit_mult)},
      {"autopilot.cleanup_dead_servers", c.autopilot.cleanup_dead_servers ? "true" : "false"},
      {"autopilot.last_contact_threshold", time(c.autopilot.last_contact_threshold)},
      {"autopilot.max_trailing_logs", number(c.autopilot.max_trailing_logs)},
      {"autopilot.server_stabilization_time", time(c.autopilot.server_stabilization_time)},
      {"retry_interval", time(c.retry_interval_lan)},
      {"check_update_interval", time(c.check_update_interval)},
  };
}

} // namespace praetor::sim
