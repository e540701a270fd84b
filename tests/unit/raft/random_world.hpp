#pragma once

#include <set>

#include "tests/unit/raft/test_node.hpp"

namespace praetor::raft::test {

/// Five servers over a network that loses, duplicates, delays and reorders messages, with drifting clocks, slow and
/// failing disks, crashes that lose unsynced writes, lost disks, partitions, and membership changes. After every step
/// it checks Raft's safety properties; the first violation ends the run with a sentence in `breach`.
class random_world {
public:
  explicit random_world(std::uint64_t seed);
  ~random_world();

  /// Runs `steps` steps of 2 ms with faults, then without until the cluster has settled.
  void run(int steps);

  std::string breach;
  // Counts events, so that a test can tell that the run was meaningful.
  std::size_t leaders = 0, commits = 0, crashes = 0, lease_checks = 0, reads = 0, installs = 0, changes = 0;

private:
  struct member {
    std::unique_ptr<test_node> node;
    double speed = 1;
    std::int64_t offset = 0;
    std::int64_t restart_at = 0;
    std::int64_t disk_busy_until = 0;
    int disks = 1;
    // As leader of `led_term`: the last known end of its log.
    term_t led_term = 0;
    index_t led_last = 0;
    term_t led_last_term = 0;
  };
  struct known_entry {
    entry_ptr e;
    term_t before = 0; // term of the previous entry
  };
  struct committed_entry {
    entry e;
    term_t known_in = 0; // the lowest term of a server that knew it as committed
    std::uint64_t hash = 0;
  };

  bool chance(double p) { return std::uniform_real_distribution<>(0, 1)(random_) < p; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  time_point clock(const member& m) const;
  void add(const std::string& id, bool member_at_start);
  void post(message m);
  void deliver();
  void work_disks();
  void make_trouble();
  void crash(member& m);
  void lose_disk(member& m);
  void ask_leader();
  void change_members(test_node& leader);
  void settle();
  std::string describe_all() const;
  void check();
  void check_leader(member& m);
  void check_written(const test_node& n, const output& batch);
  void check_applied(test_node& n, const entry& e);
  void fail(const std::string& what) {
    if (breach.empty()) breach = what + " at " + std::to_string(now_ms_) + " ms";
  }
  bool up(const member& m) const { return m.node->up(); }

  std::mt19937_64 random_;
  std::int64_t now_ms_ = 0;
  std::map<std::string, member> members_;
  std::multimap<std::int64_t, message> network_;
  std::set<std::pair<std::string, std::string>> cut_; // one-way cuts
  std::map<term_t, std::string> leader_of_;
  std::map<std::pair<index_t, term_t>, known_entry> entries_;
  std::map<index_t, committed_entry> committed_;
  std::map<std::uint64_t, index_t> asked_reads_;
  std::uint64_t next_token_ = 1;
  std::int64_t next_value_ = 1;
  std::string lost_; // a server that lost its disk and has not regained its vote
  bool quiet_ = false;
};

} // namespace praetor::raft::test
