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

/// The node as it is to stand in the catalog.
struct node_identity {
  std::string datacenter, id, name, address;
  string_map tagged_addresses, meta;
  std::optional<praetor::locality> locality;

  bool operator==(const node_identity&) const = default;
};
node_identity node_identity_of(const config::runtime_config& config, const std::string& node_id);

/// How a change fared that was pushed to the catalog.
struct push_result {
  std::uint64_t number = 0; ///< of the push
  bool worked = false;
  error why; ///< if it did not work
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
  bool own_state = true; ///< this agent is a server: the catalog is at hand
  std::mt19937_64 random;
  /// Without a state of its own: what the catalog has of this node, as a server told and successful pushes changed it.
  std::optional<node_records> known;
  bool asking = false;
  unsigned unknown_tokens = 0; ///< comparisons in a row after which a token was not known to the servers
  bool compares_soon = false;  ///< for want of a known token

  bool node_dirty = true;
  std::set<std::string> dirty_services, dirty_checks;
  bool sync_sent = false;
  /// What is on its way to the catalog, by number: dirty again if it fails.
  struct push {
    bool node = false;
    bool removal = false;
    std::string service;
    string_list own_tags;   ///< of the service's definition
    std::uint64_t over = 0; ///< ModifyIndex of the service in the catalog, as it was seen when this was sent
    std::vector<std::string> checks;
    /// What was sent.
    std::shared_ptr<const register_request> registered;
    std::shared_ptr<const deregister_request> removed;
  };
  std::map<std::uint64_t, push> pushing;
  std::uint64_t next_push = 0;
  /// ModifyIndex, by service id, that the last push took the place of: a view of the catalog up to it is older than
  /// that.
  std::map<std::string, std::uint64_t> written_over;
  deadline_timer<> timer; ///< of the next comparison

  void request_sync();
  /// Pushes everything that is dirty and not on its way.
  void partial_sync();
  /// Finds out what differs between registry and catalog, and pushes it. Without a state of its own the agent asks a
  /// server first.
  void full_sync();
  /// A server's answer; null if there is none.
  void answered(const std::shared_ptr<const node_records>& records);
  void pushed(const push_result& result);
  /// After `base` and a random part of it, more in larger pools.
  void schedule(nanoseconds base, nanoseconds least);

private:
  void ask_server();
  void compare(const node_records& catalog);
  node_records own_records() const;
  node_service_ptr remote_service(const std::string& id) const;
  health_check_ptr remote_check(const std::string& id) const;
  /// Takes over into `known` what a push has changed.
  void note(const push& done);
  bool is_news(const node_service& in_catalog) const;
  /// Tells the registry that the catalog has had the tags of a definition, if others may override them.
  void settle_tags(const node_service& in_catalog, const string_list& own);
  register_request node_request(bool with_node) const;
  void push_node();
  void push_service(const local_state& local, const std::string& id);
  void push_check(const local_state& local, const std::string& id);
  /// The token to sync a service or check with: its own, or what is configured for all.
  std::string token_of(const std::string& own, bool from_file) const;
  void send_register(register_request request, push what);
  void send_deregister(deregister_request request, push what);
  void propose(expected<log_command> command, push what);
  /// A push was denied: that stays as it is until everything is compared again.
  void blocked(const push& what, const std::string& why);
  /// A token that is not known may only be new.
  bool try_again_soon();
  bool on_its_way(const std::string& service) const;
};

/// How much the pauses between full comparisons grow in a pool of so many members.
std::int64_t sync_scale(std::size_t members);

/// @param interval time between two full comparisons
/// @param own_state whether this agent is a server, so that the view has the catalog
anti_entropy_actor::behavior_type anti_entropy(anti_entropy_actor::stateful_pointer<anti_entropy_state> self,
                                               ports_ptr outside, agent_view_ptr view, write_path writes,
                                               node_identity identity, nanoseconds interval, bool own_state);

} // namespace praetor
