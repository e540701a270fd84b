#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <string>

namespace praetor {

enum class command_type : std::uint8_t;

/// The source of a command, in ascending order of trust.
enum class proposer : std::uint8_t {
  agent,  ///< any agent of the datacenter, on its own behalf
  server, ///< another server, for its clients
  leader, ///< this process
};

/// A command that may be appended to the Raft log: type byte and MessagePack, validated by the rules of its kind.
/// Nothing else can be proposed, and only encode_command (command.hpp) and check_command create one.
class log_command {
public:
  /// Not a command; rejected when proposed.
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

/// Validates the bytes of a command that another process proposes: decodes and checks all of them, whatever that
/// process has checked already. Errors name the fault and have status 400, or 403 if `from` may not propose this kind.
expected<log_command> check_command(std::string bytes, proposer from);

} // namespace praetor
