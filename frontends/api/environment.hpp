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

/// What the process around the endpoints offers: reading its configuration anew, ending it, its log, threads.
struct process_hooks {
  /// Reads the configuration again and takes it over.
  std::function<void(done_callback)> reload;
  /// Leaves the cluster and then ends the process; the callback runs between the two.
  std::function<void(done_callback)> leave;
  /// Takes a profile of the process, of a span of time for the kinds "profile" and "trace"; null: there are none.
  std::function<void(const std::string& kind, nanoseconds duration, std::function<void(expected<std::string>)>)>
      profile;
  /// Follows the log at a level ("INFO"...): `on_line` per line, until the returned function is called.
  std::function<expected<std::function<void()>>(const std::string& level, bool json,
                                                std::function<void(const std::string&)> on_line)>
      follow_log;
  /// Does work that takes long on a thread that nothing else waits for. Null: it is done at once, on the caller's.
  /// @param who the address of the client that it is for
  /// @returns false if too much waits already; the work is not done then
  std::function<bool(const std::string& who, std::function<void()> work)> aside;
  /// A place for an archive of the state; null: memory is.
  std::function<expected<std::shared_ptr<storage::scratch_file>>()> make_scratch;
};

/// What endpoints reach of their agent. One per agent, used by all I/O threads.
class environment {
public:
  /// @param view its telemetry is there: the agent is ready
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
  /// As process_hooks::aside.
  bool aside(const std::string& who, std::function<void()> work) const;
  /// Does something later, on one of the actors' threads.
  void run(std::function<void()> work) const;
  /// Packs archives, one after the other, on a thread that nothing else waits for.
  void archive(std::function<void()> work) { archiver_.run(std::move(work)); }
  /// Where bytes are moved between files and streams: each piece of work is short.
  const std::shared_ptr<side_thread>& mover() const { return mover_; }
  /// A place for an archive; 503 while many are under way, 429 while this client has some of them. It is given back
  /// when the last pointer to it goes.
  /// @param client its address
  expected<std::shared_ptr<storage::scratch_file>> make_scratch(const std::string& client) const;
  instant now_by_both_clocks() const;
  /// Where a request goes from here.
  next_hop next_hop_of(const destination& to) const;
  /// What the holder of a token may do, if that is known here: on servers, and while access control is off, it is.
  std::optional<resolution> cached_identity(const std::string& token) const;
  /// Calls back once with it, from any thread; at once if it is at hand.
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
  // The last members: they end first.
  side_thread archiver_;
  std::shared_ptr<side_thread> mover_;
};

} // namespace praetor::api
