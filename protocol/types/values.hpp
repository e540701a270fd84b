#pragma once

#include "protocol/base/quoted.hpp"
#include "protocol/types/free_form.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor {

using std::chrono::nanoseconds;

using string_list = std::vector<std::string>;
/// Ordered, because Go encodes maps with sorted keys.
using string_map = std::map<std::string, std::string>;

/// Bytes: base64 in JSON, a raw string in MessagePack. Empty bytes are `null` in JSON.
struct blob {
  std::string bytes;
  bool operator==(const blob&) const = default;
};

/// A point in time, UTC. JSON: RFC 3339 with nanoseconds, the zero time is 0001-01-01T00:00:00Z; MessagePack: Go's
/// binary time.
struct timestamp {
  std::int64_t seconds = zero_seconds; ///< since 1970-01-01T00:00:00Z
  std::int32_t nanos = 0;              ///< 0..999,999,999

  static constexpr std::int64_t zero_seconds = -62135596800; // 0001-01-01T00:00:00Z
  bool is_zero() const { return seconds == zero_seconds && nanos == 0; }
  static timestamp from_unix(nanoseconds since_epoch) {
    auto s = std::chrono::floor<std::chrono::seconds>(since_epoch);
    return {s.count(), static_cast<std::int32_t>((since_epoch - s).count())};
  }
  nanoseconds since_epoch() const { return std::chrono::seconds{seconds} + nanoseconds{nanos}; }
  bool operator==(const timestamp&) const = default;
  auto operator<=>(const timestamp&) const = default;
};

/// Names and ids of nodes, services and checks are compared in lower case (ASCII, like Consul's indexes).
std::string lower_case(std::string_view text);
/// Case-insensitive comparison (ASCII).
bool equal_fold(std::string_view a, std::string_view b);

/// Go's text of a duration: "0s", "1.5s", "1m0s", "2h45m0.000000001s".
std::string duration_to_text(nanoseconds value);
/// Parses Go's duration syntax: "300ms", "-1.5h", "2h45m". The error text is Go's own:
/// `time: invalid duration "x"`, `time: missing unit in duration "5"`, `time: unknown unit "y" in duration "5y"`.
struct duration_result {
  std::optional<nanoseconds> value;
  std::string error;
};
duration_result duration_from_text(std::string_view text);

/// True for 8-4-4-4-12 hexadecimal digits.
bool is_uuid(std::string_view text);

} // namespace praetor
