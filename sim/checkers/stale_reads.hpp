#pragma once

#include "sim/history.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace praetor::sim {

/// Checks stale reads: they show only states that existed, never future ones, never older ones than the same agent
/// showed before, and they do not understate their age.
class stale_reads {
public:
  struct answer {
    std::string name, value;              ///< a register and its returned value
    std::string node;                     ///< the answering server
    std::uint64_t life = 0;               ///< of the server
    std::uint64_t index = 0;              ///< the value's ModifyIndex; 0: absent
    std::optional<duration> last_contact; ///< when the server reports to have heard of its leader; nothing: unknown
    duration called{0}, returned{0};
    std::size_t restores = 0; ///< the number of earlier restores of older states
  };
  /// @param deaf_since since when no other server reaches this one; nothing: it is reachable
  void saw(answer a, std::optional<duration> deaf_since);

  const std::vector<answer>& all() const { return all_; }
  /// @returns a sentence per unexplainable answer
  std::vector<std::string> judge(const history& h) const;
  /// Marks unknown changes whose value was shown as having taken effect before that.
  void settle(std::vector<operation>& operations) const;

private:
  std::vector<answer> all_;
  std::vector<std::string> dishonest_;
};

} // namespace praetor::sim
