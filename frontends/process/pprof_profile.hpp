#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace praetor {

/// Writes a profile in the format of the pprof tool: profile.proto in gzip.
class pprof_profile {
public:
  using unit_of = std::pair<std::string, std::string>; ///< what is measured, and in what: {"cpu", "nanoseconds"}

  /// @param values what each sample says
  explicit pprof_profile(const std::vector<unit_of>& values);
  pprof_profile(const pprof_profile&) = delete;

  /// @param stack names of functions or whatever stands for them, the innermost first
  /// @param values as many as were announced
  void add(const std::vector<std::string>& stack, const std::vector<std::int64_t>& values);

  /// @param now Unix time
  /// @param duration what the profile covers; 0: one moment
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
