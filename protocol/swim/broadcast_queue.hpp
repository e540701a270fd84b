#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace praetor::swim {

/// Messages that are to reach everybody, each sent a limited number of times. First come those sent least often, then
/// the longest, then the newest.
class broadcast_queue {
public:
  /// @param subject a newer message about the same subject replaces this one; empty: nothing replaces it
  /// @param ticket comes out of `take`, `add` or `trim` once the message has been sent often enough, was replaced or
  ///        was dropped; 0: nobody waits for it
  /// @return the ticket of the message that was replaced, or 0
  std::uint64_t add(std::string message, const std::string& subject, std::uint64_t ticket = 0);

  /// Adds messages to `into` as long as `budget` bytes last, each with `overhead` bytes more than it has itself, and
  /// lessens `budget`.
  /// @param limit how often a message is sent before it is forgotten
  /// @param finished gets the tickets of messages that were sent for the last time
  void take(std::vector<std::string>& into, std::size_t& budget, std::size_t overhead, std::size_t limit,
            std::vector<std::uint64_t>& finished);

  /// Drops what comes last in order until `most` are left. Returns how many were dropped.
  std::size_t trim(std::size_t most, std::vector<std::uint64_t>& finished);

  std::size_t size() const { return order_.size(); }
  bool empty() const { return order_.empty(); }

private:
  struct place {
    std::size_t sent = 0;
    std::size_t length = 0;
    std::uint64_t number = 0; ///< of arrival

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
