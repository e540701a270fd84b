#pragma once

#include "protocol/types/values.hpp"

namespace praetor::api {

/// Memory, processors, host and disk of this machine, in the names that clients know. `now` is Unix time.
free_form host_info(nanoseconds now);

} // namespace praetor::api
