#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace praetor {

/// Identifies an error. Code decides by this value, never by the text. The numbers travel between processes, so each
/// keeps its meaning forever.
enum class error_code : std::uint8_t {
  unspecified = 0,         ///< no caller distinguishes this error, or the sender's release has no codes
  invalid = 1,             ///< the request is malformed, whatever the state
  unauthenticated = 2,     ///< no token has this secret, or the queried server does not know it yet
  permission_denied = 3,   ///< the token lacks a permission
  not_found = 4,           ///< the object that the request reads or changes does not exist
  failed_precondition = 5, ///< the state does not allow the request: a lock names a session that does not exist
  no_leader = 6,           ///< the servers have no leader at the moment
  no_servers = 7,          ///< the agent knows no server that is alive
  timed_out = 8,           ///< the deadline passed before an answer came
  busy = 9,                ///< a limit on concurrent work is reached: a retry may succeed later
  unknown_outcome = 10,    ///< a write may or may not have taken effect: do not retry blindly
  too_large = 11,          ///< over a size limit
  cancelled = 12,          ///< the client no longer waits for the answer
  not_supported = 13,      ///< this release or this configuration does not offer it
  disconnected = 14,       ///< the connection ended before an answer came
  unexpected_status = 15,  ///< an HTTP server answered with a status that the caller does not expect: error::status
};
inline constexpr auto last_error_code = error_code::unexpected_status;

/// The code that a status implies, for errors created without a code and for those of releases without codes.
constexpr error_code code_of_status(std::int64_t status) {
  switch (status) {
  case 400: return error_code::invalid;
  case 403: return error_code::permission_denied;
  case 404: return error_code::not_found;
  case 408:
  case 504: return error_code::timed_out;
  case 412: return error_code::failed_precondition;
  case 413: return error_code::too_large;
  case 429:
  case 503: return error_code::busy;
  case 498: return error_code::unauthenticated;
  case 499: return error_code::cancelled;
  case 501: return error_code::not_supported;
  default: return error_code::unspecified;
  }
}

/// The code of an error from another process. An unknown number falls back to the status.
/// @param number as received: 0 from a release without codes, unknown from a newer release
constexpr error_code received_code(std::uint64_t number, std::int64_t status) {
  bool known = number != 0 && number <= static_cast<std::uint64_t>(last_error_code);
  return known ? static_cast<error_code>(number) : code_of_status(status);
}

/// An error. Code decides by `code`; `text` is for people and becomes the body of the HTTP answer, `status` its status.
/// Code below HTTP leaves the status at 500, the default for unexpected errors.
struct error {
  error_code code = error_code::unspecified;
  int status = 500;
  std::string text;

  error() = default;
  /// With the code that the status implies.
  error(std::string text, int status = 500) : code(code_of_status(status)), status(status), text(std::move(text)) {}
  error(error_code code, std::string text, int status = 500) : code(code), status(status), text(std::move(text)) {}

  bool operator==(const error&) const = default;
};

template <class T>
using expected = tl::expected<T, error>;

/// `return fail("Missing key name", 400);`
inline tl::unexpected<error> fail(std::string text, int status = 500) {
  return tl::unexpected<error>(error{std::move(text), status});
}
/// For a code that the status does not imply: `return fail(error_code::no_leader, "No cluster leader");`
inline tl::unexpected<error> fail(error_code code, std::string text, int status = 500) {
  return tl::unexpected<error>(error{code, std::move(text), status});
}

/// Prefixes the error's text with the failed operation: "failed to read the lock: <text>".
inline error with_context(const std::string& doing, error why) {
  why.text = doing + ": " + why.text;
  return why;
}

} // namespace praetor

/// States an invariant. A process that violates one stops, in release builds too.
#define PRAETOR_ASSERT(condition)                                                                                      \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      std::fprintf(stderr, "invariant lost: %s (%s:%d)\n", #condition, __FILE__, __LINE__);                            \
      std::abort();                                                                                                    \
    }                                                                                                                  \
  } while (false)
