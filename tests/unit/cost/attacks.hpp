#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace praetor::cost {

/// Input that may cost a naive decoder much more than its size. Each one is tried on every decoder: most reject it at
/// once.
struct attack {
  std::string name;
  std::string (*make)(std::size_t size); ///< with about this many bytes
};

const std::vector<attack>& attacks();

} // namespace praetor::cost
