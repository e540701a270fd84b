#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"

#include <set>
#include <string>

namespace praetor {

/// A member of the datacenter as it should appear in the catalog.
struct member {
  std::string name, id, address;          ///< address without port
  string_map node_meta, tagged_addresses; ///< for a node that is not in the catalog yet
  bool server = false;
  std::int64_t server_port = 0; ///< of its server RPC
  string_map server_meta;       ///< of the consul service
};

/// A gossip member in the catalog's terms.
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
  std::set<std::string> seen; ///< members that gossip knew in the last pass, in lower case
  std::size_t writing = 0;    ///< pending writes of this pass
  bool again = false;         ///< something changed during the pass
  bool failed = false;        ///< a write of the pass failed
  bool sweep_due = false;     ///< the next pass looks for nodes unknown to gossip
  backoff retry_waits;        ///< after passes with failed writes

  /// Starts a pass once all writes of the last one have ended, because it must see their results.
  void reconcile();
  void written(bool worked);

private:
  void on_join(const member& m);
  void on_failure(const std::string& name);
  void left(const std::string& name);
  void sweep();
  void write(expected<log_command> command, const std::string& about);
};

/// @param own this server; without gossip the only member
reconciler_actor::behavior_type reconciler(reconciler_actor::stateful_pointer<reconciler_state> self, ports_ptr outside,
                                           agent_view_ptr view, write_path writes, std::string datacenter, member own);

} // namespace praetor
