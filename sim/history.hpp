#pragma once

#include "sim/world.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace praetor::sim {

/// What became of a request that changes something.
enum class outcome {
  ok,     ///< it was acknowledged
  fail,   ///< it surely has not happened
  unknown ///< it may have happened, or may yet happen
};

/// One client operation on a register: something that holds a value or is absent (""). Values are never written twice.
struct operation {
  enum class kind { read, write, compare };
  kind what = kind::read;
  std::string value;    ///< read: what was found; otherwise what is to be stored
  std::string expected; ///< compare: what has to be there
  bool applied = true;  ///< compare: what the answer says
  outcome ended = outcome::unknown;
  duration begin{0}, end = duration::max();
};

/// What clients did and saw, register by register.
class history {
public:
  /// @returns the operation's number, for `finish`
  std::size_t begin(const std::string& name, operation op);
  /// For reads `value` is what was found.
  void finish(const std::string& name, std::size_t number, outcome ended, duration now,
              std::optional<std::string> value = {}, bool applied = true);
  /// Notes that `value` was seen with this ModifyIndex. @returns what contradicts an earlier sight, or ""
  std::string saw_index(const std::string& name, const std::string& value, std::uint64_t modify_index);

  /// Searches an order of each register's operations that explains all answers.
  /// @returns a sentence for each register that has none
  std::vector<std::string> check() const;
  std::size_t size() const;

private:
  std::map<std::string, std::vector<operation>> registers_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> indexes_;
};

/// True if some order of the operations that respects real time explains every answer, beginning with an absent value.
/// (Wing and Gong's search, with the states that were seen before left out.)
bool linearizable(std::vector<operation> operations);

} // namespace praetor::sim
