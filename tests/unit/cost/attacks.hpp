#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace praetor::cost {

/// Input that costs a careless decoder much more than its size. Each is tried on every decoder: most refuse it at once.
struct attack {
  std::string name;
  std::string (*make)(std::size_t size); ///< about so many bytes
};

const std::vector<attack>& attacks();

} // namespace praetor::cost
