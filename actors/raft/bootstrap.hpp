#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/raft/raft_status.hpp"
#include "protocol/actors.hpp"
#include "protocol/types/field.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace praetor {

/// What servers exchange before a cluster is bootstrapped (rpc_kind::log_state).
struct log_state {
  bool has_log = false;              ///< it is, or was, part of a cluster
  std::vector<std::string> founders; ///< the initial members from its view, in the form of `founder_texts`

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"HasLog"}, x.has_log);
    f(field{"Founders"}, x.founders);
  }
};

/// The initial voters of a cluster: all live servers except non-voters, or why it can't be bootstrapped.
/// @param expect bootstrap_expect of this server
expected<raft::configuration> founders_among(const known_servers& servers, std::int64_t expect);
/// Equal for servers that would bootstrap the same cluster. Sorted.
std::vector<std::string> founder_texts(const raft::configuration& founders);
/// This server's answer.
log_state log_state_of(const raft_status& status, const agent_view& view);

struct bootstrap_state {
  static constexpr const char* name = "bootstrap";
  bootstrap_state() = default;

  bootstrap_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  raft_peer_actor peer;
  std::string own_id;
  std::int64_t expect = 0;

  raft::configuration founders;  ///< the servers that this round asks
  std::set<std::string> unasked; ///< ids without an answer yet
  std::uint64_t round = 0;
  /// Why servers that this one was told to join can't be reached, from gossip; null: all have answered. Set on gossip's
  /// thread.
  std::shared_ptr<std::atomic<std::shared_ptr<const std::string>>> trouble =
      std::make_shared<std::atomic<std::shared_ptr<const std::string>>>();
  std::string last_report;
  steady_time asked_at{};    ///< when gossip was last asked for join errors
  steady_time reported_at{}; ///< when the wait was last logged; initially when it began

  void look();
  /// @param said null: the server did not answer
  void answered(std::uint64_t of_round, const std::string& id, const log_state* said);

private:
  void ask(const std::string& id, const peer_link_actor& link);
  void begin_cluster();
  void look_at(const known_servers& servers);
  std::string name_of(const std::string& id) const;
  /// Logs why no cluster is bootstrapped: when the reason changes, and otherwise only now and then.
  void report(log_level level, const std::string& text, std::initializer_list<log_field> fields);
  void report_missing(std::size_t seen);
  void ask_for_trouble();
  void report_wait(const std::string& why);
};

/// Bootstraps a cluster once `expect` servers know each other, all have the same list, and none has a log. Stops when
/// the local peer has a log, whatever its source. Logs what it waits for.
bootstrap_actor::behavior_type bootstrap(bootstrap_actor::stateful_pointer<bootstrap_state> self, ports_ptr outside,
                                         agent_view_ptr view, raft_peer_actor peer, std::string own_id,
                                         std::int64_t expect);

} // namespace praetor
