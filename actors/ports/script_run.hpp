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

/// The parameters of a script run.
struct script_settings {
  string_list arguments;   ///< the program comes first
  string_list environment; ///< "NAME=value", added to this process's own
  std::string input;       ///< the content of standard input
  std::size_t output_limit = 4096;
};

/// A running script, on the I/O thread. It lives as long as one of its operations is pending.
class script_run : public std::enable_shared_from_this<script_run> {
public:
  script_run(boost::asio::io_context& context, script_settings settings);

  /// @param ended receives the wait status (waitpid(2)) once the process has ended and its output is closed, or once it
  ///   was killed. @returns the error if the script could not be started; `ended` is not called then
  expected<void> start(std::function<void(int status)> ended);
  /// Kills the script and all processes that it started.
  void kill();
  /// The output so far.
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
