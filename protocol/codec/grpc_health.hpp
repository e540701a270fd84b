#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor {

// The two messages of the gRPC health protocol (grpc/health/v1/health.proto), framed as in gRPC over HTTP/2: a byte of
// compression, four bytes of length, the protobuf message.

inline constexpr std::string_view grpc_health_path = "/grpc.health.v1.Health/Check";

/// A framed HealthCheckRequest.
/// @param service empty: the server as a whole
std::string encode_health_request(std::string_view service);

/// The `status` of a framed HealthCheckResponse; 0 if the message or the body is empty.
/// @returns an error in the words of gRPC's Go client: `rpc error: code = Internal desc = unexpected EOF`
expected<std::uint64_t> decode_health_response(std::string_view body);

/// HealthCheckResponse.ServingStatus: "SERVING"; the number if it is unknown.
std::string serving_status_name(std::uint64_t status);
inline constexpr std::uint64_t serving_status_serving = 1;

/// A status code of gRPC: "Unavailable"; "Code(42)" if it is unknown.
std::string grpc_code_name(std::int64_t code);
/// `rpc error: code = Unavailable desc = TEXT`
std::string grpc_error_text(std::string_view code, std::string_view text);
/// Decodes a `grpc-message` (percent-encoded UTF-8); malformed escapes stay as they are.
std::string decode_grpc_message(std::string_view text);

} // namespace praetor
