#pragma once

#include "sim/duration.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// The outcome of a request.
enum class outcome {
  ok,     ///< answered: a change was acknowledged, a read returned
  fail,   ///< it certainly did not happen
  unknown ///< it may have happened, or may still happen
};
/// "ok", "fail", "unknown".
std::string_view name_of(outcome o);

/// An operation's condition on a register or its effect on it. Registers hold texts; "" means absent.
struct step {
  enum class kind {
    one_of,  ///< the register holds one of these values
    none_of, ///< the register holds none of these values
    set,     ///< sets the register to the first of these values
    replace, ///< sets the register to the second value if it holds the first
  };
  kind what = kind::one_of;
  std::string name;
  std::vector<std::string> values;

  bool is_condition() const { return what == kind::one_of || what == kind::none_of; }
};

/// One operation of a client: its steps happen atomically at one moment between `begin` and `end`.
struct operation {
  std::string process, what, key, value; ///< for reports and other checkers
  std::vector<step> steps;
  /// The answer says that a condition did not hold; nothing was changed then.
  bool refused = false;
  outcome ended = outcome::unknown;
  duration begin{0}, end = duration::max();

  bool changes() const;
};

/// The operations of all clients.
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
