#pragma once

#include "protocol/codec/command.hpp"
#include "storage/state/log_command.hpp"

namespace praetor {

namespace detail {
/// A distinct address for each type.
template <class Request>
inline constexpr char request_tag = 0;

/// Validates a request before it is proposed. @param tag request_tag of its type
expected<void> check_request(command_type type, const void* tag, const void* request);
expected<void> check_size(std::size_t bytes);
} // namespace detail

/// Makes a command from a local request. Validates the struct, so that its bytes need not be decoded again. Errors have
/// status 400 and name the fault.
template <class Request>
expected<log_command> encode_command(command_type type, const Request& request) {
  if (auto good = detail::check_request(type, &detail::request_tag<Request>, &request); !good)
    return tl::unexpected(good.error());
  auto bytes = pack_command(type, request);
  if (auto good = detail::check_size(bytes.size()); !good) return tl::unexpected(good.error());
  return log_command(std::move(bytes));
}

} // namespace praetor
