#pragma once

#include "actors/agent_view.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace praetor {

/// The desired catalog record of the node.
struct node_identity {
  std::string datacenter, id, name, address;
  string_map tagged_addresses, meta;
  std::optional<praetor::locality> locality;

  bool operator==(const node_identity&) const = default;
};
node_identity node_identity_of(const config::runtime_config& config, const std::string& node_id);

/// The outcome of a push to the catalog.
struct push_result {
  std::uint64_t number = 0; ///< of the push
  bool worked = false;
  error why; ///< on failure
};

struct anti_entropy_state {
  static constexpr const char* name = "anti_entropy";
  anti_entropy_state() = default;

  anti_entropy_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  write_path writes;
  node_identity identity;
  nanoseconds interval{0};
  bool own_state = true; ///< this agent is a server and has the catalog
  std::mt19937_64 random;
  /// Client agents: the catalog's records of this node, as a server reported and successful pushes changed them.
  std::optional<node_records> known;
  bool asking = false;
  unsigned unknown_tokens = 0; ///< consecutive full syncs in which servers did not know a token
  bool compares_soon = false;  ///< because of an unknown token

  bool node_dirty = true;
  std::set<std::string> dirty_services, dirty_checks;
  bool sync_sent = false;
  /// Pending pushes by number: dirty again on failure.
  struct push {
    bool node = false;
    bool removal = false;
    std::string service;
    string_list own_tags;   ///< of the service's definition
    std::uint64_t over = 0; ///< ModifyIndex of the catalog's record when this was sent
    std::vector<std::string> checks;
    /// The registration sent.
    std::shared_ptr<const register_request> registered;
    std::shared_ptr<const deregister_request> removed;
  };
  std::map<std::uint64_t, push> pushing;
  std::uint64_t next_push = 0;
  /// By service id, the ModifyIndex that the last push replaced: a view of the catalog up to it is outdated.
  std::map<std::string, std::uint64_t> written_over;
  deadline_timer<> timer; ///< for the next full sync

  void request_sync();
  /// Pushes everything dirty that is not pending.
  void partial_sync();
  /// Compares registry and catalog, and pushes the differences. A client agent asks a server first.
  void full_sync();
  /// Handles a server's answer; null if no server answered.
  void answered(const std::shared_ptr<const node_records>& records);
  void pushed(const push_result& result);
  /// Schedules a full sync after `base` and a random part of it, longer in larger pools.
  void schedule(nanoseconds base, nanoseconds least);

private:
  void ask_server();
  void compare(const node_records& catalog);
  node_records own_records() const;
  node_service_ptr remote_service(const std::string& id) const;
  health_check_ptr remote_check(const std::string& id) const;
  /// Applies a successful push to `known`.
  void note(const push& done);
  bool is_news(const node_service& in_catalog) const;
  /// Tells the registry that the catalog has had a definition's tags, if others may override them.
  void settle_tags(const node_service& in_catalog, const string_list& own);
  register_request node_request(bool with_node) const;
  void push_node();
  void push_service(const local_state& local, const std::string& id);
  void push_check(const local_state& local, const std::string& id);
  /// The token for syncing a service or check: its own, or the configured default.
  std::string token_of(const std::string& own, bool from_file) const;
  void send_register(register_request request, push what);
  void send_deregister(deregister_request request, push what);
  void propose(expected<log_command> command, push what);
  /// A push was denied: wait for the next full sync.
  void blocked(const push& what, const std::string& why);
  /// Retries soon, because an unknown token may only be new.
  bool try_again_soon();
  bool on_its_way(const std::string& service) const;
};

/// The factor by which the intervals of full syncs grow with the pool's size (Consul: agent/ae/ae.go).
std::int64_t sync_scale(std::size_t members);

/// @param interval between two full syncs
/// @param own_state whether this agent is a server, so that the view has the catalog
anti_entropy_actor::behavior_type anti_entropy(anti_entropy_actor::stateful_pointer<anti_entropy_state> self,
                                               ports_ptr outside, agent_view_ptr view, write_path writes,
                                               node_identity identity, nanoseconds interval, bool own_state);

} // namespace praetor
