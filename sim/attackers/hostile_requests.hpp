#pragma once

#include "sim/attackers/siege.hpp"

#include <string>

namespace praetor::sim {

/// A request as an agent hands one on, and what must not come of it.
struct hostile_request {
  std::string method, path, body;
  std::string query_name, query_value; ///< one parameter; "": none
};

/// Concerns one agent alone; nobody may hand it on.
hostile_request agent_request(sim::world& world);
/// A write or a read that needs a permission where access control is on.
hostile_request client_request(sim::world& world, const std::string& mark);
/// What an rpc_request of the kind `request` carries.
std::string encode_body(const hostile_request& r);

} // namespace praetor::sim
