#pragma once

#include "protocol/swim/wire.hpp"

#include <cstddef>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::swim {

/// The newest Lamport times seen before a restart; nothing older is delivered again.
struct lamport_clocks {
  lamport_time member = 0, event = 0, query = 0;
  bool operator==(const lamport_clocks&) const = default;
};

struct previous_node {
  std::string name, address; ///< "ip:port"
  bool operator==(const previous_node&) const = default;
};

/// A pool's rejoin snapshot: the live members and the clocks. Lines (without line end): `alive: <name> <ip:port>`,
/// `not-alive: <name>`, `clock: N`, `event-clock: N`, `query-clock: N`, `leave`.
class rejoin_snapshot {
public:
  /// Parses a file; skips malformed lines (a truncated last line is normal after a crash).
  /// @param rejoin_after_leave false: a `leave` discards everything before it
  static rejoin_snapshot parse(std::string_view file, bool rejoin_after_leave);

  /// Applies a line that the machine emitted and that is appended to the file. Returns false for a malformed line.
  bool add(std::string_view line);

  const std::map<std::string, std::string>& alive() const { return alive_; }
  const lamport_clocks& clocks() const { return clocks_; }
  /// The nodes to try at start, in random order, without `own_name`.
  std::vector<previous_node> previous(const std::string& own_name, std::mt19937_64& random) const;

  /// Whether the file exceeds max(128 KiB, 2 x 128 x nodes): replace it with `compacted()`.
  bool outgrown() const;
  /// The file's content without superseded lines. Resets the tracked size to that of the result.
  std::string compacted();
  /// The size of the file so far in bytes.
  std::size_t size() const { return size_; }

private:
  void forget();

  bool rejoin_after_leave_ = false;
  std::map<std::string, std::string> alive_;
  lamport_clocks clocks_;
  std::size_t size_ = 0;
};

} // namespace praetor::swim
