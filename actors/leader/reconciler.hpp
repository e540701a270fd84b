#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"

#include <set>
#include <string>

namespace praetor {

/// A member of the datacenter as the catalog has to know it.
struct member {
  std::string name, id, address;          ///< address without port
  string_map node_meta, tagged_addresses; ///< of a node that the catalog does not have yet
  bool server = false;
  std::int64_t server_port = 0; ///< of its server RPC
  string_map server_meta;       ///< of the consul service
};

/// What gossip says of a member, in the catalog's terms.
member member_of(const swim::member& m);

struct reconciler_state {
  static constexpr const char* name = "reconciler";
  reconciler_state() = default;

  reconciler_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  std::string datacenter;
  member own;
  std::set<std::string> seen; ///< members that gossip knew at the last pass, in lower case
  std::size_t writing = 0;    ///< writes of the pass under way
  bool again = false;         ///< something changed meanwhile
  bool failed = false;        ///< a write of the pass did not work
  bool sweep_due = false;     ///< the next pass looks for nodes that gossip knows nothing of
  backoff retry_waits;        ///< after passes with a write that did not work

  /// A pass begins when the writes of the last one have ended: it must see what they did.
  void reconcile();
  void written(bool worked);

private:
  void came(const member& m);
  void went_missing(const std::string& name);
  void left(const std::string& name);
  void sweep();
  void write(expected<log_command> command, const std::string& about);
};

/// @param own this server; the only member if there is no gossip
reconciler_actor::behavior_type reconciler(reconciler_actor::stateful_pointer<reconciler_state> self, ports_ptr outside,
                                           agent_view_ptr view, write_path writes, std::string datacenter, member own);

} // namespace praetor
