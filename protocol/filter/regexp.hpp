#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace praetor::filter {

/// Longest pattern in bytes. Classes of Unicode letters make hundreds of ranges of three bytes.
inline constexpr std::size_t longest_pattern = 2 << 10;
/// Bytes that a compiled pattern and its automaton may take. A pattern that needs more is refused when it is compiled;
/// an automaton that needs more while it runs is replaced by a simulation that takes length of text times
/// `steps_per_byte`.
inline constexpr std::int64_t pattern_memory = 512 << 10;

/// A regular expression in the syntax that users know from the server side. Matches anywhere in the text.
class regexp {
public:
  explicit regexp(const std::string& pattern);
  ~regexp();
  /// Empty if the pattern is good; else Go's error text.
  const std::string& error() const { return error_; }
  bool matches(std::string_view text) const;
  /// How many steps one byte of a text takes in the worst case: the instructions of the compiled program. 0 if the
  /// pattern is bad.
  std::size_t steps_per_byte() const;

private:
  std::unique_ptr<re2::RE2> compiled_; ///< null: the pattern is too long
  std::string error_;
};

} // namespace praetor::filter
