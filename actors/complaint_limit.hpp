#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace praetor {

/// Keeps a log readable while somebody sends what is refused: each peer's complaint of a kind is logged once an hour,
/// a few kinds a peer, and the memory for that is bounded however many peers there are. Not safe for concurrent use.
class complaint_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// May this one be logged? Counts as logged then.
  /// @param peer who caused it, without what changes from one attempt to the next (its port)
  bool admits(const std::string& peer, const std::string& why, time_point now) {
    if (peers_.size() >= most_peers && !peers_.contains(peer))
      std::erase_if(peers_, [&](const auto& each) { return now - each.second.begin >= interval; });
    // Who invents peers must not silence what there is to say of others: all that don't fit in share one record.
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
    time_point begin{}; ///< of the hour
    std::set<std::string> logged;
  };
  std::map<std::string, record> peers_;
  record others_;
};

} // namespace praetor
