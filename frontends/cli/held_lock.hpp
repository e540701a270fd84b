#pragma once

#include "frontends/cli/agent_client.hpp"
#include "frontends/cli/session_keeper.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace praetor::cli {

/// How to acquire and hold a lock.
struct lock_settings {
  std::string prefix;
  int limit = 1; ///< the maximal number of holders; more than 1 makes it a semaphore
  std::string session_name;
  std::chrono::nanoseconds wait{0}; ///< 0: no limit
  int monitor_retries = 0;          ///< consecutive failed reads that a holder tolerates
};

/// The result of removing a lock's entries after its release.
enum class cleanup_result { removed, still_in_use };

/// A distributed lock or semaphore, with the KV layout of Consul's Go client, so that both can share a lock. One thread
/// calls `acquire`, `release` and `clean_up` in this order.
class held_lock {
public:
  static std::unique_ptr<held_lock> make(agent_client& client, lock_settings settings);
  virtual ~held_lock();

  /// True once acquired, false if the wait timed out or `stop` was cancelled. Afterwards calls `on_lost` on another
  /// thread if the lock is lost.
  expected<bool> acquire(cancellation& stop, std::function<void()> on_lost);
  expected<void> release();
  virtual expected<cleanup_result> clean_up() = 0;

protected:
  held_lock(agent_client& client, lock_settings settings) : client_(client), settings_(std::move(settings)) {}

  /// The outcome of an attempt: acquired, or blocked until the data advances past `index` (0: after the lock delay).
  struct attempt {
    bool held = false;
    std::uint64_t index = 0;
  };
  virtual expected<void> enter() { return {}; }
  virtual expected<attempt> try_once(std::uint64_t index, std::chrono::milliseconds wait, cancellation& stop) = 0;
  /// Whether the lock is still held. Blocks for a change past `index` and updates it.
  virtual expected<bool> still_held(agent_client& client, std::uint64_t& index, cancellation& stop) = 0;
  virtual expected<void> give_back() = 0;

  struct kv_read {
    go_json pairs = go_json::array();
    std::uint64_t index = 0;
  };
  static expected<kv_read> read_keys(agent_client& client, const std::string& key, bool recurse, std::uint64_t index,
                                     std::chrono::milliseconds wait, cancellation* stop);
  expected<bool> write_key(const std::string& key, const std::string& value, std::uint64_t flags,
                           const std::string& condition, const std::string& operand, cancellation* stop = nullptr);
  expected<bool> delete_key(const std::string& key, std::uint64_t modify_index);

  agent_client& client_;
  lock_settings settings_;
  std::unique_ptr<session_keeper> session_;

private:
  void stop_monitoring();
  void monitor(std::function<void()> on_lost);
  std::unique_ptr<agent_client> monitor_client_;
  cancellation monitor_stop_;
  std::thread monitor_thread_;
};

} // namespace praetor::cli
