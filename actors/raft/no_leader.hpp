#pragma once

#include "protocol/types/error.hpp"

namespace praetor {

/// The servers have no leader, or this one does not lead. Clients compare Consul's text.
inline error no_leader() { return {error_code::no_leader, "No cluster leader"}; }

} // namespace praetor
