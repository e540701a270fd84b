#include "sim/checkers/acknowledged.hpp"
#include "sim/checkers/detection.hpp"
#include "sim/checkers/linearizable.hpp"
#include "sim/clients.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

/// The search limit per group of registers, beyond which the result is undecided.
constexpr std::uint64_t most_states = 200'000;
/// The leader waits for twice the TTL, and retries a failed invalidation.
constexpr duration longest_session = std::chrono::seconds(45);

/// Reads every register once more, from every server.
void read_everything(laboratory& lab) {
  for (auto* n : lab.nodes) {
    if (!n->options().server || !n->up()) continue;
    auto held = read_contents(*n->state(), lab.registers);
    for (auto& wrong : lost_writes(lab.history, held, n->options().name)) lab.find("no write lost", wrong);
    if (!n->ready()) continue;
    for (const auto& [name, value] : held) {
      operation op;
      op.process = "end";
      op.what = "read";
      op.key = name;
      op.value = value;
      op.steps = {{step::kind::one_of, name, {value}}};
      lab.finish(lab.begin(std::move(op)), outcome::ok);
    }
  }
}

std::string checker_of(const std::string& name) {
  auto kind = name.substr(0, name.find('/'));
  return "linearizable " + (kind == "lock" ? "locks" : kind == "txn" ? "transactions" : kind);
}

void judge_orders(laboratory& lab) {
  auto operations = lab.history.all();
  lab.stale.settle(operations);
  // Locks of a restored older state have sessions that no client tracks.
  if (!lab.restores.empty())
    std::erase_if(operations, [](auto& op) { return !op.steps.empty() && op.steps.front().name.starts_with("lock/"); });
  for (const auto& group : judge_order(operations, most_states)) {
    if (group.found == verdict::undecided) lab.undecided.push_back(joined(group.names));
    if (group.found == verdict::impossible)
      lab.find(checker_of(group.names.front()), joined(group.names) + ": no order of the " +
                                                    std::to_string(group.operations) +
                                                    " operations explains the answers");
  }
}

bool has_sessions_left(laboratory& lab) {
  auto* leads = lab.leader();
  return !leads || !state::node_sessions(*leads->state(), "sessions", nullptr).value.empty();
}

/// No client renews sessions any more.
void wait_for_sessions(laboratory& lab) {
  if (!has_sessions_left(lab)) return;
  // Checked rarely because it is expensive; the final result counts.
  lab.world.run_for(longest_session, [&] { return lab.world.one_in(64) && !has_sessions_left(lab); });
  if (has_sessions_left(lab))
    lab.find("sessions end", "sessions are left after " + std::to_string(longest_session.count() / 1'000'000'000) +
                                 " s in which nobody renewed them");
}

} // namespace

void judge_at_the_end(laboratory& lab) {
  read_everything(lab);
  judge_orders(lab);
  for (auto& wrong : lab.stale.judge(lab.history)) lab.find("stale reads", wrong);
  if (lab.restores.empty())
    for (auto& wrong : lab.values.judge()) lab.find("no change missed", wrong);
  if (lab.findings.empty()) wait_for_sessions(lab);
  if (lab.findings.empty()) judge_detection(lab);
}

} // namespace praetor::sim
