#pragma once

#include "actors/rpc/rpc_messages.hpp"
#include "sim/clients.hpp"
#include "sim/cluster.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace praetor::sim {

/// The shared data of all attackers of a run: their targets, what they have overheard, and what must never happen.
class siege {
public:
  siege(const scenario& what, cluster& victims, laboratory& lab);

  cluster& victims;
  laboratory& lab;
  sim::world& world;

  /// Whether tokens authorize commands and requests. Otherwise an agent may write anything.
  bool has_acl() const { return has_acl_; }
  /// The servers have first agreed, and the attackers are active.
  bool begun() const { return begun_; }
  /// Runs `action` when the attackers start.
  void when_begun(std::function<void()> action);

  /// A new attacker's name, included in everything it writes. @param harmless its writes may take effect
  std::string new_mark(std::string_view kind, bool harmless);
  /// Marks that no state may contain.
  const std::set<std::string>& forbidden_marks() const { return forbidden_; }
  /// An unused IP address.
  std::string new_machine();

  node& any_server();
  /// A server's Raft identity.
  static raft::identity identity_of(node& n);

  /// A recent message of this kind between agents; nothing if there was none.
  std::optional<std::string> overheard(rpc_kind kind);
  /// The number of a recent request of an agent; 0: none.
  std::uint64_t overheard_number();

  /// Checks that what an attacker received contains no secret.
  void told(const std::string& who, std::string_view bytes);
  void find(std::string_view checker, std::string text) { lab.find(checker, std::move(text)); }

private:
  void wait_for_cluster();
  void overhear(const envelope& e);

  bool has_acl_, begun_ = false;
  std::vector<std::function<void()>> beginning_;
  std::set<std::string> forbidden_;
  std::map<rpc_kind, std::deque<std::string>> heard_;
  std::deque<std::uint64_t> numbers_;
  unsigned hosts_ = 0;
};

/// The mark in forwarded requests for routes of the agent itself, which must be rejected.
inline constexpr std::string_view agent_routes_mark = "mark-of-agent-routes";
/// The secret of the management token in clusters where attackers know everything else.
inline constexpr std::string_view management_secret = "5ec3e700-1a2b-4c3d-8e4f-00a77ac4e201";
/// The configuration of such a cluster: denies everything without a token; agents use the management token for their
/// own and their clients' requests.
std::string guarded_configuration();
/// The members' gossip key in base64, and its configuration.
inline constexpr std::string_view gossip_key = "c2ltdWxhdGVkLWdvc3NpcC1rZXktb2YtMzItYnl0ZXM=";
std::string sealed_configuration();

/// Adds the attackers of one row of a scenario.
void add_attackers(clients& to, siege& where, const attack& what);
/// The name in processes and reports: "impostor".
std::string_view name_of(attacker_kind kind);

} // namespace praetor::sim
