#pragma once

#include "frontends/cli/go_json.hpp"

namespace praetor::cli {

/// The structs of the official client library, by whose member order the results of watches are printed.
extern const json_shape kv_pair_shape, event_shape, node_shape, check_shape, service_entry_shape;

} // namespace praetor::cli
