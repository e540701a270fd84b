#pragma once

#include "actors/gossip/membership.hpp"
#include "actors/telemetry/group.hpp"
#include "protocol/swim/machine.hpp"

#include <set>
#include <string>

namespace praetor {

/// The metrics of one gossip pool, under Consul's names.
struct gossip_metrics : metrics::group {
  /// @param into null: metrics are disabled
  explicit gossip_metrics(metrics::telemetry* into = nullptr, bool wan = false);

  metrics::counter bytes_sent{*this, "memberlist.udp.sent", "Bytes of gossip packets sent."};
  metrics::counter bytes_received{*this, "memberlist.udp.received", "Bytes of gossip packets received."};
  metrics::counter streams_opened{*this, "memberlist.tcp.connect"};
  metrics::counter stream_bytes_sent{*this, "memberlist.tcp.sent"};
  metrics::counter streams_accepted{*this, "memberlist.tcp.accept"};
  metrics::sample rounds{*this, "memberlist.gossip", "Milliseconds that a round of gossip took."};
  metrics::counter events{*this, "serf.events", "User events that gossip brought."};
  metrics::counter queries{*this, "serf.queries", "Queries that gossip brought."};
  metrics::counter joins{*this, "serf.member.join", "Members that joined."};
  metrics::counter leaves{*this, "serf.member.left", "Members that left."};
  metrics::counter failures{*this, "serf.member.failed", "Members that failed."};
  metrics::counter updates{*this, "serf.member.update"};
  metrics::counter flaps{*this, "serf.member.flap", "Members that came back within a minute of their failure."};
  metrics::counter query_acks{*this, "serf.query_acks"};
  metrics::counter query_responses{*this, "serf.query_responses"};
  metrics::counter refused{*this, "gossip.refused"}; ///< packets, messages and streams
  metrics::counter coordinates_refused{*this, "serf.coordinate.rejected"};

  void stream_opened(std::size_t bytes) const;
  void event(const std::string& name);
  void query(const std::string& name);
  /// Adds what the machine has counted since the last call.
  void counted(const swim::counters& now);

private:
  void add_named(const metrics::counter& all, std::string_view what, const std::string& name);

  swim::counters before_;
  std::set<std::string> names_; ///< names with series of their own
};

/// The size of one gossip pool.
struct pool_metrics : metrics::group {
  pool_metrics(metrics::telemetry* into, const std::string& network);

  metrics::gauge health_score{*this, "memberlist.health.score", "How far this member doubts itself; 0 is well."};
  metrics::gauge members{*this, "memberlist.node.instances", "Members of a gossip pool, by state."};
  metrics::sample intent_queue{*this, "serf.queue.Intent"};
  metrics::sample event_queue{*this, "serf.queue.Event"};
  metrics::sample query_queue{*this, "serf.queue.Query"};

  void read(const membership& pool) const;
};

/// Live agents in the LAN pool, reported by servers.
struct member_metrics : metrics::group {
  using group::group;

  metrics::gauge clients{*this, "members.clients", "Client agents that are alive in the LAN pool."};
  metrics::gauge servers{*this, "members.servers", "Servers that are alive in the LAN pool."};

  void read(const membership& lan) const;
};

} // namespace praetor
