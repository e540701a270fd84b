#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"

#include <array>

namespace praetor::endpoints {

namespace {

void leader(const call& c) {
  if (auto options = parse_read_options(c); !options) return respond(c, error_answer(options.error()));
  respond(c, json_answer(c, c.env.view().leader.get()->leader_address));
}

void peers(const call& c) {
  if (auto options = parse_read_options(c); !options) return respond(c, error_answer(options.error()));
  caf::anon_send(c.env.handles()->peer, status_atom_v,
                 local<std::function<void(const raft_status&)>>{[c](const raft_status& status) {
                   string_list addresses;
                   for (const auto& server : status.members.value.servers) addresses.push_back(server.address);
                   respond(c, json_answer(c, addresses));
                 }});
}

constexpr std::array rows{
    for_everybody({"/v1/status/leader", "GET", leader, {}, "The address of the leader"}),
    for_everybody({"/v1/status/peers", "GET", peers, {}, "The addresses of the servers"}),
};

constexpr auto routes = answered(place::any_server, rows);

} // namespace

std::span<const route> status_routes() { return routes; }

} // namespace praetor::endpoints
