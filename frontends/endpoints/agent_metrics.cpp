#include "frontends/endpoints/agent_metrics.hpp"

#include "actors/agent.hpp"
#include "frontends/endpoints/process_figures.hpp"
#include "storage/state/record_kinds.hpp"

#include <unistd.h>

namespace praetor::endpoints {

namespace {

/// Wakes the figures when an interval ends.
using metrics_clock_actor = caf::typed_actor<
    // Look at the time, and again when the running interval is over.
    caf::reacts_to<wake_atom>>;

metrics_clock_actor::behavior_type metrics_clock(metrics_clock_actor::pointer self, std::weak_ptr<agent_metrics> kept) {
  return {[self, kept](wake_atom) {
    auto m = kept.lock();
    if (!m) return self->quit();
    self->delayed_send(self, m->tick(), wake_atom_v);
  }};
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

metrics::name_filter filter_of(const config::telemetry_settings& t) {
  return {t.allowed_prefixes, t.blocked_prefixes, t.filter_default};
}

metrics::settings settings_of(const config::telemetry_settings& t) {
  metrics::settings s;
  s.prefix = t.metrics_prefix;
  if (!t.disable_hostname) s.host_name = host_name();
  s.filter = filter_of(t);
  s.prometheus_retention = t.prometheus_retention_time;
  return s;
}

void describe(metrics::telemetry& t) {
  using enum metrics::telemetry::kind;
  t.describe(sample, "api.http", "Milliseconds that HTTP requests took, by method and route.");
  t.describe(counter, "raft.apply", "Changes proposed to Raft through this agent while it leads.");
  t.describe(gauge, "raft.applied_index", "The newest Raft index that the state contains.");
  t.describe(gauge, "members.clients", "Client agents that are alive in the LAN pool.");
  t.describe(gauge, "members.servers", "Servers that are alive in the LAN pool.");
  t.describe(gauge, "server.isLeader", "1 if this server leads, else 0.");
  t.describe(gauge, "state.nodes", "Nodes in the catalog.");
  t.describe(gauge, "state.services", "Names of services in the catalog.");
  t.describe(gauge, "state.service_instances", "Instances of services in the catalog.");
  t.describe(gauge, "state.kv_entries", "Keys in the key-value store.");
  t.describe(gauge, "memberlist.health.score", "How far this member doubts itself; 0 is well.");
  t.describe(gauge, "memberlist.node.instances", "Members of a gossip pool, by state.");
  t.describe(counter, "memberlist.udp.sent", "Bytes of gossip packets sent.");
  t.describe(counter, "memberlist.udp.received", "Bytes of gossip packets received.");
  t.describe(sample, "memberlist.gossip", "Milliseconds that a round of gossip took.");
  t.describe(counter, "serf.events", "User events that gossip brought.");
  t.describe(counter, "serf.queries", "Queries that gossip brought.");
  t.describe(counter, "serf.member.join", "Members that joined.");
  t.describe(counter, "serf.member.left", "Members that left.");
  t.describe(counter, "serf.member.failed", "Members that failed.");
  t.describe(counter, "serf.member.flap", "Members that came back within a minute of their failure.");
  t.describe(gauge, "version", "Always 1; the labels name the release whose behaviour is followed.");
}

} // namespace

agent_metrics::agent_metrics(agent_view_ptr view, ports_ptr outside)
    : view_(std::move(view)), outside_(std::move(outside)),
      registry_(settings_of(view_->settings.load()->telemetry), outside_->wall_clock()),
      raft_apply_(registry_.counter("raft.apply")) {
  for (const auto& kind : state::record_kinds()) {
    const auto& [name, meaning] = kind.metric;
    if (name.empty()) continue;
    applied_[static_cast<std::size_t>(kind.type)] = &registry_.sample(name);
    registry_.describe(metrics::telemetry::kind::sample, name, meaning);
  }
  describe(registry_);
  refresh();
}

agent_metrics::~agent_metrics() {
  if (end_clock_) end_clock_();
}

std::shared_ptr<agent_metrics> agent_metrics::start(caf::actor_system& system, agent_view_ptr view, ports_ptr outside) {
  std::shared_ptr<agent_metrics> made(new agent_metrics(std::move(view), std::move(outside)));
  auto clock = system.spawn(metrics_clock, std::weak_ptr<agent_metrics>(made));
  made->end_clock_ = [clock] { caf::anon_send_exit(clock, caf::exit_reason::user_shutdown); };
  caf::anon_send(clock, wake_atom_v);
  return made;
}

metrics::meter* agent_metrics::applied(std::string_view command) const {
  return command.empty() ? nullptr : applied_[static_cast<unsigned char>(command[0])];
}

nanoseconds agent_metrics::tick() {
  constexpr auto whole = metrics::telemetry::interval;
  auto now = outside_->wall_clock();
  if (registry_.advance(now)) {
    registry_.set_filter(filter_of(view_->settings.load()->telemetry));
    refresh();
    std::vector<listener> told;
    {
      std::lock_guard lock(guard_);
      for (const auto& [number, each] : listeners_) told.push_back(each);
    }
    if (!told.empty()) {
      auto report = registry_.report();
      for (const auto& each : told) each(report);
    }
  }
  return whole - now % whole + std::chrono::milliseconds(1);
}

void agent_metrics::refresh() {
  auto& r = registry_;
  auto process = read_process_figures();
  r.gauge_of("runtime.alloc_bytes").set(static_cast<double>(process.allocated_bytes));
  r.gauge_of("runtime.sys_bytes").set(static_cast<double>(process.resident_bytes));
  r.gauge_of("runtime.num_goroutines").set(static_cast<double>(process.threads));
  auto config = view_->settings.load();
  refresh_pool("lan", view_->lan.load());
  refresh_pool("wan", view_->wan.load());
  r.gauge_of("version", {{"version", std::string(followed_release)}, {"pre_release", ""}}).set(1);
  if (!config->server) return;
  auto state = view_->state.load();
  const auto& t = state->tables();
  string_map here{{"datacenter", config->datacenter}};
  if (auto pool = view_->lan.load()) {
    std::size_t clients = 0, servers = 0;
    for (const auto& m : pool->members)
      if (m.status == swim::member_status::alive) ++(server_of(m) ? servers : clients);
    r.gauge_of("members.clients", here).set(static_cast<double>(clients));
    r.gauge_of("members.servers", here).set(static_cast<double>(servers));
  }
  r.gauge_of("server.isLeader").set(view_->leader.get()->is_leader ? 1 : 0);
  r.gauge_of("raft.applied_index").set(static_cast<double>(t.last_index));
  r.gauge_of("state.nodes", here).set(static_cast<double>(t.nodes.size()));
  r.gauge_of("state.services", here).set(static_cast<double>(t.kind_names.size()));
  r.gauge_of("state.service_instances", here).set(static_cast<double>(t.services.size()));
  r.gauge_of("state.kv_entries", here).set(static_cast<double>(t.kvs.size()));
}

void agent_metrics::refresh_pool(const std::string& network, const std::shared_ptr<const membership>& pool) {
  if (!pool) return;
  auto& r = registry_;
  string_map labels{{"network", network}};
  r.gauge_of("memberlist.health.score", labels).set(static_cast<double>(pool->health_score));
  r.sample("serf.queue.Intent", labels).add(static_cast<double>(pool->intent_queue));
  r.sample("serf.queue.Event", labels).add(static_cast<double>(pool->event_queue));
  r.sample("serf.queue.Query", labels).add(static_cast<double>(pool->query_queue));
  std::map<std::string_view, double> states{{"alive", 0}, {"dead", 0}, {"left", 0}};
  for (const auto& m : pool->members)
    ++states[m.status == swim::member_status::failed ? "dead"
             : m.status == swim::member_status::left ? "left"
                                                     : "alive"];
  for (const auto& [state, count] : states) {
    labels["node_state"] = state;
    r.gauge_of("memberlist.node.instances", labels).set(count);
  }
}

std::uint64_t agent_metrics::follow(listener each) {
  std::lock_guard lock(guard_);
  listeners_.emplace(++last_number_, std::move(each));
  return last_number_;
}

void agent_metrics::forget(std::uint64_t number) {
  std::lock_guard lock(guard_);
  listeners_.erase(number);
}

} // namespace praetor::endpoints
