#include "protocol/codec/type_naming.hpp"

namespace praetor::detail {

std::string camel_case(std::string_view snake) {
  std::string out;
  bool upper = true;
  for (char c : snake) {
    if (c == '_') {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return out;
}

std::string_view unqualified_type_name(std::string_view pretty_function) {
  // GCC: "... [with T = praetor::node; std::string_view = ...]"; Clang: "... [T = praetor::node]".
  auto start = pretty_function.find("T = ");
  if (start == std::string_view::npos) return {};
  auto name = pretty_function.substr(start + 4);
  name = name.substr(0, name.find_first_of(";]"));
  if (name.find('<') != std::string_view::npos) name = name.substr(0, name.find('<'));
  auto colon = name.rfind(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

} // namespace praetor::detail
