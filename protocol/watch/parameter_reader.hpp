#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace praetor {

/// Extracts typed members from an object. Stops at the first member of a wrong type and leaves it in place.
class parameter_reader {
public:
  explicit parameter_reader(nlohmann::json& from) : from_(from) {}

  void take(const char* name, std::string& out);
  void take(const char* name, bool& out);
  /// A single text counts as a list of one.
  void take(const char* name, string_list& out);
  bool has(const char* name) const;

  /// Records a fault that the caller found, unless there is an earlier one.
  void refuse(std::string why);
  const std::optional<error>& fault() const { return fault_; }

private:
  const nlohmann::json* find(const char* name) const;
  nlohmann::json& from_;
  std::optional<error> fault_;
};

} // namespace praetor
