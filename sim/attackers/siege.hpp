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

/// What all attackers of a run share: whom they attack, what they have overheard, and what must never come true.
class siege {
public:
  siege(const scenario& what, cluster& victims, laboratory& lab);

  cluster& victims;
  laboratory& lab;
  sim::world& world;

  /// Whether commands and requests are decided by tokens. Elsewhere an agent may write what it likes.
  bool has_acl() const { return has_acl_; }
  /// The servers have agreed for the first time, and attackers act.
  bool begun() const { return begun_; }
  /// Runs `action` when the attackers begin.
  void when_begun(std::function<void()> action);

  /// A new attacker's name, which stands in all that it writes. @param harmless what it writes may take effect
  std::string new_mark(std::string_view kind, bool harmless);
  /// Those that must be in no state.
  const std::set<std::string>& forbidden_marks() const { return forbidden_; }
  /// An IP address that is nobody's.
  std::string new_machine();

  node& any_server();
  /// Who a server is to Raft.
  static raft::identity identity_of(node& n);

  /// What agents lately said to each other of this kind; nothing if there was none.
  std::optional<std::string> overheard(rpc_kind kind);
  /// The number of one of the requests that agents have made lately; 0: none was heard.
  std::uint64_t overheard_number();

  /// What an attacker was told: nothing secret may be in it.
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
  unsigned machines_ = 0;
};

/// What is written by requests for what concerns one agent alone; nobody may hand them on.
inline constexpr std::string_view agent_routes_mark = "mark-of-agent-routes";
/// The secret of the management token in clusters of which attackers know everything else.
inline constexpr std::string_view management_secret = "5ec3e700-1a2b-4c3d-8e4f-00a77ac4e201";
/// Configuration of such a cluster: nothing is allowed without a token, and agents make their clients' requests and
/// their own with the management token.
std::string guarded_configuration();
/// The gossip key that members know, in base64, and its configuration.
inline constexpr std::string_view gossip_key = "c2ltdWxhdGVkLWdvc3NpcC1rZXktb2YtMzItYnl0ZXM=";
std::string sealed_configuration();

/// Adds the attackers of one of a scenario's rows.
void add_attackers(clients& to, siege& where, const attack& what);
/// "impostor": its name in processes and reports.
std::string_view name_of(attacker_kind kind);

} // namespace praetor::sim
