#pragma once

#include "protocol/swim/keyring.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What stands around gossip on the wire. A packet is "PG", a version and messages; a sealed one is "PE", a version, a
/// nonce and the packet encrypted. A stream carries frames: "PF" or, sealed, "PX", a version, a zero byte, the length
/// of the rest (4 bytes, most significant first) and the rest.
namespace praetor::swim {

/// With encryption: what to do where the other side may not have it yet.
struct sealing_policy {
  bool verify_incoming = true; ///< refuse what is not sealed
  bool verify_outgoing = true; ///< seal what is sent
};

/// What a sealed packet is longer than a plain one: header, nonce, tag.
inline constexpr std::size_t sealed_packet_overhead = 3 + 12 + tag_size;
inline constexpr std::size_t frame_header_size = 8;
/// The largest frame, header included.
inline constexpr std::size_t frame_limit = 20 * 1024 * 1024;

/// A packet of the machine as it is sent: sealed with the primary key, or as it is if the ring is empty or the policy
/// says so.
std::string wrap_packet(const keyring& keys, const sealing_policy& policy, std::string plain, const nonce_bytes& nonce);
/// A packet that came as the machine takes it. The error says what it is instead; packets of Consul's own gossip are
/// named as such.
expected<std::string> unwrap_packet(const keyring& keys, const sealing_policy& policy, std::string_view bytes);

/// Whether a packet says that it is sealed; once it was unwrapped, that is so.
bool is_sealed(std::string_view packet);

/// The length of a whole frame from its first `frame_header_size` bytes. Error: not a frame, or too long.
expected<std::size_t> frame_size(std::string_view header);
/// Whether a frame with this header could be taken at all; what is refused for its header alone need not be read.
/// @param has_keys the ring is not empty
expected<void> judge_header(bool has_keys, const sealing_policy& policy, std::string_view header);
/// A stream message of the machine as a frame, and back. The nonce is used if it is sealed.
std::string wrap_frame(const keyring& keys, const sealing_policy& policy, std::string_view body,
                       const nonce_bytes& nonce);
expected<std::string> unwrap_frame(const keyring& keys, const sealing_policy& policy, std::string_view frame);

} // namespace praetor::swim
