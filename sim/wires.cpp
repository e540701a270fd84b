#include "sim/wires.hpp"

#include <algorithm>

namespace praetor::sim {

std::uint64_t wires::harm(where links, link_trouble how) {
  troubles_.emplace(++last_, std::pair{std::move(links), how});
  auto number = last_;
  changed();
  return number;
}

void wires::mend(std::uint64_t number) {
  if (troubles_.erase(number) > 0) changed();
}

void wires::changed() const {
  for (const auto& observer : observers_) observer();
}

link_trouble wires::on(std::string_view from, std::string_view to) const {
  link_trouble all;
  auto either = [](double& one, double other) { one = 1 - (1 - one) * (1 - other); };
  for (const auto& [number, trouble] : troubles_) {
    const auto& [concerns, how] = trouble;
    if (!concerns(from, to)) continue;
    all.cut = all.cut || how.cut;
    all.slower += how.slower;
    either(all.loss, how.loss);
    either(all.duplicate, how.duplicate);
    either(all.reorder, how.reorder);
    if (how.bytes_a_second > 0)
      all.bytes_a_second =
          all.bytes_a_second > 0 ? std::min(all.bytes_a_second, how.bytes_a_second) : how.bytes_a_second;
  }
  return all;
}

bool wires::is_cut(std::string_view from, std::string_view to) const {
  return std::any_of(troubles_.begin(), troubles_.end(),
                     [&](const auto& t) { return t.second.second.cut && t.second.first(from, to); });
}

std::string_view host_of(std::string_view address) { return address.substr(0, address.rfind(':')); }

} // namespace praetor::sim
