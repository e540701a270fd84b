#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api {

namespace {

#define PRAETOR_LIST_FAMILY(name) &name##_endpoints::family,
constexpr std::span<const route> (*families[])() = {PRAETOR_ROUTE_FAMILIES(PRAETOR_LIST_FAMILY)};
#undef PRAETOR_LIST_FAMILY

} // namespace

std::vector<const route*> all_routes() {
  std::vector<const route*> out;
  for (auto* rows_of : families)
    for (const auto& row : rows_of()) out.push_back(&row);
  return out;
}

} // namespace praetor::api
