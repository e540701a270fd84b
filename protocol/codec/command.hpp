#pragma once

#include "protocol/codec/msgpack.hpp"
#include "protocol/types/commands.hpp"

namespace praetor {

/// The bytes of a command as the Raft log stores them: its type byte and the MessagePack of its struct. Not validated:
/// proposals come from encode_command (storage/state/command.hpp).
template <class Request>
std::string pack_command(command_type type, const Request& request) {
  std::string out(1, static_cast<char>(type));
  msgpack::pack(out, request);
  return out;
}

} // namespace praetor
