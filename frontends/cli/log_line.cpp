#include "frontends/cli/log_line.hpp"

#include "protocol/types/values.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>

namespace praetor::cli {

std::string log_line(const std::string& level, const std::string& logger, const std::string& message,
                     const std::vector<std::pair<std::string, std::string>>& values) {
  auto now = std::chrono::system_clock::now();
  auto whole = std::chrono::system_clock::to_time_t(now);
  auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  ::localtime_r(&whole, &parts);
  char day[32], zone[16], fraction[16];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  std::strftime(zone, sizeof zone, "%z", &parts);
  std::snprintf(fraction, sizeof fraction, ".%03d", static_cast<int>(millis));
  auto line = std::string(day) + fraction + (parts.tm_gmtoff == 0 ? "Z" : zone) + " [" + level + "] " +
              (level.size() < 5 ? " " : "") + logger + ": " + message;
  if (!values.empty()) line += ":";
  for (auto& [name, value] : values) {
    bool plain = value.find_first_of(" \"=\t\n") == std::string::npos;
    line += " " + name + "=" + (plain ? value : praetor::quoted(value));
  }
  return line + "\n";
}

} // namespace praetor::cli
