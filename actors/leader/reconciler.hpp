#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/rpc_router.hpp"
#include "protocol/actors.hpp"

#include <string>
#include <vector>

namespace praetor {

/// A member of the datacenter as the catalog has to know it.
struct member {
  std::string name, id, address; ///< address without port
  string_map node_meta, tagged_addresses;
  bool server = false;
  std::int64_t server_port = 0; ///< of its server RPC
  string_map server_meta;       ///< of the consul service
};

struct reconciler_state {
  static constexpr const char* name = "reconciler";
  reconciler_state() = default;

  reconciler_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  std::string datacenter;
  std::vector<member> members;

  void reconcile();
};

/// @param members who is alive in the datacenter
reconciler_actor::behavior_type reconciler(reconciler_actor::stateful_pointer<reconciler_state> self, ports_ptr outside,
                                           agent_view_ptr view, write_path writes, std::string datacenter,
                                           std::vector<member> members);

} // namespace praetor
