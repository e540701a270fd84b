#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

// Frames of HTTP/2 (RFC 9113 4.1), written by hand: what servers of tests send.

namespace frames {

inline constexpr std::uint8_t data = 0, headers = 1, rst_stream = 3, settings = 4, push_promise = 5, ping = 6,
                              goaway = 7, continuation = 9;
inline constexpr std::uint8_t end_stream = 1, ack = 1, end_headers = 4;

inline std::string number(std::uint64_t value, unsigned bytes) {
  std::string out;
  while (bytes-- > 0) out += static_cast<char>(value >> (8 * bytes));
  return out;
}

inline std::string frame(std::uint8_t type, std::uint8_t flags, std::uint32_t stream, const std::string& payload = {}) {
  return number(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) + number(stream, 4) + payload;
}

using field_list = std::initializer_list<std::pair<std::string, std::string>>;

/// Literal fields that are not indexed (RFC 7541 6.2.2), each text of less than 127 bytes.
inline std::string fields(field_list list) {
  std::string out;
  for (const auto& [name, value] : list)
    out += '\0' + std::string(1, static_cast<char>(name.size())) + name + static_cast<char>(value.size()) + value;
  return out;
}

/// A gRPC answer on the first stream, after the server's preface.
/// @param message the protobuf message
inline std::string grpc_answer(const std::string& message, field_list trailer = {{"grpc-status", "0"}}) {
  auto framed = '\0' + number(message.size(), 4) + message;
  return frame(settings, 0, 0) +
         frame(headers, end_headers, 1, fields({{":status", "200"}, {"content-type", "application/grpc"}})) +
         frame(data, 0, 1, framed) + frame(headers, end_headers | end_stream, 1, fields(trailer));
}

/// An answer without a message.
inline std::string only_fields(field_list head) {
  return frame(settings, 0, 0) + frame(headers, end_headers | end_stream, 1, fields(head));
}

} // namespace frames
