#pragma once

#include "protocol/swim/keyring.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// The wire format of gossip. A packet is "PG", a version and messages; an encrypted one is "PE", a version, a nonce
/// and the encrypted packet. A stream carries frames: "PF" or, encrypted, "PX", a version, a zero byte, the length of
/// the rest (4 bytes, big-endian) and the rest.
namespace praetor::swim {

/// How to migrate a pool to encryption, while some members may not use it yet.
struct sealing_policy {
  bool verify_incoming = true; ///< reject unencrypted gossip
  bool verify_outgoing = true; ///< encrypt sent gossip
};

/// The size that encryption adds to a packet: header, nonce, tag.
inline constexpr std::size_t sealed_packet_overhead = 3 + 12 + tag_size;
inline constexpr std::size_t frame_header_size = 8;
/// The largest frame, header included.
inline constexpr std::size_t frame_limit = 20 * 1024 * 1024;

/// The wire form of a packet: encrypted with the primary key, or plain if the ring is empty or the policy demands it.
std::string wrap_packet(const keyring& keys, const sealing_policy& policy, std::string plain, const nonce_bytes& nonce);
/// The packet inside its wire form. The error describes the received bytes; packets of Consul's own gossip are named as
/// such.
expected<std::string> unwrap_packet(const keyring& keys, const sealing_policy& policy, std::string_view bytes);

/// Whether a packet claims to be encrypted; for an unwrapped packet the claim is verified.
bool is_sealed(std::string_view packet);

/// The length of a whole frame, from its first `frame_header_size` bytes. Error: not a frame, or too long.
expected<std::size_t> frame_size(std::string_view header);
/// Whether a frame with this header can be accepted at all, so that a rejected one need not be read.
/// @param has_keys the ring is not empty
expected<void> judge_header(bool has_keys, const sealing_policy& policy, std::string_view header);
/// Converts a stream message to a frame and back. The nonce is used for encryption.
std::string wrap_frame(const keyring& keys, const sealing_policy& policy, std::string_view body,
                       const nonce_bytes& nonce);
expected<std::string> unwrap_frame(const keyring& keys, const sealing_policy& policy, std::string_view frame);

} // namespace praetor::swim
