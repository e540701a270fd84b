#pragma once

#include "actors/ports/child_group.hpp"
#include "protocol/base/last_bytes.hpp"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// What a script is run with.
struct script_settings {
  string_list arguments;   ///< the program first
  string_list environment; ///< "NAME=value", over this process's own
  std::string input;       ///< what its standard input holds
  std::size_t output_limit = 4096;
};

/// A script's run, on the I/O thread. It lives as long as one of its operations is under way.
class script_run : public std::enable_shared_from_this<script_run> {
public:
  script_run(boost::asio::io_context& context, script_settings settings);

  /// @param ended is told the status as waitpid(2) gives it, when the process has ended and nobody holds its output
  ///        open, or when it was killed. @returns why it could not be started; then `ended` is not called
  expected<void> start(std::function<void(int status)> ended);
  /// Kills the script with all that it has started.
  void kill();
  /// What it has written so far.
  const last_bytes& output() const { return output_; }

private:
  expected<void> start_process();
  void feed();
  void read();
  void end_if_over();

  script_settings settings_;
  child_group process_;
  bool exited_ = false, closed_ = false, killed_ = false;
  boost::asio::posix::stream_descriptor pipe_, input_, exit_;
  std::array<char, 4096> chunk_;
  last_bytes output_;
  std::function<void(int)> ended_;
};

} // namespace praetor
