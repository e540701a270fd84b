#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace praetor {

/// A hash of a sequence of pieces, equal on every platform, eight bytes per step. Distinguishes accidental differences;
/// not collision-resistant against an attacker.
class fingerprint {
public:
  void add(std::uint64_t word) {
    value_ = (value_ ^ word) * 0x9e3779b97f4a7c15ull; // odd, hence invertible
    value_ ^= value_ >> 32;
  }
  /// The boundaries between pieces are part of the hash.
  void add(std::string_view bytes) {
    std::uint64_t word = 0;
    for (; bytes.size() >= sizeof word; bytes.remove_prefix(sizeof word)) add(word_at(bytes.data(), sizeof word));
    add(word_at(bytes.data(), bytes.size()) ^ std::uint64_t{bytes.size() + 1} << 56);
  }
  std::uint64_t value() const { return value_; }

private:
  static std::uint64_t word_at(const char* from, std::size_t size) {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t word = 0;
    std::memcpy(&word, from, size);
    return word;
  }

  std::uint64_t value_ = 0xcbf29ce484222325ull;
};

} // namespace praetor
