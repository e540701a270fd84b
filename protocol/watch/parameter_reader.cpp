#include "protocol/watch/parameter_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor {

const nlohmann::json* parameter_reader::find(const char* name) const {
  if (fault_) return nullptr;
  auto found = from_.find(name);
  return found == from_.end() ? nullptr : &*found;
}

bool parameter_reader::has(const char* name) const { return from_.contains(name); }

void parameter_reader::take(const char* name, std::string& out) {
  const auto* value = find(name);
  if (!value) return;
  if (!value->is_string()) return refuse(std::string("Expecting ") + name + " to be a string");
  out = value->get<std::string>();
  from_.erase(name);
}

void parameter_reader::take(const char* name, bool& out) {
  const auto* value = find(name);
  if (!value) return;
  if (!value->is_boolean()) return refuse(std::string("Expecting ") + name + " to be a boolean");
  out = value->get<bool>();
  from_.erase(name);
}

void parameter_reader::take(const char* name, string_list& out) {
  const auto* value = find(name);
  if (!value) return;
  bool is_list = value->is_array() &&
                 std::all_of(value->begin(), value->end(), [](const nlohmann::json& each) { return each.is_string(); });
  if (!is_list && !value->is_string()) return refuse(std::string("Expecting ") + name + " to be a string or []string");
  out = is_list ? value->get<string_list>() : string_list{value->get<std::string>()};
  from_.erase(name);
}

void parameter_reader::refuse(std::string why) {
  if (!fault_) fault_ = error{std::move(why)};
}

} // namespace praetor
