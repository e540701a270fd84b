#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace praetor {

enum class log_level { trace, debug, info, warn, error };

/// One `key=value` of a log line. Numbers and booleans keep their type in JSON lines.
struct log_field {
  std::string_view key;
  std::string value;
  bool is_text = true;

  log_field(std::string_view key, std::string value) : key(key), value(std::move(value)) {}
  log_field(std::string_view key, std::string_view value) : key(key), value(value) {}
  log_field(std::string_view key, const char* value) : key(key), value(value) {}
  template <class T>
  requires std::is_arithmetic_v<T> log_field(std::string_view key, T number) : key(key), is_text(false) {
    if constexpr (std::is_same_v<T, bool>)
      value = number ? "true" : "false";
    else
      value = std::to_string(number);
  }
};

/// The destination of an agent's log lines. Thread-safe.
class logger {
public:
  virtual ~logger() = default;
  virtual bool enabled(log_level level) const = 0;
  /// @param module the source, with dots: "agent.server.raft"
  virtual void write(log_level level, std::string_view module, std::string_view message,
                     std::initializer_list<log_field> fields = {}) = 0;
};
using logger_ptr = std::shared_ptr<logger>;

/// Discards everything.
class null_logger final : public logger {
public:
  bool enabled(log_level) const override { return false; }
  void write(log_level, std::string_view, std::string_view, std::initializer_list<log_field>) override {}
};

} // namespace praetor
