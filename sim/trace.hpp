#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace praetor::sim {

/// The fingerprint of a run: equal for equal runs. Order counts. (FNV-1a, so that it is the same on every machine.)
class trace {
public:
  void mix(std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned char>(number >> shift));
    ++events_;
  }
  void mix(std::string_view text) {
    for (char c : text) byte(static_cast<unsigned char>(c));
    mix(text.size());
  }
  void mix(std::chrono::nanoseconds time) { mix(static_cast<std::uint64_t>(time.count())); }

  std::uint64_t hash() const { return hash_; }
  std::uint64_t events() const { return events_; }

private:
  void byte(unsigned char b) {
    hash_ ^= b;
    hash_ *= 1099511628211ull;
  }

  std::uint64_t hash_ = 14695981039346656037ull;
  std::uint64_t events_ = 0;
};

} // namespace praetor::sim
