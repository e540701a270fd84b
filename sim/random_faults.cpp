#include "sim/random_faults.hpp"

#include "sim/faults/fault_row.hpp"

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
  /// A value in [least, most], in hundredths.
  double amount(double least, double most) { return least + (most - least) * static_cast<double>(below(101)) / 100; }

private:
  std::mt19937_64& random_;
};

/// The leader half of the time, as the most interesting target.
std::string leader_or_server(dice& d) { return d.below(2) == 0 ? "leader" : "server"; }

std::vector<std::string> roles(aim whom, const scenario& what, dice& d) {
  // Drawn for all kinds, needed or not, so that the schedules of existing seeds stay the same.
  std::string one = what.who.agents > 0 && d.below(4) == 0 ? "agent" : leader_or_server(d);
  switch (whom) {
  case aim::one_node: break;
  case aim::one_server: return {leader_or_server(d)};
  case aim::one_node_or_all:
    if (d.below(2) == 0) return {};
    break;
  case aim::one_side: {
    std::vector<std::string> out{one};
    while (out.size() < what.who.servers / 2 && d.below(2) == 0) out.push_back("any");
    return out;
  }
  case aim::unnamed: return {};
  }
  return {one};
}

double amount_within(const amount_range& range, dice& d) {
  return range == amount_range{} ? 0 : d.amount(range.least, range.most);
}

} // namespace

fault_rates usual_rates() {
  fault_rates out;
  for (const auto& row : fault_rows())
    if (row.a_minute > 0) out.a_minute[row.kind] = row.a_minute;
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
      f.nodes = roles(row_of(kind).whom, what, d);
      f.amount = amount_within(row_of(kind).amount, d);
      out.push_back(std::move(f));
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
  return out;
}

} // namespace praetor::sim
