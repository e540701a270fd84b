#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace praetor::filter {

/// The maximal pattern length in bytes. Unicode letter classes expand to hundreds of three-byte ranges.
inline constexpr std::size_t longest_pattern = 2 << 10;
/// The memory limit of a compiled pattern and its automaton, in bytes. Compiling rejects a pattern that needs more. RE2
/// replaces an automaton that outgrows it at run time with an NFA simulation, which takes text length times
/// `steps_per_byte`.
inline constexpr std::int64_t pattern_memory = 512 << 10;

/// A regular expression in RE2 syntax. Matches anywhere in the text.
class regexp {
public:
  explicit regexp(const std::string& pattern);
  ~regexp();
  /// Empty if the pattern compiled; otherwise Go's error text.
  const std::string& error() const { return error_; }
  bool matches(std::string_view text) const;
  /// The leftmost match and its groups, of which those that took no part are empty; an empty list if there is no match.
  std::vector<std::string> groups(std::string_view text) const;
  /// Worst-case steps per byte of text: the number of instructions of the compiled program. 0 if the pattern is
  /// invalid.
  std::size_t steps_per_byte() const;

private:
  std::unique_ptr<re2::RE2> compiled_; ///< null: the pattern is too long
  std::string error_;
};

} // namespace praetor::filter
