#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <string>

namespace praetor {

enum class command_type : std::uint8_t;

/// Where a command comes from, by how far it is trusted.
enum class proposer : std::uint8_t {
  agent,  ///< any agent of the datacenter, by itself and not for a client
  server, ///< another server, for its clients
  leader, ///< this process
};

/// A command that may enter the Raft log: type byte and MessagePack, checked against the rules of its kind. Nothing
/// else can be proposed, and only encode_command (command.hpp) and check_command make one.
class log_command {
public:
  /// No command; it is refused when it is proposed.
  log_command() = default;

  const std::string& bytes() const { return bytes_; }
  std::string release() && { return std::move(bytes_); }

private:
  explicit log_command(std::string bytes) : bytes_(std::move(bytes)) {}
  template <class Request>
  friend expected<log_command> encode_command(command_type type, const Request& request);
  friend expected<log_command> check_command(std::string bytes, proposer from);

  std::string bytes_;
};

/// Takes the bytes of a command that another process proposes. They are read and checked whole, whatever that process
/// has checked already. Errors name what is wrong and have status 400, or 403 for a kind that is not for `from`.
expected<log_command> check_command(std::string bytes, proposer from);

} // namespace praetor
