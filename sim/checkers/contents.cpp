#include "sim/checkers/contents.hpp"

#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_kv.hpp"

#include <string_view>

namespace praetor::sim {

namespace {

constexpr std::string_view catalog = "catalog/";

std::string read_service(const state::store& from, std::string_view node) {
  for (const auto& s : state::node_services(from, node, nullptr).value.services)
    if (s->id == "db") return "v" + std::to_string(s->port);
  return {};
}

} // namespace

contents read_contents(const state::store& from, const std::set<std::string>& names) {
  contents out;
  for (const auto& name : names) {
    if (name.starts_with(catalog)) {
      out[name] = read_service(from, std::string_view(name).substr(catalog.size()));
      continue;
    }
    auto entry = state::kv_get(from, name, nullptr).value;
    out[name] = entry ? entry->value.bytes : std::string();
  }
  return out;
}

} // namespace praetor::sim
