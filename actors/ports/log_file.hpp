#pragma once

#include "actors/ports/log_lines.hpp"

#include <chrono>
#include <cstdio>
#include <spdlog/sinks/base_sink.h>

namespace praetor {

/// A log file that is rotated by age and size. Rotated files are named NAME-<Unix nanoseconds>.EXT, as Consul names
/// them.
class rotated_file_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit rotated_file_sink(const log_options& options);
  ~rotated_file_sink() override;

  /// Opens the file; call once before the first line.
  expected<void> open();

protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override;

private:
  std::string archive_name(std::int64_t now) const;
  void rotate();
  void prune();

  log_options options_;
  std::string path_, stem_, extension_;
  std::FILE* file_ = nullptr;
  std::int64_t size_ = 0;
  std::chrono::system_clock::time_point created_;
};

} // namespace praetor
