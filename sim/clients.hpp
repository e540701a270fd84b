#pragma once

#include "sim/checkers/hold_book.hpp"
#include "sim/checkers/stale_reads.hpp"
#include "sim/checkers/value_book.hpp"
#include "sim/history.hpp"
#include "sim/node.hpp"
#include "sim/run.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace praetor::sim {

/// A request gives up after this long, as a client library's does; whether it was carried out is open then.
constexpr duration client_patience = std::chrono::seconds(12);

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
  /// Told each answer to a client's request, and when that was asked; a status of 0: there was none in time.
  std::function<void(std::string_view target, duration asked, const reply& r)> answered;
  /// Whether anything that one node sends reaches the other; null: always.
  std::function<bool(const sim::node& from, const sim::node& to)> reaches;
  // What clients saw, for those who judge it.
  value_book values;
  stale_reads stale;
  hold_book holds;
  /// The leader leads since then; duration::max() while there is none.
  duration leader_since = duration::max();
  /// When the whole state was put back to an older one, and when that was answered (duration::max(): unknown).
  std::vector<std::pair<duration, duration>> restores;
  /// How an agent's own checks fare, by the id of the check: set by clients, asked by the nodes' probes.
  std::map<std::string, std::string> check_status;
  /// Services of agents: whose, its id, and the address that it alone has.
  struct owned_service {
    sim::node* home;
    std::string id, address;
  };
  std::vector<owned_service> services;
  /// Registers that the state holds, for those who put it back as a whole.
  std::set<std::string> registers;

  /// Notes what a checker does not accept; nothing if `text` is "".
  void find(std::string_view checker, std::string text);
  /// The findings as sentences.
  std::vector<std::string> told() const;
  /// A value that was never used before.
  std::string new_value() { return "v" + std::to_string(++made_values); }
  /// A name for a client: "kv3" is the third of its kind.
  std::string new_process(std::string_view kind);

  /// `node::request` to any of the nodes, counted; a reply of status 0 if it takes too long.
  void ask(std::string method, std::string target, std::string body, reply_callback done,
           duration patience = client_patience);
  void ask_at(sim::node& asked, std::string method, std::string target, std::string body, reply_callback done,
              duration patience = client_patience);
  sim::node& any_node() { return *nodes[nodes.size() > 1 ? world.below(nodes.size()) : 0]; }
  /// One that leads, or null.
  sim::node* leader() const;
  /// Whether a change that was answered so has happened. Notes what acknowledged writes rest on.
  outcome judge(const reply& r);

  /// A client's operation begins now. @returns its number
  std::size_t begin(operation op);
  /// It has ended now, or its client no longer waits.
  void finish(std::size_t number, outcome ended);
  /// A lock was taken, or a place of a semaphore.
  void acquired(std::string_view checker, const hold_book::taking& t);
  /// A stale answer; whether the server that gave it is cut off counts.
  void saw_stale(stale_reads::answer a, const sim::node& from);
  /// Asked when nothing is left to do at the present moment, before the clients are.
  void look();
  /// True if the state may have been put back to an older one between the two moments.
  bool restored_between(duration from, duration to) const;

private:
  std::map<std::string, unsigned, std::less<>> processes_;
  const sim::node* leads_ = nullptr;
  std::map<const sim::node*, duration> deaf_since_; ///< servers that nothing of any other server reaches
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

} // namespace praetor::sim
