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

/// The request timeout of clients, like a client library's; the outcome of a timed-out request is unknown.
constexpr duration client_patience = std::chrono::seconds(12);

/// The shared data of the checkers and clients of one run.
struct laboratory {
  laboratory(sim::world& world, sim::node& target) : world(world), target(target), nodes{&target} {}
  /// @param nodes the targets of requests
  laboratory(sim::world& world, std::vector<sim::node*> nodes)
      : world(world), target(*nodes.front()), nodes(std::move(nodes)) {}

  sim::world& world;
  sim::node& target; ///< the only one
  std::vector<sim::node*> nodes;
  sim::history history;
  std::vector<finding> findings;      ///< violations; empty: none
  std::vector<std::string> undecided; ///< as in run_result
  observer* watcher = nullptr;        ///< notified of findings and of the ends of operations
  bool open = true;                   ///< once false, clients start nothing new
  // Set by the source of faults:
  duration calm_since{0};                     ///< since when there is no fault; duration::max() during one
  duration clock_error{0};                    ///< the maximal difference between two wall clocks so far
  double clock_drift = 0;                     ///< the maximal drift rate of a clock so far: 0.1 = ten per cent
  std::map<std::string, unsigned> lost_disks; ///< how often a node (by name) restarted with an empty or older disk
  std::uint64_t requests = 0, answers = 0, unknown = 0;
  std::uint64_t acknowledged_index = 0; ///< of the newest entry that an acknowledged write may depend on
  std::uint64_t made_values = 0;
  /// Called for each answer to a client's request, with the time of the request; status 0: timed out.
  std::function<void(std::string_view target, duration asked, const reply& r)> answered;
  /// Whether messages of one node reach the other; null: always.
  std::function<bool(const sim::node& from, const sim::node& to)> reaches;
  // The values that clients saw, for checkers.
  value_book values;
  stale_reads stale;
  hold_book holds;
  /// Since when there is a leader; duration::max() if there is none.
  duration leader_since = duration::max();
  /// When the whole state was restored to an older one, and when that was acknowledged (duration::max(): unknown).
  std::vector<std::pair<duration, duration>> restores;
  /// The status of agents' own checks by check id: set by clients, returned by the nodes' probes.
  std::map<std::string, std::string> check_status;
  /// An agent's service: its agent, its id, and its unique address.
  struct owned_service {
    sim::node* home;
    std::string id, address;
  };
  std::vector<owned_service> services;
  /// Registers in the state, for clients that restore it as a whole.
  std::set<std::string> registers;

  /// Records a violation; nothing if `text` is "".
  void find(std::string_view checker, std::string text);
  /// The findings as sentences.
  std::vector<std::string> told() const;
  /// A unique value.
  std::string new_value() { return "v" + std::to_string(++made_values); }
  /// A name for a client: "kv3" is the third of its kind.
  std::string new_process(std::string_view kind);

  /// Sends `node::request` to any of the nodes, and counts it; replies with status 0 after a timeout.
  void ask(std::string method, std::string target, std::string body, reply_callback done,
           duration patience = client_patience);
  void ask_at(sim::node& asked, std::string method, std::string target, std::string body, reply_callback done,
              duration patience = client_patience);
  sim::node& any_node() { return *nodes[nodes.size() > 1 ? world.below(nodes.size()) : 0]; }
  /// A leader, or null.
  sim::node* leader() const;
  /// Whether a change with this answer has taken effect. Records what acknowledged writes depend on.
  outcome judge(const reply& r);

  /// Starts an operation of a client. @returns its number
  std::size_t begin(operation op);
  /// Ends it, also when its client stops waiting.
  void finish(std::size_t number, outcome ended);
  /// A lock or a semaphore slot was acquired.
  void acquired(std::string_view checker, const hold_book::taking& t);
  /// Records a stale answer, with whether its server is cut off.
  void saw_stale(stale_reads::answer a, const sim::node& from);
  /// Called when nothing is left to do at the present moment, before the clients' `look`.
  void look();
  /// Whether an older state may have been restored between the two times.
  bool restored_between(duration from, duration to) const;

private:
  std::map<std::string, unsigned, std::less<>> processes_;
  const sim::node* leads_ = nullptr;
  std::map<const sim::node*, duration> deaf_since_; ///< servers that no other server reaches
};

/// Acts on its own until the laboratory closes.
class client {
public:
  virtual ~client() = default;
  virtual void start() = 0;
  /// Called when nothing is left to do at the present moment: checks for what should have happened by now.
  virtual void look() {}
};
using clients = std::vector<std::unique_ptr<client>>;

/// Adds the clients of one workload of a scenario.
void add_clients(clients& to, laboratory& lab, const workload& what);
/// Call once no client is active, nothing is broken and all servers agree: reads everything once more, and checks what
/// clients saw. Advances the world where necessary.
void judge_at_the_end(laboratory& lab);

} // namespace praetor::sim
