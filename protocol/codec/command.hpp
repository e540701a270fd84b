#pragma once

#include "protocol/codec/msgpack.hpp"
#include "protocol/types/commands.hpp"

namespace praetor {

/// A command as it stands in the Raft log: its type byte and the MessagePack of its struct.
template <class Request>
std::string encode_command(command_type type, const Request& request) {
  std::string out(1, static_cast<char>(type));
  msgpack::pack(out, request);
  return out;
}

} // namespace praetor
