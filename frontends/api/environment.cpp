#include "frontends/api/environment.hpp"

#include "actors/ports.hpp"
#include "protocol/base/randomness.hpp"
#include "storage/files/scratch_file.hpp"

namespace praetor::api {

namespace {

/// The limit on archives that exist at the same time: each is a file that may be as large as the state.
constexpr int most_archives = 6;
constexpr int most_archives_of_a_client = 3;

} // namespace

/// The number of scratch files, in total and by client.
struct environment::archive_counts {
  std::mutex mutex;
  int all = 0;
  std::map<std::string, int> of_clients;
};

environment::environment(caf::actor_system& system, agent_view_ptr view, ports_ptr outside, std::string node_id,
                         process_hooks hooks)
    : system_(system), view_(std::move(view)), outside_(std::move(outside)), node_id_(std::move(node_id)),
      hooks_(std::move(hooks)), telemetry_(view_->telemetry.load()), measured_(telemetry_.get()),
      random_(outside_->seed()), archives_(std::make_shared<archive_counts>()), archiver_(system_, outside_->detach),
      mover_(std::make_shared<side_thread>(system_, outside_->detach)) {
  PRAETOR_ASSERT(telemetry_);
}

nanoseconds environment::jitter(nanoseconds limit) {
  if (limit.count() <= 0) return nanoseconds{0};
  std::lock_guard lock(random_mutex_);
  return praetor::jitter(random_, limit);
}

instant environment::now_by_both_clocks() const { return {outside_->wall_clock(), now()}; }

bool environment::run_on_work_lane(const std::string& who, std::function<void()> work) const {
  if (hooks_.work_lane) return hooks_.work_lane(who, std::move(work));
  work();
  return true;
}

void environment::run(std::function<void()> work) const { system_.spawn<caf::hidden>(std::move(work)); }

expected<std::shared_ptr<storage::scratch_file>> environment::make_scratch(const std::string& client) const {
  {
    std::lock_guard lock(archives_->mutex);
    if (archives_->all >= most_archives)
      return fail("too many archives are being saved or restored, try again later", 503);
    auto& own = archives_->of_clients[client];
    if (own >= most_archives_of_a_client)
      return fail("Your IP has too many archives under way, please rate limit your calls", 429);
    ++archives_->all;
    ++own;
  }
  std::shared_ptr<void> place(nullptr, [counts = archives_, client](void*) {
    std::lock_guard lock(counts->mutex);
    --counts->all;
    if (--counts->of_clients[client] == 0) counts->of_clients.erase(client);
  });
  auto made = hooks_.make_scratch ? hooks_.make_scratch()
                                  : expected<std::shared_ptr<storage::scratch_file>>(storage::make_memory_scratch());
  if (!made) return made;
  auto* file = made->get();
  return std::shared_ptr<storage::scratch_file>(file, [place, owner = std::move(*made)](storage::scratch_file*) {});
}

next_hop environment::next_hop_of(const destination& to) const {
  auto settings = config();
  return praetor::next_hop_of(to, {settings->datacenter, settings->server, *view_, now()});
}

std::optional<resolution> environment::cached_identity(const std::string& token) const {
  if (!config()->acl.enabled) return acl::allow_all();
  return view_->resolver.cached(view_, token, now_by_both_clocks());
}

void environment::resolve_identity(const std::string& token, std::function<void(const resolution&)> done) const {
  view_->resolver.resolve(view_, token, now_by_both_clocks(), std::move(done));
}

} // namespace praetor::api
