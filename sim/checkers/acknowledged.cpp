#include "sim/checkers/acknowledged.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

struct change {
  std::string value;
  duration begin, end;
  bool acknowledged;
};

std::map<std::string, std::vector<change>> changes_by_register(const history& h) {
  std::map<std::string, std::vector<change>> out;
  for (const auto& op : h.all()) {
    if (op.refused || op.ended == outcome::fail) continue;
    for (const auto& s : op.steps)
      if (s.what == step::kind::set) out[s.name].push_back({s.values[0], op.begin, op.end, op.ended == outcome::ok});
  }
  return out;
}

} // namespace

std::vector<std::string> lost_writes(const history& h, const contents& at_the_end, const std::string& where) {
  std::vector<std::string> out;
  auto changes = changes_by_register(h);
  for (const auto& [name, value] : at_the_end) {
    const auto& all = changes[name];
    // The acknowledged change that began last: a change that ended before it can't be the final one.
    const change* last = nullptr;
    for (const auto& c : all)
      if (c.acknowledged && (!last || c.begin > last->begin)) last = &c;
    if (!last) continue;
    bool explained = std::any_of(all.begin(), all.end(), [&](const change& c) {
      return c.value == value && (!c.acknowledged || c.end >= last->begin);
    });
    if (!explained)
      out.push_back(name + ": \"" + last->value + "\" was acknowledged, and " + where + " holds \"" + value +
                    "\" at the end");
  }
  return out;
}

} // namespace praetor::sim
