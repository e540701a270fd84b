#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor {

/// The first message of both sides of a server RPC connection: four letters, the length (4 bytes, big-endian) and
/// MessagePack.
struct hello {
  std::int64_t version = 1; ///< of the format; a side rejects unknown versions
  std::string id, name, datacenter;
  bool server = false;
  std::string nonce;   ///< unpredictable bytes that the peer's proof must cover; empty: no proof is demanded
  std::string proof;   ///< of the gossip key (remoting_proof.hpp); empty: none
  std::string refusal; ///< non-empty: a sentence that says why the connection is rejected

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Version"}, x.version);
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Server"}, x.server);
    f(field{"Nonce"}, x.nonce);
    f(field{"Proof"}, x.proof);
    f(field{"Refusal"}, x.refusal);
  }
  bool operator==(const hello&) const = default;
};

inline constexpr std::int64_t hello_version = 1;
inline constexpr std::size_t hello_head_size = 8;
inline constexpr std::size_t largest_hello = 4096; ///< without its head

std::string encode_hello(const hello& h);
/// @param head the first hello_head_size bytes
/// @returns how many bytes follow, or a description of the foreign protocol
expected<std::size_t> decode_hello_head(std::string_view head);
expected<hello> decode_hello(std::string_view body);

/// Whether a connection that begins with this byte may carry a hello.
bool begins_hello(unsigned char first);
/// Whether a connection that begins with this byte may carry TLS.
bool begins_tls(unsigned char first);
/// Describes a foreign protocol by its first bytes, as a sentence's predicate: "speaks HTTP".
std::string describe_stranger(std::string_view first_bytes);

} // namespace praetor
