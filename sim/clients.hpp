#pragma once

#include "sim/history.hpp"
#include "sim/node.hpp"
#include "sim/run.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace praetor::sim {

/// What checkers and clients of one run share.
struct laboratory {
  laboratory(sim::world& world, sim::node& target) : world(world), target(target), nodes{&target} {}
  /// @param nodes a request goes to any of them
  laboratory(sim::world& world, std::vector<sim::node*> nodes)
      : world(world), target(*nodes.front()), nodes(std::move(nodes)) {}

  sim::world& world;
  sim::node& target; ///< where there is but one
  std::vector<sim::node*> nodes;
  sim::history history;
  std::vector<finding> findings;      ///< what must not be; empty: all is well
  std::vector<std::string> undecided; ///< as in run_result
  observer* watcher = nullptr;        ///< is told what is found and how operations end
  bool open = true;                   ///< clients begin nothing new once it is false
  // What whoever causes faults tells:
  duration calm_since{0};  ///< no fault is there since; duration::max() while there is one
  duration clock_error{0}; ///< the most by which two wall clocks have differed so far
  double clock_drift = 0;  ///< the most by which a clock has run too fast or too slow so far: 0.1 = ten per cent
  std::map<std::string, unsigned> lost_disks; ///< how often a node (by name) came back on an empty or an older disk
  std::uint64_t requests = 0, answers = 0, unknown = 0;
  std::uint64_t acknowledged_index = 0; ///< of the newest entry that an acknowledged write may rest on
  std::uint64_t made_values = 0;

  /// Notes what a checker does not accept; nothing if `text` is "".
  void find(std::string_view checker, std::string text);
  /// The findings as sentences.
  std::vector<std::string> told() const;
  /// A value that was never used before.
  std::string new_value() { return "v" + std::to_string(++made_values); }
  /// `node::request`, counted.
  void ask(std::string method, std::string target, std::string body, reply_callback done);
  /// Whether a change that was answered so has happened. Notes what acknowledged writes rest on.
  outcome judge(const reply& r);
};

/// Something that acts on its own until the laboratory closes.
class client {
public:
  virtual ~client() = default;
  virtual void start() = 0;
  /// Asked when nothing is left to do at the present moment: looks for what should have happened by now.
  virtual void look() {}
};
using clients = std::vector<std::unique_ptr<client>>;

/// Adds the clients of one of a scenario's workloads.
void add_clients(clients& to, laboratory& lab, const workload& what);
/// What has to be done once no client is at work any more, nothing is broken and all servers agree: reads everything
/// once more, and judges what clients saw. Lets the world go on where that takes time.
void judge_at_the_end(laboratory& lab);

/// Reads, writes, compares-and-sets and deletes keys `kv/0`, `kv/1`, ...
std::unique_ptr<client> make_kv_client(laboratory& lab, unsigned keys, duration pause);
/// The same with services of external nodes, over catalog/register and catalog/deregister.
std::unique_ptr<client> make_catalog_client(laboratory& lab, unsigned nodes, duration pause);
/// Waits on one question again and again: its index never goes back, and no change is slept through.
std::unique_ptr<client> make_watch_client(laboratory& lab, unsigned which);
/// Services of the agent itself, each owned by one client: what was acknowledged is there in the next life.
std::unique_ptr<client> make_service_client(laboratory& lab, unsigned number, duration pause);

/// Who holds what, as far as clients know for sure.
class lock_book {
public:
  struct hold {
    std::string session;
    duration since;                          ///< when the lock was acknowledged
    duration until;                          ///< from here on it may have been lost
    bool asked_to_end = false;               ///< by release or by the end of the session
    duration destroyed_by = duration::max(); ///< when the end of its session was acknowledged, if the lock went with it
    duration free_again{0};                  ///< not before this, if so
  };
  /// @returns what contradicts mutual exclusion or the lock delay, or ""
  std::string acquired(const std::string& key, const std::string& session, duration asked, duration answered,
                       duration until);
  void renewed(const std::string& session, duration until);
  /// Asked to be released, or the session to be ended: from now on nothing is sure.
  void may_end(const std::string& session, duration now);
  /// Ending the session was acknowledged while it held the key for sure.
  void destroyed(const std::string& session, duration asked, duration answered, duration lock_delay);

private:
  std::map<std::string, std::vector<hold>> holds_; ///< by key
};
/// Opens sessions and takes locks `lock/0`, `lock/1`, ...
std::unique_ptr<client> make_lock_client(laboratory& lab, lock_book& book, unsigned locks);

} // namespace praetor::sim
