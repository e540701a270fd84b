#pragma once

#include "storage/state/records.hpp"

namespace praetor::state {

/// The archive of a state.
inline std::string archive_of(const store& s, record_scope scope = record_scope::exported) {
  std::string bytes;
  write_state(s, scope, [&](std::string_view part) {
    bytes += part;
    return true;
  });
  return bytes;
}

} // namespace praetor::state
