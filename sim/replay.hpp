#pragma once

#include "sim/disk.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// Content hashes of the state by the index of its last entry: equal indexes must have equal hashes, in every life of a
/// node, on every node, and when the disk is replayed.
class state_hashes {
public:
  /// @returns a contradiction with an earlier hash, or ""
  std::string note(std::uint64_t index, std::uint64_t hash);
  const std::map<std::uint64_t, std::uint64_t>& all() const { return hashes_; }

private:
  std::map<std::uint64_t, std::uint64_t> hashes_;
};

/// Rebuilds the state entry by entry from the durable content of a disk (oldest snapshot, then the log), and compares
/// it with the recorded hashes.
/// @param through the last entry to apply
/// @returns the faults
std::vector<std::string> replay(disk& from, std::uint64_t through, state_hashes& hashes);

} // namespace praetor::sim
