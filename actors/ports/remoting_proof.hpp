#pragma once

#include "actors/ports/remoting_hello.hpp"
#include "protocol/swim/keyring.hpp"

#include <string>
#include <string_view>

namespace praetor {

/// The end of a connection that proves its key.
enum class connection_end : char { dialler = 'D', acceptor = 'A' };

/// The messages of both ends, which a proof covers: an intermediary can neither change them nor reuse a proof
/// elsewhere.
struct proof_context {
  hello dialler, acceptor;     ///< with their nonces
  std::string channel_binding; ///< key material of this TLS session (RFC 5705); empty without TLS
};

inline constexpr std::size_t nonce_size = 32;

/// Fresh random bytes.
std::string fresh_nonce();

/// Proves that this end has the primary key: HMAC-SHA256 over the context and the end (RFC 2104).
std::string prove_key(const swim::keyring& keys, connection_end end, const proof_context& context);

/// Whether a proof was made with a key of the ring. Takes the same time for every invalid proof.
bool proves_key(const swim::keyring& keys, connection_end end, const proof_context& context, std::string_view proof);

} // namespace praetor
