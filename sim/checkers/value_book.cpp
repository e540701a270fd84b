#include "sim/checkers/value_book.hpp"

namespace praetor::sim {

std::string value_book::saw(const std::string& name, const std::string& value, std::uint64_t modify_index,
                            std::uint64_t answer_index) {
  stored_[name].emplace(modify_index, value);
  // If both indexes are equal, the answer implies nothing about later changes.
  if (answer_index > modify_index) sights_.push_back({name, value, modify_index, answer_index});
  auto [it, fresh] = indexes_.emplace(std::pair{name, value}, modify_index);
  if (fresh || it->second == modify_index) return {};
  return name + ": \"" + value + "\" had ModifyIndex " + std::to_string(it->second) + " and now has " +
         std::to_string(modify_index);
}

std::vector<std::string> value_book::judge() const {
  std::vector<std::string> out;
  for (const auto& s : sights_) {
    const auto& all = stored_.at(s.name);
    auto next = all.upper_bound(s.modify_index);
    if (next != all.end() && next->first <= s.answer_index)
      out.push_back("an answer for index " + std::to_string(s.answer_index) + " shows " + s.name + " as \"" + s.value +
                    "\" of index " + std::to_string(s.modify_index) + ", but \"" + next->second +
                    "\" was stored at index " + std::to_string(next->first));
  }
  return out;
}

} // namespace praetor::sim
