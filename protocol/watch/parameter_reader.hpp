#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

namespace praetor {

/// Takes typed members out of an object. The first one of a wrong type stays where it is, and nothing is read after it.
class parameter_reader {
public:
  explicit parameter_reader(nlohmann::json& from) : from_(from) {}

  void take(const char* name, std::string& out);
  void take(const char* name, bool& out);
  /// A text stands for a list of one.
  void take(const char* name, string_list& out);
  bool has(const char* name) const;

  /// Tells a fault of the caller's own, unless there is an earlier one.
  void refuse(std::string why);
  const std::optional<error>& fault() const { return fault_; }

private:
  const nlohmann::json* find(const char* name) const;
  nlohmann::json& from_;
  std::optional<error> fault_;
};

} // namespace praetor
