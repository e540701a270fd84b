#pragma once

#include "actors/ports/remoting_hello.hpp"
#include "protocol/swim/keyring.hpp"

#include <string>
#include <string_view>

namespace praetor {

/// Which end of a connection proves something.
enum class connection_end : char { dialler = 'D', acceptor = 'A' };

/// What both ends have said, which a proof covers: an intermediary can neither change it nor use a proof elsewhere.
struct proof_context {
  hello dialler, acceptor;     ///< with their nonces
  std::string channel_binding; ///< bytes that only the two ends of this TLS session know (RFC 5705); empty without TLS
};

inline constexpr std::size_t nonce_size = 32;

/// Bytes that nobody has seen before.
std::string fresh_nonce();

/// Shows that this end knows the primary key: HMAC-SHA256 over the context and the end (RFC 2104).
std::string prove_key(const swim::keyring& keys, connection_end end, const proof_context& context);

/// Whether a proof was made with any key of the ring. Takes the same time for every wrong proof.
bool proves_key(const swim::keyring& keys, connection_end end, const proof_context& context, std::string_view proof);

} // namespace praetor
