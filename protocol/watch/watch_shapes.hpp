#pragma once

#include "protocol/codec/go_json.hpp"

namespace praetor {

/// The structs of Consul's Go client, whose member order the results of watches follow.
extern const json_shape kv_pair_shape, event_shape, node_shape, check_shape, service_shape, service_entry_shape;

} // namespace praetor
