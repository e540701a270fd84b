#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"
#include "storage/state/queries_catalog.hpp"

#include <array>

namespace praetor::endpoints {

namespace {

struct raft_server_shape {
  std::string id, node, address, protocol_version = "3";
  bool leader = false, voter = false;
  std::uint64_t last_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Node"}, x.node);
    f(field{"Address"}, x.address);
    f(field{"Leader"}, x.leader);
    f(field{"ProtocolVersion"}, x.protocol_version);
    f(field{"Voter"}, x.voter);
    f(field{"LastIndex"}, x.last_index);
  }
};

struct raft_configuration_shape {
  std::vector<raft_server_shape> servers;
  std::uint64_t index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Servers"}, x.servers);
    f(field{"Index"}, x.index);
  }
};

void raft_configuration(const call& c) {
  if (auto options = parse_read_options(c); !options) return respond(c, error_answer(options.error()));
  caf::anon_send(c.env.handles()->peer, status_atom_v,
                 local<std::function<void(const raft_status&)>>{[c](const raft_status& raft) {
                   auto store = c.env.state();
                   raft_configuration_shape out;
                   out.index = raft.members.index;
                   for (const auto& s : raft.members.value.servers) {
                     raft_server_shape row;
                     row.id = s.who.id;
                     row.node = "(unknown)";
                     for (const auto& n : state::list_nodes(*store, {}, nullptr).value)
                       if (n->id == s.who.id) row.node = n->name;
                     row.address = s.address;
                     row.leader = s.who == raft.leader;
                     row.voter = s.voter;
                     row.last_index = raft.last_index;
                     for (const auto& peer : raft.peers)
                       if (peer.member.who == s.who) row.last_index = peer.match;
                     out.servers.push_back(std::move(row));
                   }
                   respond(c, json_answer(c, out));
                 }});
}

constexpr std::array routes{
    route{"/v1/operator/raft/configuration", "GET", raft_configuration,
          route_permission{acl::resource::operator_, acl::access::read}, "The members of the Raft cluster"},
};

} // namespace

std::span<const route> operator_routes() { return routes; }

} // namespace praetor::endpoints
