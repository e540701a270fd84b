#include "sim/history.hpp"

#include <algorithm>
#include <set>

namespace praetor::sim {

namespace {

class search {
public:
  explicit search(std::vector<operation> operations) : operations_(std::move(operations)) {}

  bool run() {
    std::vector<state> open{{std::string(operations_.size(), '0'), {}}};
    while (!open.empty()) {
      auto at = std::move(open.back());
      open.pop_back();
      take_what_changes_nothing(at);
      if (!seen_.emplace(at.done, at.value).second) continue;
      if (complete(at)) return true;
      auto limit = first_end(at);
      for (std::size_t i = 0; i < operations_.size() && operations_[i].begin <= limit; ++i) {
        if (at.done[i] != '0' || !changes(operations_[i], at.value)) continue;
        open.push_back(at);
        open.back().done[i] = '1';
        open.back().value = operations_[i].value;
      }
    }
    return false;
  }

private:
  struct state {
    std::string done; ///< a character for each operation
    std::string value;
  };

  /// The moment by which the next operation must have taken effect.
  duration first_end(const state& at) const {
    auto end = duration::max();
    for (std::size_t i = 0; i < operations_.size(); ++i) {
      if (operations_[i].begin > end) break;
      if (at.done[i] == '0') end = std::min(end, operations_[i].end);
    }
    return end;
  }
  bool complete(const state& at) const {
    for (std::size_t i = 0; i < operations_.size(); ++i)
      if (at.done[i] == '0' && operations_[i].ended == outcome::ok) return false;
    return true;
  }
  static bool changes(const operation& op, const std::string& value) {
    if (op.what == operation::kind::write) return true;
    return op.what == operation::kind::compare && op.applied && value == op.expected;
  }
  /// Reads, and comparisons that failed: whenever one fits it can be taken at once, nothing is lost by it.
  static bool fits(const operation& op, const std::string& value) {
    if (op.what == operation::kind::read) return value == op.value;
    return op.what == operation::kind::compare && op.ended == outcome::ok && !op.applied && value != op.expected;
  }
  void take_what_changes_nothing(state& at) const {
    for (bool again = true; again;) {
      again = false;
      auto limit = first_end(at);
      for (std::size_t i = 0; i < operations_.size() && operations_[i].begin <= limit; ++i) {
        if (at.done[i] != '0' || !fits(operations_[i], at.value)) continue;
        at.done[i] = '1';
        again = true;
      }
    }
  }

  std::vector<operation> operations_; ///< by begin
  std::set<std::pair<std::string, std::string>> seen_;
};

} // namespace

bool linearizable(std::vector<operation> operations) {
  std::erase_if(operations, [](const operation& op) {
    return op.ended == outcome::fail || (op.ended == outcome::unknown && op.what == operation::kind::read);
  });
  std::stable_sort(operations.begin(), operations.end(), [](auto& a, auto& b) { return a.begin < b.begin; });
  return search(std::move(operations)).run();
}

std::size_t history::begin(const std::string& name, operation op) {
  auto& all = registers_[name];
  all.push_back(std::move(op));
  return all.size() - 1;
}

void history::finish(const std::string& name, std::size_t number, outcome ended, duration now,
                     std::optional<std::string> value, bool applied) {
  auto& op = registers_[name][number];
  op.ended = ended;
  if (ended == outcome::ok) op.end = now;
  if (value) op.value = std::move(*value);
  op.applied = applied;
}

std::string history::saw_index(const std::string& name, const std::string& value, std::uint64_t modify_index) {
  auto [it, fresh] = indexes_.emplace(std::pair{name, value}, modify_index);
  if (fresh || it->second == modify_index) return {};
  return name + ": \"" + value + "\" had ModifyIndex " + std::to_string(it->second) + " and now has " +
         std::to_string(modify_index);
}

std::vector<std::string> history::check() const {
  std::vector<std::string> out;
  for (const auto& [name, operations] : registers_)
    if (!linearizable(operations))
      out.push_back(name + ": no order of its " + std::to_string(operations.size()) +
                    " operations explains the answers");
  return out;
}

std::size_t history::size() const {
  std::size_t out = 0;
  for (const auto& [name, operations] : registers_) out += operations.size();
  return out;
}

} // namespace praetor::sim
