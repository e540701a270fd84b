#include "frontends/simulation/progress.hpp"

#include <array>
#include <cstdio>
#include <unistd.h>

namespace praetor::simulation {

namespace {

std::string with_one_decimal(double number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", number);
  return text.data();
}

} // namespace

progress_line::progress_line(std::ostream& out, std::uint64_t total, bool asked)
    : out_(out), total_(total), shown_(asked || ::isatty(STDERR_FILENO) != 0), terminal_(::isatty(STDERR_FILENO) != 0) {
}

double progress_line::elapsed_seconds() const { return std::chrono::duration<double>(steady::now() - began_).count(); }

void progress_line::show(std::uint64_t finished, const std::string& remark) {
  // Writes less often to a file than to a terminal.
  auto pause = terminal_ ? std::chrono::milliseconds(200) : std::chrono::seconds(10);
  if (!shown_ || steady::now() - last_ < pause) return;
  last_ = steady::now();
  auto rate = static_cast<double>(finished) / std::max(elapsed_seconds(), 0.001);
  std::string text = std::to_string(finished);
  if (total_ > 0) text += " of " + std::to_string(total_);
  text += " runs, " + with_one_decimal(rate) + " a second";
  if (total_ > finished && rate > 0)
    text += ", " + with_one_decimal(static_cast<double>(total_ - finished) / rate) + " s left";
  if (!remark.empty()) text += ", " + remark;
  out_ << (terminal_ ? "\r\033[K" : "") << text << (terminal_ ? "" : "\n") << std::flush;
}

void progress_line::end() {
  if (shown_ && terminal_) out_ << "\r\033[K" << std::flush;
}

} // namespace praetor::simulation
