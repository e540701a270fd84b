#pragma once

#include "sim/clients.hpp"

#include <cstddef>

namespace praetor::sim {

/// Checks that the index of an answer is current: a blocking query with it waits until something changes, and returns
/// the same index as a plain query as long as nothing has.
class answer_index_checker {
public:
  explicit answer_index_checker(laboratory& lab) : lab_(lab) {}

  /// Periodically sends the leader a query, first plain and then with the returned index.
  void look();

private:
  void ask(node& leader, std::size_t question);
  /// Whether the node still leads with an unchanged state.
  bool still_at(const node& leader, std::uint64_t life, const state::store& then) const;
  void compare(const node& leader, std::uint64_t life, std::size_t question, const reply& plain, const reply& waited,
               const state::store_ptr& then);

  laboratory& lab_;
  duration next_{0};
  std::size_t asked_ = 0;
};

} // namespace praetor::sim
