#include "actors/ports/log_lines.hpp"

#include "actors/ports/log_file.hpp"
#include "protocol/types/secrets.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/sinks/syslog_sink.h>
#include <syslog.h>

namespace praetor {

namespace {

constexpr std::size_t most_held_back = 4096;

std::string_view bracket(log_level level) {
  switch (level) {
  case log_level::trace: return "[TRACE]";
  case log_level::debug: return "[DEBUG]";
  case log_level::info: return "[INFO] ";
  case log_level::warn: return "[WARN] ";
  case log_level::error: return "[ERROR]";
  }
  return "";
}

std::string_view word(log_level level) {
  constexpr std::array<std::string_view, 5> words{"trace", "debug", "info", "warn", "error"};
  return words[static_cast<std::size_t>(level)];
}

/// RFC 3339 in the local zone.
std::string local_time(bool microseconds) {
  auto now = std::chrono::system_clock::now();
  auto seconds = std::chrono::system_clock::to_time_t(now);
  auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() % 1'000'000;
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::string out(text.data(), length);
  if (microseconds)
    std::snprintf(text.data(), text.size(), ".%06lld", static_cast<long long>(micros));
  else
    std::snprintf(text.data(), text.size(), ".%03lld", static_cast<long long>(micros / 1000));
  out += text.data();
  if (parts.tm_gmtoff == 0) return out + "Z";
  auto minutes = parts.tm_gmtoff / 60;
  std::snprintf(text.data(), text.size(), microseconds ? "%c%02ld:%02ld" : "%c%02ld%02ld", minutes < 0 ? '-' : '+',
                std::labs(minutes) / 60, std::labs(minutes) % 60);
  return out + text.data();
}

bool needs_quotes(std::string_view value) {
  for (unsigned char c : value)
    if (c <= 0x20 || c == '"' || c == '=' || c == 0x7f) return true;
  return false;
}

std::string json_text(std::string_view value) {
  return nlohmann::json(std::string(value)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Whether the field's name denotes a secret; "key" alone is the key of a key and value pair.
bool is_secret(const log_field& f) { return f.is_text && f.key != "key" && f.key != "keys" && names_a_secret(f.key); }

/// A text without its secrets. Texts without secrets, nearly all, are not copied.
class shown_text {
public:
  explicit shown_text(std::string_view text) : text_(text) {
    if (text.find_first_of("?&@") == text.npos) return;
    kept_ = without_url_secrets(std::string(text));
    text_ = kept_;
  }
  shown_text(const shown_text&) = delete;
  shown_text& operator=(const shown_text&) = delete;
  std::string_view text() const { return text_; }

private:
  std::string kept_;
  std::string_view text_;
};

std::string shown_value(const log_field& f) {
  return is_secret(f) ? std::string("<hidden>") : std::string(shown_text(f.value).text());
}

std::string json_line(log_level level, std::string_view module, std::string_view message,
                      std::initializer_list<log_field> fields) {
  std::map<std::string, std::string> members{{"@level", json_text(word(level))},
                                             {"@message", json_text(message)},
                                             {"@module", json_text(module)},
                                             {"@timestamp", json_text(local_time(true))}};
  for (const auto& f : fields) members[std::string(f.key)] = f.is_text ? json_text(shown_value(f)) : f.value;
  std::string out = "{";
  for (const auto& [key, value] : members) {
    if (out.size() > 1) out += ',';
    out += json_text(key) + ":" + value;
  }
  return out + "}";
}

/// The facilities of syslog(3), case-insensitive.
std::optional<int> facility_from_text(const std::string& text) {
  static const std::map<std::string, int> known = {
      {"kern", LOG_KERN},     {"user", LOG_USER},     {"mail", LOG_MAIL},         {"daemon", LOG_DAEMON},
      {"auth", LOG_AUTH},     {"syslog", LOG_SYSLOG}, {"lpr", LOG_LPR},           {"news", LOG_NEWS},
      {"uucp", LOG_UUCP},     {"cron", LOG_CRON},     {"authpriv", LOG_AUTHPRIV}, {"ftp", LOG_FTP},
      {"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1}, {"local2", LOG_LOCAL2},     {"local3", LOG_LOCAL3},
      {"local4", LOG_LOCAL4}, {"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6},     {"local7", LOG_LOCAL7}};
  auto found = known.find(lower_case(text));
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

std::optional<log_level> log_level_from_text(std::string_view text) {
  auto lower = lower_case(text);
  if (lower == "trace") return log_level::trace;
  if (lower == "debug") return log_level::debug;
  if (lower == "info") return log_level::info;
  if (lower == "warn") return log_level::warn;
  if (lower == "err" || lower == "error") return log_level::error;
  return {};
}

std::string format_log_line(log_level level, std::string_view module, std::string_view message,
                            std::initializer_list<log_field> fields, bool json) {
  const shown_text shown(message);
  if (json) return json_line(level, module, shown.text(), fields);
  std::string out = local_time(false);
  out += ' ';
  out += bracket(level);
  out += ' ';
  out += module;
  out += ": ";
  out += shown.text();
  if (fields.size() > 0) out += ':';
  for (const auto& f : fields) {
    const auto value = shown_value(f);
    if (value.find('\n') != std::string::npos) {
      // Multi-line values: below the message, each line after a bar.
      out += "\n  " + std::string(f.key) + "=\n  | ";
      for (char c : value) out += c == '\n' ? std::string("\n  | ") : std::string(1, c);
      out += "\n  ";
      continue;
    }
    out += ' ';
    out += f.key;
    out += '=';
    out += f.is_text && needs_quotes(value) ? praetor::quoted(value) : value;
  }
  return out;
}

expected<std::shared_ptr<log_lines>> log_lines::open(const log_options& options) {
  auto out = std::shared_ptr<log_lines>(new log_lines);
  out->level_ = options.level;
  out->json_ = options.json;
  if (options.standard_output) out->sinks_.push_back(std::make_shared<spdlog::sinks::stdout_sink_mt>());
  if (!options.file.empty()) {
    auto file = std::make_shared<rotated_file_sink>(options);
    if (auto opened = file->open(); !opened) return tl::unexpected(opened.error());
    out->sinks_.push_back(std::move(file));
  }
  if (options.syslog) {
    auto facility = facility_from_text(options.syslog_facility);
    if (!facility)
      return fail("Syslog setup error: invalid syslog facility: " + praetor::quoted(options.syslog_facility) +
                  ". It is one of KERN, USER, MAIL, DAEMON, AUTH, SYSLOG, LPR, NEWS, UUCP, CRON, AUTHPRIV, FTP and "
                  "LOCAL0 to LOCAL7");
    out->sinks_.push_back(std::make_shared<spdlog::sinks::syslog_sink_mt>("consul", LOG_PID, *facility, true));
  }
  for (auto& sink : out->sinks_) sink->set_pattern("%v");
  return out;
}

log_lines::~log_lines() { release(); }

bool log_lines::enabled(log_level level) const {
  return level >= level_.load(std::memory_order_relaxed) ||
         (listened_.load(std::memory_order_relaxed) && level >= lowest_listener_.load(std::memory_order_relaxed));
}

void log_lines::write(log_level level, std::string_view module, std::string_view message,
                      std::initializer_list<log_field> fields) {
  if (!enabled(level)) return;
  auto line = format_log_line(level, module, message, fields, json_);
  std::lock_guard lock(mutex_);
  if (level >= level_.load()) {
    if (held_ && backlog_.size() < most_held_back)
      backlog_.emplace_back(level, line);
    else
      emit(level, line);
  }
  for (auto& [number, l] : listeners_)
    if (level >= l.level) l.on_line(l.json == json_ ? line : format_log_line(level, module, message, fields, l.json));
}

void log_lines::emit(log_level level, const std::string& line) {
  constexpr std::array levels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                              spdlog::level::err};
  spdlog::details::log_msg message("", levels[static_cast<std::size_t>(level)], line);
  for (auto& sink : sinks_) {
    sink->log(message);
    sink->flush();
  }
}

void log_lines::release() {
  std::lock_guard lock(mutex_);
  held_ = false;
  for (auto& [level, line] : backlog_) emit(level, line);
  backlog_.clear();
}

void log_lines::update_lowest() {
  auto lowest = log_level::error;
  for (auto& [number, l] : listeners_) lowest = std::min(lowest, l.level);
  lowest_listener_ = lowest;
  listened_ = !listeners_.empty();
}

std::uint64_t log_lines::listen(log_level level, bool json, std::function<void(const std::string&)> on_line) {
  std::lock_guard lock(mutex_);
  listeners_.emplace(++next_listener_, listener{level, json, std::move(on_line)});
  update_lowest();
  return next_listener_;
}

void log_lines::forget(std::uint64_t number) {
  std::lock_guard lock(mutex_);
  listeners_.erase(number);
  update_lowest();
}

} // namespace praetor
