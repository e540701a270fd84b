#pragma once

#include "sim/attackers/siege.hpp"

#include <string>

namespace praetor::sim {

/// A request as an agent forwards it, and its forbidden effect.
struct hostile_request {
  std::string method, path, body;
  std::string query_name, query_value; ///< a single parameter; "": none
};

/// For a route of the agent itself, which must not be forwarded.
hostile_request agent_request(sim::world& world);
/// A write or read that needs a permission if ACLs are enabled.
hostile_request client_request(sim::world& world, const std::string& mark);
/// The content of an rpc_request of the kind `request`.
std::string encode_body(const hostile_request& r);

} // namespace praetor::sim
