#pragma once

#include "sim/duration.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// What became of a request.
enum class outcome {
  ok,     ///< it was answered: a change was acknowledged, a question has its answer
  fail,   ///< it surely has not happened
  unknown ///< it may have happened, or may yet happen
};
/// "ok", "fail", "unknown".
std::string_view name_of(outcome o);

/// What an operation asks of a register or does to it. Registers hold texts; "" means that nothing is there.
struct step {
  enum class kind {
    one_of,  ///< it holds one of these values
    none_of, ///< it holds none of these values
    set,     ///< from now on it holds the first of these values
    replace, ///< if it holds the first of these values it holds the second from now on
  };
  kind what = kind::one_of;
  std::string name;
  std::vector<std::string> values;

  bool is_condition() const { return what == kind::one_of || what == kind::none_of; }
};

/// One operation of a client: its steps happen at one moment between `begin` and `end`, all or none of them.
struct operation {
  std::string process, what, key, value; ///< as it is told to people and other checkers
  std::vector<step> steps;
  /// The answer says that one of the conditions did not hold; then nothing was changed.
  bool refused = false;
  outcome ended = outcome::unknown;
  duration begin{0}, end = duration::max();

  bool changes() const;
};

/// All that clients did and saw.
class history {
public:
  /// @returns the operation's number
  std::size_t begin(operation op);
  operation& at(std::size_t number) { return all_[number]; }
  const std::vector<operation>& all() const { return all_; }
  std::size_t size() const { return all_.size(); }

private:
  std::vector<operation> all_;
};

} // namespace praetor::sim
