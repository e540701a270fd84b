#pragma once

#include "protocol/types/fingerprint.hpp"

#include <chrono>

namespace praetor::sim {

/// The fingerprint of a run: equal for equal runs. The order matters.
class trace {
public:
  void mix(std::uint64_t number) {
    hash_.add(number);
    ++events_;
  }
  void mix(std::string_view text) {
    hash_.add(text);
    ++events_;
  }
  void mix(std::chrono::nanoseconds time) { mix(static_cast<std::uint64_t>(time.count())); }

  std::uint64_t hash() const { return hash_.value(); }
  std::uint64_t events() const { return events_; }

private:
  fingerprint hash_;
  std::uint64_t events_ = 0;
};

} // namespace praetor::sim
