#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::swim {

/// Messages to broadcast, each sent a limited number of times. Those sent least often come first, then the longest,
/// then the newest (SWIM 4.1).
class broadcast_queue {
public:
  /// @param subject a newer message about the same subject replaces this one; empty: never replaced
  /// @param ticket returned by `take`, `add` or `trim` once the message was sent often enough, replaced or dropped; 0:
  ///   not tracked
  /// @return the ticket of the replaced message, or 0
  std::uint64_t add(std::string message, const std::string& subject, std::uint64_t ticket = 0);

  /// Moves messages to `into` while `budget` lasts. Each costs its size plus `overhead` bytes of the budget.
  /// @param limit how often a message is sent before it is dropped
  /// @param finished receives the tickets of messages that were sent for the last time
  void take(std::vector<std::string>& into, std::size_t& budget, std::size_t overhead, std::size_t limit,
            std::vector<std::uint64_t>& finished);

  /// Drops the last messages in order until `most` remain. Returns how many were dropped.
  std::size_t trim(std::size_t most, std::vector<std::uint64_t>& finished);

  std::size_t size() const { return order_.size(); }
  bool empty() const { return order_.empty(); }

private:
  struct place {
    std::size_t sent = 0;
    std::size_t length = 0;
    std::uint64_t number = 0; ///< order of arrival

    bool operator<(const place& other) const {
      if (sent != other.sent) return sent < other.sent;
      if (length != other.length) return length > other.length;
      return number > other.number;
    }
  };
  struct entry {
    std::string message, subject;
    std::uint64_t ticket = 0;
  };
  using order = std::map<place, entry>;

  void erase(order::iterator it);

  order order_;
  std::map<std::string, place> by_subject_;
  std::uint64_t next_number_ = 1;
};

} // namespace praetor::swim
