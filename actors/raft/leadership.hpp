#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace praetor {

using steady_time = std::chrono::steady_clock::time_point;
/// Accepts a state of any age.
inline constexpr auto any_age = std::chrono::nanoseconds::max();

/// What this agent knows about the leader.
struct leadership {
  bool is_leader = false;
  bool ready = false; ///< this server leads and has applied its term's first entry: it may answer default and
                      ///< consistent reads
  std::uint64_t term = 0;
  std::string leader_id;      ///< empty: unknown
  std::string leader_address; ///< host:port of its server RPC

  bool operator==(const leadership&) const = default;
};

/// Published by raft_peer, read by any thread without asking it.
class leadership_board {
public:
  leadership_board() : current_(std::make_shared<const leadership>()) {}

  std::shared_ptr<const leadership> get() const { return current_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const leadership> next) { current_.store(std::move(next), std::memory_order_release); }

  /// The end of the lease, until which reads need no quorum. Zero when not leading.
  steady_time lease_until() const { return steady_time(steady_time::duration(lease_.load(std::memory_order_acquire))); }
  void extend_lease(steady_time until) { lease_.store(until.time_since_epoch().count(), std::memory_order_release); }

  /// Whether this agent may answer default reads from its own state at `now`.
  bool leads(steady_time now) const {
    auto current = get();
    return current->is_leader && current->ready && now < lease_until();
  }

  /// The last contact with the leader; for a leader always now.
  steady_time last_contact() const {
    return steady_time(steady_time::duration(contact_.load(std::memory_order_acquire)));
  }
  /// Whether this server's state is at most this old. A leader's state has age zero; without contact to a leader since
  /// the start, the age is infinite.
  bool is_recent(std::chrono::nanoseconds max_age, steady_time now) const {
    if (get()->is_leader) return true;
    auto heard = last_contact();
    return max_age.count() > 0 && heard != steady_time{} && now - heard <= max_age;
  }
  void contacted(steady_time when) { contact_.store(when.time_since_epoch().count(), std::memory_order_release); }

private:
  std::atomic<std::shared_ptr<const leadership>> current_;
  std::atomic<steady_time::rep> lease_{0};
  std::atomic<steady_time::rep> contact_{0};
};

} // namespace praetor
