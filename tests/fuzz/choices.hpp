#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>

namespace praetor::fuzz {

/// The source of choices in a run: a fuzzer's bytes, or a seed. The run ends when it is exhausted.
class choices {
public:
  /// @param bytes must outlive this
  explicit choices(std::string_view bytes) : bytes_(bytes) {}
  /// @param steps how many numbers are drawn before the end
  choices(std::uint64_t seed, std::size_t steps) : random_(seed), left_(steps), drawn_(true) {}

  bool done() const { return drawn_ ? left_ == 0 : at_ >= bytes_.size(); }
  /// 0 to bound - 1; 0 at the end.
  std::uint64_t below(std::uint64_t bound) {
    if (bound <= 1 || done()) return 0;
    if (drawn_) {
      --left_;
      return random_() % bound;
    }
    std::uint64_t value = 0;
    for (std::uint64_t reach = 1; reach < bound && at_ < bytes_.size(); reach <<= 8) {
      value = value << 8 | static_cast<unsigned char>(bytes_[at_++]);
      if (reach >> 56 != 0) break;
    }
    return value % bound;
  }
  bool one_in(std::uint64_t n) { return below(n) == 0; }
  std::uint64_t any() { return below(~std::uint64_t{0}); }
  template <class T>
  T one_of(std::initializer_list<T> values) {
    return *(values.begin() + below(values.size()));
  }
  std::string text(std::size_t most) {
    std::string out(below(most + 1), '\0');
    for (auto& c : out) c = static_cast<char>(below(256));
    return out;
  }
  /// The remaining bytes; empty for a seed.
  std::string_view rest() {
    auto out = drawn_ ? std::string_view() : bytes_.substr(at_);
    at_ = bytes_.size();
    return out;
  }

private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::mt19937_64 random_;
  std::size_t left_ = 0;
  bool drawn_ = false;
};

} // namespace praetor::fuzz
