#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace praetor {

/// Rate-limits log lines about rejected input: logs each complaint about a peer once an hour, a few kinds per peer, in
/// bounded memory however many peers there are. Not thread-safe.
class complaint_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Whether to log this complaint; counts it as logged.
  /// @param peer identifies the source, without parts that change between attempts (its port)
  bool admits(const std::string& peer, const std::string& why, time_point now) {
    if (peers_.size() >= most_peers && !peers_.contains(peer))
      std::erase_if(peers_, [&](const auto& each) { return now - each.second.begin >= interval; });
    // Invented peers must not silence complaints about others: all peers beyond the limit share one record.
    bool full = peers_.size() >= most_peers && !peers_.contains(peer);
    auto& said = full ? others_ : peers_[peer];
    if (said.logged.empty() || now - said.begin >= interval) said = {now, {}};
    if (said.logged.size() >= most_kinds) return false;
    return said.logged.insert(why.substr(0, longest)).second;
  }

private:
  static constexpr auto interval = std::chrono::hours(1);
  static constexpr std::size_t most_peers = 1024, most_kinds = 8, longest = 128;

  struct record {
    time_point begin{}; ///< when the hour began
    std::set<std::string> logged;
  };
  std::map<std::string, record> peers_;
  record others_;
};

} // namespace praetor
