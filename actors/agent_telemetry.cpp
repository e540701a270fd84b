#include "actors/agent.hpp"
#include "actors/followed_release.hpp"
#include "actors/gossip/gossip_metrics.hpp"
#include "actors/raft/raft_metrics.hpp"
#include "actors/raft/state_metrics.hpp"
#include "actors/telemetry/metrics_clock.hpp"
#include "actors/telemetry/process_metrics.hpp"

#include <unistd.h>

namespace praetor {

// The metrics of an agent.

namespace {

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

struct version_metrics : metrics::group {
  explicit version_metrics(metrics::telemetry* into)
      : group(into, {{"version", std::string(followed_release)}, {"pre_release", ""}}) {}

  metrics::gauge version{*this, "version", "Always 1; the labels name the release whose behaviour is followed."};
};

/// Gauges of what the parts of an agent publish. Client agents declare those of servers too.
struct published_metrics {
  published_metrics(metrics::telemetry* into, const string_map& datacenter)
      : process(into), version(into), lan(into, "lan"), wan(into, "wan"), raft(into), members(into, datacenter),
        state(into, datacenter) {}

  void read(const agent_view& view) const {
    process.read();
    version.version.set(1);
    auto lan_pool = view.lan.load();
    auto wan_pool = view.wan.load();
    if (lan_pool) lan.read(*lan_pool);
    if (wan_pool) wan.read(*wan_pool);
    if (!view.settings.load()->server) return;
    if (lan_pool) members.read(*lan_pool);
    auto now = view.state.load();
    raft.read(view.leader.get()->is_leader, now->tables().last_index);
    state.read(now->tables());
  }

  metrics::process_metrics process;
  version_metrics version;
  pool_metrics lan, wan;
  raft_metrics raft;
  member_metrics members;
  state_metrics state;
};

} // namespace

void agent_state::start_telemetry() {
  auto& o = options;
  auto made = std::make_shared<metrics::telemetry>(settings_of(o.config->telemetry), o.outside->wall_clock());
  // The view owns the telemetry, so the telemetry must not own the view.
  made->read_with([published = published_metrics(made.get(), {{"datacenter", o.config->datacenter}}),
                   weak = std::weak_ptr(o.view)] {
    if (auto view = weak.lock()) published.read(*view);
  });
  o.view->telemetry.store(std::move(made));
}

void agent_state::begin_telemetry() {
  options.view->telemetry.load()->begin(options.outside->wall_clock());
  start_metrics_clock();
}

void agent_state::start_metrics_clock() {
  auto clock = self->spawn(metrics_clock, options.view->telemetry.load(), options.outside);
  watch_over("metrics_clock", clock, [this] { start_metrics_clock(); });
}

void agent_state::reload_telemetry() {
  options.view->telemetry.load()->set_filter(filter_of(options.config->telemetry));
}

} // namespace praetor
