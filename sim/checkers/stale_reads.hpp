#pragma once

#include "sim/history.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace praetor::sim {

/// What was answered to those who take old news: only what was there at some time, never what is still to come, never
/// older than what the same agent showed before; and the age that it tells is not less than it is.
class stale_reads {
public:
  struct answer {
    std::string name, value;              ///< a register and what it was said to hold
    std::string node;                     ///< which server answered
    std::uint64_t life = 0;               ///< of the server
    std::uint64_t index = 0;              ///< the value's ModifyIndex; 0: nothing was there
    std::optional<duration> last_contact; ///< when the server is said to have heard of its leader; nothing: not known
    duration called{0}, returned{0};
    std::size_t restores = 0; ///< how often an older state was put back before
  };
  /// @param deaf_since nothing reaches the server from any other since then; nothing: it may hear
  void saw(answer a, std::optional<duration> deaf_since);

  const std::vector<answer>& all() const { return all_; }
  /// @returns a sentence for each answer that can't be explained
  std::vector<std::string> judge(const history& h) const;
  /// Unknown changes whose value was shown have taken effect before that: makes them so.
  void settle(std::vector<operation>& operations) const;

private:
  std::vector<answer> all_;
  std::vector<std::string> dishonest_;
};

} // namespace praetor::sim
