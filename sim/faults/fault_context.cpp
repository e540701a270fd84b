#include "sim/faults/fault_context.hpp"

#include <algorithm>
#include <utility>

namespace praetor::sim {

namespace {

/// How often an operator checks whether a disk may be removed.
constexpr duration operator_look = std::chrono::milliseconds(500);

} // namespace

duration seconds(double amount) { return duration{static_cast<std::int64_t>(amount * 1e9)}; }

std::set<std::string, std::less<>> machines_of(const victims& who) {
  std::set<std::string, std::less<>> out;
  for (auto* n : who) out.insert(n->options().ip);
  return out;
}

wires::where all_links_of(const victims& who) {
  return [in = machines_of(who)](auto from, auto to) { return from != to && (in.contains(from) || in.contains(to)); };
}

void fault_context::later(const active& a, duration wait, std::function<void()> action) {
  world.after(wait, [a, action = std::move(action)] {
    if (!a->over) action();
  });
}

void fault_context::hold_down(const active& a, node& n, bool silently) {
  cluster.hold(n);
  cluster.stop(n, silently);
  a->mending.push_back([this, &n] { cluster.release(n); });
}

std::uint64_t fault_context::harm(const active& a, wires::where links, link_trouble how) {
  auto number = cluster.fabric().wires.harm(std::move(links), how);
  a->mending.push_back([this, number] { cluster.fabric().wires.mend(number); });
  return number;
}

void fault_context::put_in_new_disk(node& n) {
  if (!cluster.can_do_without(n)) {
    // A needed server runs meanwhile.
    cluster.release(n);
    world.after(operator_look, [this, &n] {
      cluster.hold(n);
      put_in_new_disk(n);
    });
    return;
  }
  cluster.stop(n, false);
  n.replace_disk();
  ++lab.lost_disks[n.options().name];
  cluster.release(n);
}

void fault_context::note_clocks() {
  auto least = duration::max(), most = duration::min();
  for (auto* n : cluster.nodes()) {
    least = std::min(least, n->clock_error());
    most = std::max(most, n->clock_error());
  }
  lab.clock_error = std::max(lab.clock_error, most - least);
}

} // namespace praetor::sim
