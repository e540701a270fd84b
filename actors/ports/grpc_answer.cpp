#include "actors/ports/grpc_answer.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/codec/grpc_health.hpp"

#include <boost/beast/http/status.hpp>
#include <charconv>

namespace praetor {

namespace {

auto rpc_refusal(std::string_view code, std::string_view text) { return fail(grpc_error_text(code, text)); }

template <class Number>
bool is_number(const std::string& text, Number& out) {
  auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), out);
  return wrong == std::errc{} && end == text.data() + text.size();
}

/// The status code for a server that does not speak gRPC (gRPC's doc/http-grpc-status-mapping.md).
std::string_view code_for(unsigned http_status) {
  switch (http_status) {
  case 400: return "Internal";
  case 401: return "Unauthenticated";
  case 403: return "PermissionDenied";
  case 404: return "Unimplemented";
  case 429:
  case 502:
  case 503:
  case 504: return "Unavailable";
  default: return "Unknown";
  }
}

/// The status code for a stream that was reset (gRPC over HTTP/2, "HTTP2 Transport Mapping", Errors).
std::string_view code_for_reset(std::uint32_t http2_code) {
  switch (http2_code) {
  case 3:
  case 11: return "ResourceExhausted"; // FLOW_CONTROL_ERROR, ENHANCE_YOUR_CALM
  case 7: return "Unavailable";        // REFUSED_STREAM
  case 8: return "Canceled";           // CANCEL
  case 12: return "PermissionDenied";  // INADEQUATE_SECURITY
  default: return "Internal";
  }
}

bool is_grpc(std::string_view content_type) {
  constexpr std::string_view name = "application/grpc";
  if (!content_type.starts_with(name)) return false;
  return content_type.size() == name.size() || content_type[name.size()] == '+' || content_type[name.size()] == ';';
}

/// Why the head of an answer is none of gRPC's.
expected<void> judge_head(const http2_fields& head) {
  const auto* status = http2_answer::find(head, ":status");
  const auto* type = http2_answer::find(head, "content-type");
  unsigned number = 0;
  if (!status || !is_number(*status, number)) return rpc_refusal("Internal", "malformed header: missing HTTP status");
  bool good_type = type && is_grpc(*type);
  if (number == 200 && good_type) return {};
  std::string why;
  if (number != 200) {
    auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(number));
    why = "unexpected HTTP status code received from server: " + *status + " (" + std::string(reason) + ")";
  }
  if (!good_type && !why.empty()) why += "; ";
  if (!type)
    why += "malformed header: missing HTTP content-type";
  else if (!good_type)
    why += "transport: received unexpected content-type " + praetor::quoted(*type);
  return rpc_refusal(code_for(number), why);
}

/// @param fields with the status of the call: the trailer, or the head of an answer without a message
expected<void> judge_status(const http2_fields& fields) {
  const auto* status = http2_answer::find(fields, "grpc-status");
  const auto* message = http2_answer::find(fields, "grpc-message");
  std::int32_t code = 2; // Unknown
  if (status && !is_number(*status, code))
    return rpc_refusal("Internal", "transport: malformed grpc-status: strconv.ParseInt: parsing " +
                                       praetor::quoted(*status) + ": invalid syntax");
  if (code == 0) return {};
  return rpc_refusal(grpc_code_name(code), message ? decode_grpc_message(*message) : "");
}

} // namespace

expected<std::uint64_t> judge_grpc_answer(const http2_answer& answer) {
  // A reset after the status changes nothing (RFC 9113 8.1).
  bool was_reset = answer.code != 0 && answer.trailer.empty();
  if (answer.head.empty() || was_reset) {
    constexpr const char* names[] = {"NO_ERROR",
                                     "PROTOCOL_ERROR",
                                     "INTERNAL_ERROR",
                                     "FLOW_CONTROL_ERROR",
                                     "SETTINGS_TIMEOUT",
                                     "STREAM_CLOSED",
                                     "FRAME_SIZE_ERROR",
                                     "REFUSED_STREAM",
                                     "CANCEL",
                                     "COMPRESSION_ERROR",
                                     "CONNECT_ERROR",
                                     "ENHANCE_YOUR_CALM",
                                     "INADEQUATE_SECURITY",
                                     "HTTP_1_1_REQUIRED"};
    auto name =
        answer.code < std::size(names) ? names[answer.code] : "unknown error code " + std::to_string(answer.code);
    return rpc_refusal(code_for_reset(answer.code), "stream terminated by RST_STREAM with error code: " + name);
  }
  if (auto good = judge_head(answer.head); !good) return tl::unexpected(good.error());
  // An answer without a message has its status in its head.
  bool trailers_only =
      answer.trailer.empty() && (answer.body.empty() || http2_answer::find(answer.head, "grpc-status"));
  if (answer.trailer.empty() && !trailers_only)
    return rpc_refusal("Internal", "server closed the stream without sending trailers");
  if (auto good = judge_status(trailers_only ? answer.head : answer.trailer); !good)
    return tl::unexpected(good.error());
  return decode_health_response(answer.body);
}

} // namespace praetor
