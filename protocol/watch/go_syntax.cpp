#include "protocol/watch/go_syntax.hpp"

#include "protocol/codec/json_write.hpp"

#include <nlohmann/json.hpp>

namespace praetor {

std::string go_syntax(const nlohmann::json& value) {
  if (value.is_string()) return praetor::quoted(value.get<std::string>());
  if (value.is_null()) return "interface {}(nil)";
  if (value.is_number_float()) {
    std::string number;
    json::write_float(number, value.get<double>());
    return number;
  }
  if (!value.is_structured()) return value.dump();
  if (value.is_array() && value.size() == 1) return go_syntax(value.front());
  std::string out = value.is_array() ? "[]interface {}{" : "map[string]interface {}{";
  const char* separator = "";
  for (const auto& [name, member] : value.items()) {
    out += separator + (value.is_object() ? praetor::quoted(name) + ":" : std::string()) + go_syntax(member);
    separator = ", ";
  }
  return out + "}";
}

} // namespace praetor
