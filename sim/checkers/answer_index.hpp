#pragma once

#include "sim/clients.hpp"

#include <cstddef>

namespace praetor::sim {

/// The index that an answer shows is that of the moment: given back, it is waited on until something changes, and the
/// answer to who waits shows the same one as long as nothing has.
class answer_index_checker {
public:
  explicit answer_index_checker(laboratory& lab) : lab_(lab) {}

  /// Asks one question of the leader now and then, plainly and then with the index of that answer.
  void look();

private:
  void ask(node& leader, std::size_t question);
  /// Whether the node still leads and its state is what it was.
  bool still_at(const node& leader, std::uint64_t life, const state::store& then) const;
  void compare(const node& leader, std::uint64_t life, std::size_t question, const reply& plain, const reply& waited,
               const state::store_ptr& then);

  laboratory& lab_;
  duration next_{0};
  std::size_t asked_ = 0;
};

} // namespace praetor::sim
