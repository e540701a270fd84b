#pragma once

#include "protocol/swim/sealing.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Limits on received gossip, independent of a member's settings. Anything beyond them is rejected, counted and not
/// rebroadcast. The limits are the same in all members, because a member that accepted more than its neighbours would
/// be cut off from them.
namespace praetor::swim {

/// The maximal length of a member's name in bytes: the longest DNS name (RFC 1035 2.3.4). Serf's limit is 128, to which
/// the WAN pool adds the datacenter's name.
inline constexpr std::size_t name_limit = 255;
/// The maximal length of "ip:port" in bytes: an IPv6 address takes up to 45, plus brackets, zone and port.
inline constexpr std::size_t address_limit = 80;
/// The maximal size of encoded tags in bytes; memberlist's MetaMaxSize.
inline constexpr std::size_t tags_limit = 512;

/// The maximal size of a plain packet in bytes. Members send 1400; the rest is reserve for neighbouring versions.
inline constexpr std::size_t packet_limit = 2048;
/// The maximal number of messages per packet; memberlist counts them in one byte.
inline constexpr std::size_t packet_message_limit = 255;
/// The maximal number of messages per packet that this member answers or forwards at once (pings, queries, relays). An
/// honest packet holds one or two. Each answer may be as long as a packet, so an unlimited packet could trigger a
/// hundred of them.
inline constexpr std::size_t packet_question_limit = 8;
/// The maximal size of an encoded message in bytes: what fits into an encrypted packet of 1400 bytes. A longer one
/// could never be rebroadcast.
inline constexpr std::size_t message_limit = 1400 - sealed_packet_overhead - 3 - 2;

/// The maximal number of members of a pool, including failed and left ones.
inline constexpr std::size_t member_limit = 65536;
/// The maximal size of all members in a push/pull, in bytes: the state has to fit into one frame.
inline constexpr std::size_t roster_limit = 16 * 1024 * 1024;
/// The maximal memory of stored user events in bytes; the oldest are dropped first.
inline constexpr std::size_t event_memory_limit = 4 * 1024 * 1024;
/// The maximal size of events in a push/pull, in bytes.
inline constexpr std::size_t event_share_limit = 1024 * 1024;
/// The maximal number of events in a received push/pull: 512 Lamport times with several events each.
inline constexpr std::size_t event_count_limit = 65536;

/// The maximal number of tags in a query filter, and of members that relay an answer (Serf's limit).
inline constexpr std::size_t query_filter_limit = 16;
inline constexpr std::uint8_t relay_limit = 5;
/// The memory limit of a filter's automaton in bytes. Every query brings its filters, and every member compiles them.
inline constexpr std::int64_t filter_memory_limit = 64 * 1024;
/// The maximal number of keys of a ring: undecryptable packets cost one attempt per key.
inline constexpr std::size_t key_limit = 32;

/// Lamport times and incarnations up to here are accepted unconditionally: a pool with a million events per second
/// would take nine years to get there. Above it, a number may exceed the known one by at most `counter_step`, so no
/// member can drive a counter to its end, where nothing counts as newer: that would take 2^42 messages.
inline constexpr std::uint64_t counter_free_range = std::uint64_t{1} << 48;
inline constexpr std::uint64_t counter_step = std::uint64_t{1} << 20;
/// Whether a counter at `known` may advance to `seen`.
bool in_reach(std::uint64_t seen, std::uint64_t known);

/// Names appear in lines of files and logs: 1 to `name_limit` bytes without control characters.
expected<void> check_name(std::string_view name);
/// Checks for "ip:port", where the IP has only characters of IP addresses.
expected<void> check_address(std::string_view address);
/// The encoded size of tags, including the kind byte.
std::size_t encoded_size(const string_map& tags);
expected<void> check_tags(const string_map& tags, std::size_t limit = tags_limit);

/// The quoted text for log lines, truncated if it is long.
std::string shown(std::string_view text);

} // namespace praetor::swim
