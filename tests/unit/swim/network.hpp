#pragma once

#include "protocol/swim/machine.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace praetor::swim::test {

using namespace std::chrono_literals;

/// A pool of machines in virtual time and a network that delays and loses packets. One seed determines everything.
class network {
public:
  struct process {
    std::string name, address;
    std::mt19937_64 random;
    std::unique_ptr<machine> m;
    duration slowness{}; ///< delay before packets and frames are handled
    // The output.
    std::vector<std::string> lines;
    std::vector<std::pair<time_point, member_event>> events;
    std::vector<user_event> user_events;
    std::vector<query_received> queries;
    std::vector<query_reply> replies;
    std::set<std::uint64_t> closed;
    std::map<std::uint64_t, join_result> joins;
    std::vector<conflict> conflicts;
    std::vector<notice> notices;
    bool left = false;

    bool saw(member_change change, const std::string& name) const;
    std::size_t count(notice::kind_t kind) const;
    member_status status_of(const std::string& name) const;
  };

  explicit network(std::uint64_t seed, settings limits = settings::lan());

  /// A process that has not joined anything.
  process& start(const std::string& name, string_map tags = {}, merge_check check = {}, const std::string& address = {},
                 const lamport_clocks* seen = nullptr);
  /// `count` processes n0, n1, ... that joined n0.
  void start_pool(std::size_t count);
  /// Ends it silently.
  void kill(const std::string& name);
  process& at(const std::string& name) { return *processes_.at(name); }
  machine& operator[](const std::string& name) { return *at(name).m; }
  const std::map<std::string, std::unique_ptr<process>>& all() const { return processes_; }

  /// Joins and waits for the result.
  join_result join(const std::string& who, std::vector<std::string> addresses, join_options options = {});
  /// Collects a machine's output after a direct call.
  void settle() { collect(); }
  void run(duration time);
  /// Runs until `condition` holds. Returns false if it does not within `limit`.
  bool run_until(duration limit, const std::function<bool()>& condition);

  /// All live members see exactly the live members as alive.
  bool agreed() const;

  double loss = 0;            ///< packet loss; streams are reliable
  std::set<std::string> cut;  ///< addresses without any traffic
  std::set<std::string> mute; ///< addresses without packets; streams work
  time_point now{std::chrono::hours(1)};
  std::uint64_t hash = 1469598103934665603ull; ///< of all traffic so far

private:
  void collect();
  void take(process& p);
  void deliver(const std::string& from, const std::string& to, std::string bytes);
  void carry(process& from, const stream_request& r);
  process* by_address(const std::string& address);
  void mix(std::string_view bytes);
  void at_time(time_point when, std::function<void()> what) { events_.emplace(when, std::move(what)); }
  duration latency() { return std::chrono::microseconds(500 + random_() % 4500); }

  settings limits_;
  std::mt19937_64 random_;
  std::map<std::string, std::unique_ptr<process>> processes_;
  std::map<std::string, std::string> addresses_; ///< name by address
  std::multimap<time_point, std::function<void()>> events_;
  std::size_t started_ = 0;
};

} // namespace praetor::swim::test
