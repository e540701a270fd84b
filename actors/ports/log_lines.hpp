#pragma once

#include "actors/logger.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace spdlog::sinks {
class sink;
}

namespace praetor {

/// The destinations and format of log lines.
struct log_options {
  log_level level = log_level::info;
  bool json = false;
  bool standard_output = true;
  std::string file; ///< "": none; a path that ends with "/" is a directory, for consul.log
  nanoseconds rotate_after = std::chrono::hours(24);
  std::int64_t rotate_bytes = 0;     ///< 0: rotate by time only
  std::int64_t rotate_max_files = 0; ///< rotated files to keep; 0: all, -1: none
  bool syslog = false;
  std::string syslog_facility = "LOCAL0";
};

/// Parses "TRACE", "debug", "warn", "ERR"...; nothing for an unknown level.
std::optional<log_level> log_level_from_text(std::string_view text);

/// Formats one line like Consul: time, level, module, message and pairs; without the final newline.
std::string format_log_line(log_level level, std::string_view module, std::string_view message,
                            std::initializer_list<log_field> fields, bool json);

/// The production logger: standard output, a rotated file, syslog, and the streams of agent/monitor.
class log_lines final : public logger {
public:
  static expected<std::shared_ptr<log_lines>> open(const log_options& options);
  ~log_lines() override;

  bool enabled(log_level level) const override;
  void write(log_level level, std::string_view module, std::string_view message,
             std::initializer_list<log_field> fields = {}) override;

  void set_level(log_level level) { level_ = level; }
  /// Lines before this call are buffered, so that the start-up banner comes first.
  void release();

  /// Adds a listener with its own level; it must not block. @returns the number to pass to `forget`
  std::uint64_t listen(log_level level, bool json, std::function<void(const std::string&)> on_line);
  void forget(std::uint64_t listener);

private:
  struct listener {
    log_level level;
    bool json;
    std::function<void(const std::string&)> on_line;
  };
  log_lines() = default;
  void emit(log_level level, const std::string& line);
  void update_lowest();

  std::atomic<log_level> level_{log_level::info};
  std::atomic<log_level> lowest_listener_{log_level::error};
  std::atomic<bool> listened_{false};
  bool json_ = false;
  std::mutex mutex_;
  bool held_ = true;
  std::vector<std::pair<log_level, std::string>> backlog_;
  std::vector<std::shared_ptr<spdlog::sinks::sink>> sinks_;
  std::map<std::uint64_t, listener> listeners_;
  std::uint64_t next_listener_ = 0;
};

} // namespace praetor
