#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace praetor {

/// Keeps the tail of a byte stream of any length.
class last_bytes {
public:
  explicit last_bytes(std::size_t limit) : limit_(limit) {}

  void append(std::string_view bytes) {
    total_ += bytes.size();
    if (bytes.size() >= limit_)
      kept_.assign(bytes.substr(bytes.size() - limit_));
    else
      kept_.append(bytes);
    // Trimming only at twice the limit keeps the cost of an append constant (amortized).
    if (kept_.size() > 2 * limit_) kept_.erase(0, kept_.size() - limit_);
  }
  /// The last bytes, up to the limit.
  std::string_view kept() const {
    std::string_view all = kept_;
    return all.size() > limit_ ? all.substr(all.size() - limit_) : all;
  }
  /// The kept bytes, preceded by a note if the stream was longer.
  std::string text() const {
    if (!cut()) return std::string(kept());
    return "Captured " + std::to_string(kept().size()) + " of " + std::to_string(total_) + " bytes\n...\n" +
           std::string(kept());
  }
  std::size_t total() const { return total_; }
  bool cut() const { return total_ > limit_; }

private:
  std::size_t limit_;
  std::size_t total_ = 0;
  std::string kept_; // up to twice the limit
};

} // namespace praetor
