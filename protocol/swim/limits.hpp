#pragma once

#include "protocol/swim/sealing.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What a member takes from others, whatever its own settings are. Everything beyond is refused, counted and not passed
/// on. The limits are the same in all members, because a member that took more than its neighbours would be cut off
/// from them.
namespace praetor::swim {

/// Bytes of a member's name: the longest DNS name (RFC 1035 2.3.4). Serf stops at 128, to which the WAN pool adds the
/// datacenter's name.
inline constexpr std::size_t name_limit = 255;
/// Bytes of "ip:port": an IPv6 address has 45 at most, brackets, a zone and a port come with it.
inline constexpr std::size_t address_limit = 80;
/// Bytes of a member's encoded tags; memberlist's limit of metadata.
inline constexpr std::size_t tags_limit = 512;

/// Bytes of a plain packet. Members send 1400; the rest is room for neighbouring versions.
inline constexpr std::size_t packet_limit = 2048;
/// Messages of one packet; memberlist counts them in one byte.
inline constexpr std::size_t packet_message_limit = 255;
/// Messages of one packet that this member answers or passes on at once (pings, queries, relays). An honest packet
/// holds one or two. Each answer may be as long as a packet: without the limit one packet would cause a hundred.
inline constexpr std::size_t packet_question_limit = 8;
/// Bytes of one encoded message: what a sealed packet of 1400 bytes has room for. A longer one could never be passed
/// on.
inline constexpr std::size_t message_limit = 1400 - sealed_packet_overhead - 3 - 2;

/// Members of a pool that are kept, gone ones included.
inline constexpr std::size_t member_limit = 65536;
/// Bytes that all members take in a push/pull: the state has to fit into one frame.
inline constexpr std::size_t roster_limit = 16 * 1024 * 1024;
/// Bytes of user events that are remembered; the oldest are forgotten first.
inline constexpr std::size_t event_memory_limit = 4 * 1024 * 1024;
/// Bytes of the newest events in a push/pull.
inline constexpr std::size_t event_share_limit = 1024 * 1024;
/// Events of a received push/pull: 512 Lamport times with several events each.
inline constexpr std::size_t event_count_limit = 65536;

/// Tags that a query may filter by, and through how many members an answer may be relayed (Serf's limit).
inline constexpr std::size_t query_filter_limit = 16;
inline constexpr std::uint8_t relay_limit = 5;
/// Bytes that the automaton of one filter may take. Filters come with every query and are compiled by every member.
inline constexpr std::int64_t filter_memory_limit = 64 * 1024;
/// Keys of a ring: each is tried on what can't be opened.
inline constexpr std::size_t key_limit = 32;

/// Lamport times and incarnations up to here are taken as they come: a pool with a million events a second would need
/// nine years for it. Above, a number may exceed the known one by `counter_step` only. So no member can push a counter
/// to its end, where nothing is newer any more: that would take 2^42 messages.
inline constexpr std::uint64_t counter_free_range = std::uint64_t{1} << 48;
inline constexpr std::uint64_t counter_step = std::uint64_t{1} << 20;
/// True if a counter that stands at `known` may follow to `seen`.
bool in_reach(std::uint64_t seen, std::uint64_t known);

/// Names end up in lines of files and logs: 1 to `name_limit` bytes without control characters.
expected<void> check_name(std::string_view name);
/// "ip:port" with letters of IP addresses alone and a port.
expected<void> check_address(std::string_view address);
/// The bytes that tags take in their encoded form, with the byte that says what they are.
std::size_t encoded_size(const string_map& tags);
expected<void> check_tags(const string_map& tags, std::size_t limit = tags_limit);

/// The text in quotes, cut if it is long: for log lines.
std::string shown(std::string_view text);

} // namespace praetor::swim
