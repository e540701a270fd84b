#include "protocol/codec/grpc_health.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace praetor {

namespace {

constexpr std::size_t frame_head = 5;

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

/// Removes a varint from the front. @returns nothing if it is truncated or longer than 64 bits
std::optional<std::uint64_t> take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < 10 && i < bytes.size(); ++i) {
    auto byte = static_cast<unsigned char>(bytes[i]);
    if (i == 9 && byte > 1) return std::nullopt;
    value |= std::uint64_t{byte & 0x7fu} << (7 * i);
    if (byte >= 0x80) continue;
    bytes.remove_prefix(i + 1);
    return value;
  }
  return std::nullopt;
}

/// Removes the value of an unknown field. @returns false if it is malformed; groups are, which proto3 does not have
bool skip_value(std::string_view& bytes, unsigned wire_type) {
  std::uint64_t size = 0;
  switch (wire_type) {
  case 0: return take_varint(bytes).has_value();
  case 1: size = 8; break;
  case 5: size = 4; break;
  case 2:
    if (auto length = take_varint(bytes))
      size = *length;
    else
      return false;
    break;
  default: return false;
  }
  if (size > bytes.size()) return false;
  bytes.remove_prefix(size);
  return true;
}

/// The varint field 1 of a message; the last one wins.
std::optional<std::uint64_t> status_of(std::string_view message) {
  std::uint64_t status = 0;
  while (!message.empty()) {
    auto tag = take_varint(message);
    if (!tag || *tag >> 3 == 0) return std::nullopt;
    if (*tag == (1u << 3 | 0u)) {
      auto value = take_varint(message);
      if (!value) return std::nullopt;
      status = *value;
    } else if (!skip_value(message, *tag & 7)) {
      return std::nullopt;
    }
  }
  return status;
}

auto rpc_failure(std::string_view code, std::string_view text) { return fail(grpc_error_text(code, text)); }

} // namespace

std::string encode_health_request(std::string_view service) {
  std::string message;
  if (!service.empty()) {
    message += '\x0a'; // field 1, length-delimited
    append_varint(message, service.size());
    message += service;
  }
  std::string out(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(message.size() >> shift);
  return out + message;
}

expected<std::uint64_t> decode_health_response(std::string_view body) {
  if (body.empty()) return 0;
  if (body.size() < frame_head) return rpc_failure("Internal", "unexpected EOF");
  std::uint64_t size = 0;
  for (auto byte : body.substr(1, 4)) size = size << 8 | static_cast<unsigned char>(byte);
  auto rest = body.substr(frame_head);
  if (rest.size() < size) return rpc_failure("Internal", "unexpected EOF");
  if (body[0] != 0) return rpc_failure("Internal", "grpc: compressed flag set with identity or empty encoding");
  if (rest.size() > size)
    return rpc_failure("Unknown", "grpc: client streaming protocol violation: get <nil>, want <EOF>");
  auto status = status_of(rest);
  if (!status)
    return rpc_failure("Internal", "grpc: failed to unmarshal the received message: proto: cannot parse invalid "
                                   "wire-format data");
  return *status;
}

std::string serving_status_name(std::uint64_t status) {
  constexpr std::array names{"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  // An enum of protobuf has 32 bits.
  if (status < names.size()) return names[status];
  return std::to_string(static_cast<std::int32_t>(status));
}

std::string grpc_code_name(std::int64_t code) {
  constexpr std::array names{
      "OK",       "Canceled",       "Unknown",          "InvalidArgument",   "DeadlineExceeded",
      "NotFound", "AlreadyExists",  "PermissionDenied", "ResourceExhausted", "FailedPrecondition",
      "Aborted",  "OutOfRange",     "Unimplemented",    "Internal",          "Unavailable",
      "DataLoss", "Unauthenticated"};
  if (code >= 0 && code < static_cast<std::int64_t>(names.size())) return names[static_cast<std::size_t>(code)];
  return "Code(" + std::to_string(code) + ")";
}

std::string grpc_error_text(std::string_view code, std::string_view text) {
  return "rpc error: code = " + std::string(code) + " desc = " + std::string(text);
}

std::string decode_grpc_message(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const auto* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size()) {
      auto [end, wrong] = std::from_chars(digits, digits + 2, byte, 16);
      if (wrong == std::errc{} && end == digits + 2) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

} // namespace praetor
