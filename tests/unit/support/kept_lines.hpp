#pragma once

#include "actors/logger.hpp"

#include <string>
#include <vector>

namespace praetor {

/// Keeps the lines of an agent's log.
class kept_lines final : public logger {
public:
  bool enabled(log_level) const override { return true; }
  void write(log_level level, std::string_view, std::string_view message,
             std::initializer_list<log_field> fields) override {
    warnings += level == log_level::warn;
    std::string line(message);
    for (const auto& f : fields) line.append(" ").append(f.key).append("=").append(f.value);
    lines.push_back(std::move(line));
  }
  std::size_t count(const std::string& part) const {
    std::size_t n = 0;
    for (const auto& line : lines) n += line.find(part) != line.npos;
    return n;
  }
  std::vector<std::string> lines;
  std::size_t warnings = 0;
};

} // namespace praetor
