#include "protocol/config/paths.hpp"

namespace praetor::config {

using hcl::value;

const value* value_at(const value& tree, std::string_view path) {
  const auto* at = &tree;
  while (at != nullptr) {
    auto dot = path.find('.');
    at = at->find(path.substr(0, dot));
    if (dot == std::string_view::npos) return at;
    path.remove_prefix(dot + 1);
  }
  return nullptr;
}

value& slot_at(value& tree, std::string_view path) {
  auto* at = &tree;
  while (true) {
    auto dot = path.find('.');
    at = &(*at)[path.substr(0, dot)];
    if (dot == std::string_view::npos) return *at;
    if (!at->is(value::kind::object)) *at = value::empty_object();
    path.remove_prefix(dot + 1);
  }
}

} // namespace praetor::config
