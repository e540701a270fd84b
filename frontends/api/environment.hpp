#pragma once

#include "actors/agent_handles.hpp"
#include "actors/agent_view.hpp"
#include "actors/rpc/destination.hpp"
#include "frontends/api/endpoint_metrics.hpp"
#include "frontends/api/exchange.hpp"
#include "frontends/api/rendered_cache.hpp"
#include "frontends/api/side_thread.hpp"
#include "protocol/acl/authorizer.hpp"
#include "protocol/config/runtime_config.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>

namespace praetor {
struct ports;
using ports_ptr = std::shared_ptr<const ports>;
} // namespace praetor

namespace praetor::api {

/// Services of the process for its endpoints: reload, shutdown, log, threads.
struct process_hooks {
  /// Reads the configuration again and applies it.
  std::function<void(done_callback)> reload;
  /// Leaves the cluster, calls back, then ends the process.
  std::function<void(done_callback)> leave;
  /// Takes a profile of the process. `duration` applies to the kinds "profile" and "trace". Null: not available.
  std::function<void(const std::string& kind, nanoseconds duration, std::function<void(expected<std::string>)>)>
      profile;
  /// Follows the log at a level ("INFO"...): calls `on_line` for each line until the returned function is called.
  std::function<expected<std::function<void()>>(const std::string& level, bool json,
                                                std::function<void(const std::string&)> on_line)>
      follow_log;
  /// Runs long work on the work lane. Null: runs it at once on the caller's thread.
  /// @param who the address of the client
  /// @returns false if the queue is full; the work does not run then
  std::function<bool(const std::string& who, std::function<void()> work)> work_lane;
  /// Creates the file for an archive of the state; null: archives are held in memory.
  std::function<expected<std::shared_ptr<storage::scratch_file>>()> make_scratch;
};

/// The parts of an agent that endpoints use. One per agent, shared by all I/O threads.
class environment {
public:
  /// @param view of an agent that is ready: its telemetry exists
  environment(caf::actor_system& system, agent_view_ptr view, ports_ptr outside, std::string node_id,
              process_hooks hooks);
  environment(const environment&) = delete;

  agent_view& view() const { return *view_; }
  const agent_view_ptr& shared_view() const { return view_; }
  const ports& outside() const { return *outside_; }
  std::shared_ptr<const config::runtime_config> config() const { return view_->settings.load(); }
  agent_handles_ptr handles() const { return view_->handles.load(); }
  const std::string& node_id() const { return node_id_; }
  const process_hooks& hooks() const { return hooks_; }
  rendered_cache& cache() { return cache_; }
  metrics::telemetry& telemetry() const { return *telemetry_; }
  const endpoint_metrics& measured() const { return measured_; }
  state::store_ptr state() const { return view_->state.load(); }
  steady_time now() const { return system_.clock().now(); }
  /// Uniform in [0, limit).
  nanoseconds jitter(nanoseconds limit);
  /// As process_hooks::work_lane.
  bool run_on_work_lane(const std::string& who, std::function<void()> work) const;
  /// Runs work later, on a thread of the actors.
  void run(std::function<void()> work) const;
  /// Packs archives one after the other, on a thread of their own.
  void archive(std::function<void()> work) { archiver_.run(std::move(work)); }
  /// The thread that moves bytes between files and streams, in short tasks.
  const std::shared_ptr<side_thread>& mover() const { return mover_; }
  /// A file for an archive. Error 503 while too many exist, 429 while this client has too many of them. Its slot is
  /// released with the last pointer.
  /// @param client its address
  expected<std::shared_ptr<storage::scratch_file>> make_scratch(const std::string& client) const;
  instant now_by_both_clocks() const;
  /// The next hop of a request for this destination.
  next_hop next_hop_of(const destination& to) const;
  /// The permissions of a token if they are known here, as they always are on servers and without access control.
  std::optional<resolution> cached_identity(const std::string& token) const;
  /// Calls back once with the token's permissions, on any thread; at once if they are known here.
  void resolve_identity(const std::string& token, std::function<void(const resolution&)> done) const;

private:
  caf::actor_system& system_;
  agent_view_ptr view_;
  ports_ptr outside_;
  std::string node_id_;
  process_hooks hooks_;
  rendered_cache cache_;
  metrics::telemetry_ptr telemetry_;
  endpoint_metrics measured_;
  std::mutex random_mutex_;
  std::mt19937_64 random_;
  struct archive_counts;
  std::shared_ptr<archive_counts> archives_;
  // Last, so that they are destroyed first.
  side_thread archiver_;
  std::shared_ptr<side_thread> mover_;
};

} // namespace praetor::api
