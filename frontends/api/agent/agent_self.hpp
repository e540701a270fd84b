#pragma once

#include "actors/raft/raft_status.hpp"
#include "frontends/api/call.hpp"

namespace praetor::api {

/// A member of a gossip pool.
struct member_shape {
  std::string name, address;
  std::vector<std::uint8_t> address_bytes; ///< for filters
  std::int64_t port = 0;
  string_map tags;
  std::int64_t status = 1, protocol_min = 1, protocol_max = 5, protocol_current = 2;
  std::int64_t delegate_min = 2, delegate_max = 5, delegate_current = 4;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Addr", no_filter}, x.address);
    f(field{"Addr", no_json | no_packed}, x.address_bytes);
    f(field{"Port"}, x.port);
    f(field{"Tags"}, x.tags);
    f(field{"Status"}, x.status);
    f(field{"ProtocolMin"}, x.protocol_min);
    f(field{"ProtocolMax"}, x.protocol_max);
    f(field{"ProtocolCur"}, x.protocol_current);
    f(field{"DelegateMin"}, x.delegate_min);
    f(field{"DelegateMax"}, x.delegate_max);
    f(field{"DelegateCur"}, x.delegate_current);
  }
};
/// The members of the LAN or the WAN pool, by name; without gossip only this agent.
std::vector<member_shape> pool_members(const environment& env, bool wan);
/// This agent among them.
member_shape own_member(const environment& env, bool wan);

/// The statistics of agent/self and `info`: group, name, value.
using statistics = std::map<std::string, string_map>;
/// @param coordinate_resets how often this agent's network coordinate was reset
statistics agent_statistics(const environment& env, const raft_status& raft, std::size_t coordinate_resets);

} // namespace praetor::api
