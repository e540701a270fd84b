#include "actors/health/start_check.hpp"

#include "actors/health/alias_check.hpp"
#include "actors/health/catalog_alias.hpp"
#include "actors/health/probe_check.hpp"
#include "actors/health/ttl_check.hpp"

namespace praetor {

check_runner_actor start_check(registry_actor::pointer parent, check_start start) {
  auto kind = check_kind(start.definition);
  if (kind.empty()) return {};
  if (kind == "ttl") return parent->spawn(ttl_check, std::move(start));
  if (kind == "alias" && !start.definition.alias_node.empty()) return parent->spawn(catalog_alias, std::move(start));
  if (kind == "alias") return parent->spawn(alias_check, std::move(start));
  return parent->spawn(probe_check, std::move(start));
}

} // namespace praetor
