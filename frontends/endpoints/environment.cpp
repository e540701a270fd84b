#include "frontends/endpoints/environment.hpp"

namespace praetor::endpoints {

environment::environment(caf::actor_system& system, agent_view_ptr view, ports_ptr outside, std::string node_id,
                         process_hooks hooks)
    : system_(system), view_(std::move(view)), outside_(std::move(outside)), node_id_(std::move(node_id)),
      hooks_(std::move(hooks)), figures_(agent_metrics::start(system_, view_, outside_)), random_(outside_->seed()) {
  view_->telemetry.store(std::shared_ptr<metrics::telemetry>(figures_, &figures_->registry()));
}

environment::~environment() { view_->telemetry.store(nullptr); }

nanoseconds environment::jitter(nanoseconds limit) {
  if (limit.count() <= 0) return nanoseconds{0};
  std::lock_guard lock(random_mutex_);
  return nanoseconds{static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit.count()))};
}

bool environment::aside(const std::string& who, std::function<void()> work) const {
  if (hooks_.aside) return hooks_.aside(who, std::move(work));
  work();
  return true;
}

void environment::run(std::function<void()> work) const { system_.spawn<caf::hidden>(std::move(work)); }

std::optional<resolution> environment::holder_at_hand(const std::string& token) const {
  if (!config()->acl.enabled) return acl::allow_all();
  return view_->resolver.at_hand(view_, token, now_by_both_clocks());
}

void environment::find_holder(const std::string& token, std::function<void(const resolution&)> done) const {
  view_->resolver.resolve(view_, token, now_by_both_clocks(), std::move(done));
}

} // namespace praetor::endpoints
