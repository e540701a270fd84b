#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace praetor {

using steady_time = std::chrono::steady_clock::time_point;
/// Of a state that may be as old as it likes.
inline constexpr auto any_age = std::chrono::nanoseconds::max();

/// What this agent knows of the leader, at one moment.
struct leadership {
  bool is_leader = false;
  bool ready = false; ///< leader whose own term's first entry is applied: default and consistent reads may be answered
  std::uint64_t term = 0;
  std::string leader_id;      ///< empty while none is known
  std::string leader_address; ///< host:port of its server RPC

  bool operator==(const leadership&) const = default;
};

/// Published by raft_peer, read by any thread without asking it.
class leadership_board {
public:
  leadership_board() : current_(std::make_shared<const leadership>()) {}

  std::shared_ptr<const leadership> get() const { return current_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const leadership> next) { current_.store(std::move(next), std::memory_order_release); }

  /// Until when reads are safe without asking a quorum. Zero when not leading.
  steady_time lease_until() const { return steady_time(steady_time::duration(lease_.load(std::memory_order_acquire))); }
  void extend_lease(steady_time until) { lease_.store(until.time_since_epoch().count(), std::memory_order_release); }

  /// True if this agent may answer default reads from its own state at `now`.
  bool leads(steady_time now) const {
    auto current = get();
    return current->is_leader && current->ready && now < lease_until();
  }

  /// When the leader was last heard from; for a leader always now.
  steady_time last_contact() const {
    return steady_time(steady_time::duration(contact_.load(std::memory_order_acquire)));
  }
  /// Whether this server's state is at most so old. The leader's has no age; that of a server that has not heard of a
  /// leader since its start is older than any.
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
