#include "actors/raft/raft_status.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::status_endpoints {

namespace {

void leader(const call& c) { respond(c, json_answer(c, c.env.view().leader.get()->leader_address)); }

void peers(const call& c) {
  caf::anon_send(c.env.handles()->peer, status_atom_v,
                 local<std::function<void(const raft_status&)>>{[c](const raft_status& status) {
                   string_list addresses;
                   for (const auto& server : status.members.value.servers) addresses.push_back(server.address);
                   respond(c, json_answer(c, addresses));
                 }});
}

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/status/leader",
          .endpoint = leader,
          .summary = "The address of the leader",
          .checks = {reads_at_once},
          .public_route = true},
    route{.method = "GET",
          .path = "/v1/status/peers",
          .endpoint = peers,
          .summary = "The addresses of the servers",
          .checks = {reads_at_once},
          .public_route = true},
};

constexpr auto routes = all_answered_by(answerer::any_server, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::status_endpoints
