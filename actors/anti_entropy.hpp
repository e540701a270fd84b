#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/rpc_router.hpp"
#include "protocol/actors.hpp"

#include <map>
#include <random>
#include <set>
#include <string>

namespace praetor {

/// The node as it is to stand in the catalog.
struct node_identity {
  std::string datacenter, id, name, address;
  string_map tagged_addresses, meta;
  std::optional<praetor::locality> locality;
};
node_identity node_identity_of(const config::runtime_config& config, const std::string& node_id);

struct anti_entropy_state {
  static constexpr const char* name = "anti_entropy";
  anti_entropy_state() = default;

  anti_entropy_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  node_identity identity;
  nanoseconds interval{0};
  std::mt19937_64 random;

  bool node_dirty = true;
  std::set<std::string> dirty_services, dirty_checks;
  bool sync_sent = false;
  /// What is on its way to the catalog, by number: dirty again if it fails.
  struct push {
    bool node = false;
    std::string service;
    std::vector<std::string> checks;
  };
  std::map<std::uint64_t, push> pushing;
  std::uint64_t next_push = 0;
  std::uint64_t timer = 0;

  void request_sync();
  /// Pushes everything that is dirty and not on its way.
  void partial_sync();
  /// Finds out what differs between registry and catalog, and pushes it.
  void full_sync();
  void pushed(std::uint64_t number, bool worked, const std::string& why);
  void schedule(nanoseconds base);

private:
  register_request node_request(bool with_node) const;
  void push_node();
  void push_service(const local_state& local, const std::string& id);
  void push_check(const local_state& local, const std::string& id);
  void send_register(register_request request, push what);
  void send_deregister(deregister_request request, push what);
  bool on_its_way(const std::string& service) const;
};

/// @param interval time between two full comparisons
anti_entropy_actor::behavior_type anti_entropy(anti_entropy_actor::stateful_pointer<anti_entropy_state> self,
                                               ports_ptr outside, agent_view_ptr view, write_path writes,
                                               node_identity identity, nanoseconds interval);

} // namespace praetor
