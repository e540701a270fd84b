#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace praetor {

/// Writes a profile in pprof's format: gzipped profile.proto.
class pprof_profile {
public:
  using unit_of = std::pair<std::string, std::string>; ///< type and unit: {"cpu", "nanoseconds"}

  /// @param values the values of each sample
  explicit pprof_profile(const std::vector<unit_of>& values);
  pprof_profile(const pprof_profile&) = delete;

  /// @param stack names of functions or equivalents, innermost first
  /// @param values as many as declared
  void add(const std::vector<std::string>& stack, const std::vector<std::int64_t>& values);

  /// @param now Unix time
  /// @param duration of the profile; 0: a snapshot
  std::string gzipped(nanoseconds now, nanoseconds duration) const;

private:
  std::int64_t text(const std::string& value);
  std::uint64_t location(const std::string& function);

  std::map<std::string, std::int64_t> texts_;
  std::vector<std::string> table_;
  std::map<std::string, std::uint64_t> locations_;
  std::string types_, samples_, functions_; ///< encoded
};

} // namespace praetor
