#pragma once

#include <functional>
#include <map>

#include "protocol/raft/machine.hpp"

namespace praetor::raft::test {

/// A disk that keeps only completed writes.
struct test_disk final : log_view {
  hard_state state;
  index_t before_first = 0; ///< index before the first entry
  term_t before_first_term = 0;
  std::vector<entry_ptr> log;
  std::optional<snapshot_meta> snapshot;
  std::string snapshot_bytes;

  index_t last() const { return before_first + log.size(); }
  std::optional<term_t> term(index_t index) const override;
  std::vector<entry_ptr> entries(index_t from, index_t last, std::size_t max_bytes) const override;
  void write(const output& batch);
  void compact(index_t up_to);
  initial_state found() const;
};

/// The state machine of the tests: a hash chain over all applied entries.
struct applied_state {
  index_t index = 0;
  term_t term = 0;
  std::int64_t time_ns = 0;
  std::uint64_t hash = 0;
  indexed_configuration members;

  void apply(const entry& e);
  std::string bytes() const;
  static applied_state from(const snapshot_meta& meta, const std::string& bytes);
};

/// A server around the machine: disk, state machine, snapshots. Passes messages to `send` and output to `say`.
class test_node {
public:
  test_node(identity who, settings limits, std::uint64_t seed);

  void start(time_point now);
  /// Loses all incomplete writes.
  void crash();
  bool up() const { return machine_ != nullptr; }
  machine& get() { return *machine_; }
  const machine& get() const { return *machine_; }

  /// Executes the machine's output until there is none.
  void pump(time_point now);
  /// Completes the oldest pending write, or all.
  void sync(time_point now, bool all = true);
  /// Writes the oldest pending write to disk without reporting it, as a crash may.
  void write_silently();
  void fail_writes(time_point now);
  std::size_t writes_waiting() const { return writes_.size(); }
  void take_snapshot();

  identity who;
  settings limits;
  test_disk disk;
  applied_state state;
  bool auto_sync = true;
  bool auto_install = true; ///< installs complete snapshots at once
  bool auto_chunks = true;  ///< reads chunks of own snapshots at once
  std::function<void(message)> send = [](message) {};
  std::function<void(const std::string&)> say = [](const std::string&) {};
  std::function<void(const output&)> on_write = [](const output&) {};
  std::function<void(const entry&)> on_apply = [](const entry&) {};
  std::function<void(const snapshot_meta&)> on_install = [](const snapshot_meta&) {};
  std::function<void(const read_state&)> on_read = [](const read_state&) {};

  void finish_install(time_point now);

private:
  void carry_out(output&& out, time_point now);
  void serve_chunk(const chunk_request& request, time_point now);
  void store_chunk(const chunk_received& piece, time_point now);

  std::mt19937_64 random_;
  std::unique_ptr<machine> machine_;
  std::vector<output> writes_;
  std::string incoming_;
  std::optional<snapshot_meta> to_install_;
};

std::string describe(const message& m);
std::string describe(const entry& e);
std::string describe(const configuration& c);
entry_ptr make_entry(index_t index, term_t term, std::string data = {});
configuration voters(const std::vector<std::string>& ids);
inline identity on_first_disk(const std::string& id) { return {id, id + "1"}; }
/// The start of virtual time.
inline time_point at(std::chrono::nanoseconds since_start) { return time_point(std::chrono::hours(1) + since_start); }

} // namespace praetor::raft::test
