#pragma once

#include "protocol/types/values.hpp"

namespace praetor::api {

/// Memory, processors, host and disk of this machine, under Consul's names. `now` is Unix time.
free_form host_info(nanoseconds now);

} // namespace praetor::api
