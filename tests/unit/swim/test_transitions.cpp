#include "protocol/swim/transitions.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <set>
#include <utility>

using namespace praetor::swim;

namespace {

template <class State, std::size_t Size>
std::set<std::pair<State, State>> legal_steps(const std::array<State, Size>& states) {
  std::set<std::pair<State, State>> out;
  for (auto from : states)
    for (auto to : states)
      if (may_become(from, to)) out.emplace(from, to);
  return out;
}

} // namespace

TEST_CASE("a node is suspected while it lives, and comes back alive alone") {
  using enum node_condition;
  CHECK(legal_steps(std::array{alive, suspect, dead, left}) ==
        std::set<std::pair<node_condition, node_condition>>{{alive, alive},
                                                            {suspect, alive},
                                                            {dead, alive},
                                                            {left, alive},
                                                            {alive, suspect},
                                                            {alive, dead},
                                                            {suspect, dead},
                                                            {alive, left},
                                                            {suspect, left}});
}

TEST_CASE("a member leaves only after it said so, and fails only while it has not") {
  using enum member_status;
  CHECK(legal_steps(std::array{none, alive, leaving, left, failed}) ==
        std::set<std::pair<member_status, member_status>>{{none, alive},
                                                          {alive, alive},
                                                          {leaving, alive},
                                                          {left, alive},
                                                          {failed, alive},
                                                          {none, leaving},
                                                          {alive, leaving},
                                                          {left, leaving},
                                                          {failed, leaving},
                                                          {leaving, left},
                                                          {failed, left},
                                                          {alive, failed}});
}
