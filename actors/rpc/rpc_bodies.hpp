#pragma once

#include "actors/rpc/rpc_kinds.hpp"
#include "protocol/actors.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/types/error.hpp"

#include <concepts>
#include <string>
#include <utility>

namespace praetor {

// The encoding of requests and replies of the declared kinds.

template <class T>
std::string packed_body(const T& what) {
  if constexpr (std::same_as<T, std::string>)
    return what;
  else if constexpr (std::same_as<T, empty_body>)
    return {};
  else
    return msgpack::pack(what);
}

/// The error's text describes the malformed bytes.
template <class T>
expected<T> read_body(std::string bytes) {
  if constexpr (std::same_as<T, std::string>) {
    return bytes;
  } else {
    T what;
    if constexpr (!std::same_as<T, empty_body>)
      if (auto read = msgpack::unpack(bytes, what); !read) return tl::unexpected(std::move(read.error()));
    return what;
  }
}

/// Decodes a server's answer. A server may have executed a request even if its answer is malformed.
template <rpc_kind Kind>
expected<reply_of<Kind>> read_reply(expected<std::string> bytes) {
  if (!bytes) return tl::unexpected(std::move(bytes.error()));
  auto reply = read_body<reply_of<Kind>>(std::move(*bytes));
  if (reply) return reply;
  return fail(error_code::unknown_outcome, "another server's answer could not be read: " + reply.error().text);
}

inline envelope envelope_of(rpc_kind kind, std::string bytes) {
  envelope e;
  e.kind = static_cast<std::uint16_t>(kind);
  e.bytes = std::move(bytes);
  return e;
}

} // namespace praetor
