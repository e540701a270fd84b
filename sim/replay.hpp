#pragma once

#include "sim/disk.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// Content hashes of the state by the index of its last entry: equal indexes must have equal hashes, in every life of a
/// node, on every node, and when the disk is read by someone else.
class state_hashes {
public:
  /// @returns what contradicts an earlier note, or ""
  std::string note(std::uint64_t index, std::uint64_t hash);
  const std::map<std::uint64_t, std::uint64_t>& all() const { return hashes_; }

private:
  std::map<std::uint64_t, std::uint64_t> hashes_;
};

/// Builds the state anew, entry by entry, from what a disk durably holds (oldest snapshot, then the log), and compares
/// it with what was noted on the way.
/// @param through the last entry to apply
/// @returns what is wrong
std::vector<std::string> replay(disk& from, std::uint64_t through, state_hashes& hashes);

} // namespace praetor::sim
