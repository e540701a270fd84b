#include "sim/random_faults.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

class dice {
public:
  explicit dice(std::mt19937_64& random) : random_(random) {}
  std::uint64_t below(std::uint64_t limit) { return limit == 0 ? 0 : random_() % limit; }
  duration between(duration least, duration most) {
    return least + duration{static_cast<std::int64_t>(below(static_cast<std::uint64_t>((most - least).count()) + 1))};
  }
  /// One of the values in [least, most], in hundredths.
  double amount(double least, double most) { return least + (most - least) * static_cast<double>(below(101)) / 100; }

private:
  std::mt19937_64& random_;
};

/// Whom a fault of the kind hits.
std::vector<std::string> victims(fault_kind kind, const scenario& what, dice& d) {
  std::string one = what.who.agents > 0 && d.below(4) == 0 ? "agent" : d.below(2) == 0 ? "leader" : "server";
  switch (kind) {
  case fault_kind::lost_disk:
  case fault_kind::old_disk:
  case fault_kind::bit_flip:
  case fault_kind::full_disk:
  case fault_kind::stuck_disk:
  case fault_kind::slow_disk:
  case fault_kind::read_errors:
  case fault_kind::destroy:
  case fault_kind::remove_server: return {d.below(2) == 0 ? "leader" : "server"};
  case fault_kind::ring:
  case fault_kind::bridge:
  case fault_kind::swizzle:
  case fault_kind::rolling_restart:
  case fault_kind::kill_leader_before_reply:
  case fault_kind::kill_leader_before_apply:
  case fault_kind::kill_new_leader:
  case fault_kind::add_server: return {};
  case fault_kind::loss:
  case fault_kind::duplicate:
  case fault_kind::reorder:
  case fault_kind::slow_links:
  case fault_kind::narrow: return d.below(2) == 0 ? std::vector<std::string>{} : std::vector{one};
  case fault_kind::split: {
    std::vector<std::string> out{one};
    while (out.size() < what.who.servers / 2 && d.below(2) == 0) out.push_back("any");
    return out;
  }
  default: return {one};
  }
}

double amount_of(fault_kind kind, dice& d) {
  switch (kind) {
  case fault_kind::old_disk: return d.amount(0.1, 5);
  case fault_kind::clock_jump: return d.amount(-600, 600);
  case fault_kind::clock_drift: return d.amount(-0.05, 0.05);
  case fault_kind::loss: return d.amount(0.02, 0.5);
  case fault_kind::duplicate:
  case fault_kind::reorder: return d.amount(0.05, 0.9);
  case fault_kind::slow_links: return d.amount(0.002, 0.4);
  case fault_kind::narrow: return d.amount(20'000, 2'000'000);
  case fault_kind::slow_disk: return d.amount(0.01, 0.6);
  default: return 0;
  }
}

} // namespace

fault_rates usual_rates() {
  using enum fault_kind;
  fault_rates out;
  for (auto kind : {crash, power_loss, pause, isolate, split, one_way, reset}) out.a_minute[kind] = 2;
  for (auto kind :
       {kill_leader_before_reply, kill_leader_before_apply, kill_new_leader, sever, loss, duplicate, reorder,
        slow_links, narrow, slow_disk, stuck_disk, flap, swizzle, ring, bridge, clock_jump, clock_drift})
    out.a_minute[kind] = 0.7;
  for (auto kind : {lost_disk, rolling_restart, full_disk}) out.a_minute[kind] = 0.3;
  return out;
}

fault_schedule random_faults(const fault_rates& rates, const scenario& what, std::mt19937_64& random) {
  dice d(random);
  fault_schedule out;
  if (what.length <= rates.from) return out;
  auto span = what.length - rates.from;
  for (const auto& [kind, a_minute] : rates.a_minute) {
    auto expected = a_minute * std::chrono::duration<double>(span).count() / 60;
    auto count = static_cast<unsigned>(expected);
    if (static_cast<double>(d.below(1'000'000)) < (expected - count) * 1e6) ++count;
    for (unsigned i = 0; i < count; ++i) {
      fault f;
      f.kind = kind;
      f.at = rates.from + d.between(duration{0}, span);
      f.lasts = d.between(rates.shortest, rates.longest);
      f.nodes = victims(kind, what, d);
      f.amount = amount_of(kind, d);
      out.push_back(std::move(f));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
  return out;
}

} // namespace praetor::sim
