#include "sim/checkers/linearizable.hpp"

#include <map>
#include <numeric>
#include <set>

namespace praetor::sim {

namespace {

/// Partitions registers into dependent groups.
class groups {
public:
  std::size_t number(const std::string& name) {
    auto [it, fresh] = numbers_.emplace(name, parents_.size());
    if (fresh) parents_.push_back(parents_.size());
    return it->second;
  }
  std::size_t root(std::size_t n) {
    while (parents_[n] != n) n = parents_[n] = parents_[parents_[n]];
    return n;
  }
  void tie(std::size_t a, std::size_t b) { parents_[root(a)] = root(b); }
  const std::map<std::string, std::size_t>& numbers() const { return numbers_; }

private:
  std::map<std::string, std::size_t> numbers_;
  std::vector<std::size_t> parents_;
};

} // namespace

std::vector<group_verdict> judge_order(const std::vector<operation>& operations, std::uint64_t most_states) {
  groups together;
  for (const auto& op : operations) {
    if (op.steps.empty() || op.ended == outcome::fail) continue;
    auto first = together.number(op.steps.front().name);
    for (const auto& s : op.steps) together.tie(together.number(s.name), first);
  }
  std::map<std::size_t, std::vector<operation>> parts;
  for (const auto& op : operations) {
    if (op.steps.empty() || op.ended == outcome::fail) continue;
    parts[together.root(together.number(op.steps.front().name))].push_back(op);
  }
  std::map<std::size_t, std::vector<std::string>> names;
  for (const auto& [name, n] : together.numbers()) names[together.root(n)].push_back(name);
  std::vector<group_verdict> out;
  for (const auto& [root, part] : parts) out.push_back({names[root], part.size(), find_order(part, most_states)});
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& n : names) out.append(out.empty() ? "" : ", ").append(n);
  return out;
}

} // namespace praetor::sim
