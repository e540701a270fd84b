#include "sim/attackers/rpc_attacker.hpp"

#include <algorithm>
#include <array>

namespace praetor::sim {

namespace {

/// One kind of attacker.
struct attacker_row {
  attacker_kind kind;
  std::string_view name;
  std::unique_ptr<client> (*make)(siege&, const attack&);
};

template <shown_as As, bool Stranger>
std::unique_ptr<client> rpc(siege& where, const attack& what) {
  repertoire can;
  can.as = As;
  can.stranger = Stranger;
  // A peer whose certificate names a server is trusted to have authorized its clients.
  can.writes = can.agent_routes = As != shown_as::certified;
  return make_rpc_attacker(where, what, can);
}

template <bool Member>
std::unique_ptr<client> gossip(siege& where, const attack& what) {
  return make_gossip_attacker(where, what, Member);
}

constexpr std::array rows{
    attacker_row{attacker_kind::uncertified_server, "uncertified-server", rpc<shown_as::unknown_server, false>},
    attacker_row{attacker_kind::impostor, "impostor", rpc<shown_as::other_server, false>},
    attacker_row{attacker_kind::agent_gone_bad, "agent-gone-bad", rpc<shown_as::agent, false>},
    attacker_row{attacker_kind::server_of_other_cluster, "server-of-other-cluster", rpc<shown_as::certified, false>},
    attacker_row{attacker_kind::foreign_datacenter, "foreign-datacenter", rpc<shown_as::other_datacenter, true>},
    attacker_row{attacker_kind::nameless, "nameless", rpc<shown_as::nobody, true>},
    attacker_row{attacker_kind::hoarder, "hoarder", make_hoarder},
    attacker_row{attacker_kind::gossip_stranger, "gossip-stranger", gossip<false>},
    attacker_row{attacker_kind::gossip_member, "gossip-member", gossip<true>},
};

const attacker_row& row_of(attacker_kind kind) {
  return *std::find_if(rows.begin(), rows.end(), [&](const attacker_row& r) { return r.kind == kind; });
}

} // namespace

std::string_view name_of(attacker_kind kind) { return row_of(kind).name; }

void add_attackers(clients& to, siege& where, const attack& what) {
  for (unsigned i = 0; i < what.count; ++i) to.push_back(row_of(what.kind).make(where, what));
}

} // namespace praetor::sim
