#include "protocol/types/config_entries/service_splitter.hpp"

#include "protocol/base/quoted.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <tuple>

namespace praetor::config_entries {

namespace {

/// What must not occur twice. Splits with header changes are never the same, because Consul compares the addresses of
/// these.
using destination_key = std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;

} // namespace

std::int64_t scaled_weight(float weight) {
  auto scaled = std::round(static_cast<double>(weight * 100.0F));
  constexpr double bound = 1e15;
  return static_cast<std::int64_t>(std::clamp(std::isfinite(scaled) ? scaled : 0.0, -bound, bound));
}

float rounded_weight(float weight) { return static_cast<float>(scaled_weight(weight)) / 100.0F; }

expected<void> service_splitter::normalize() {
  for (auto& split : splits) split.weight = rounded_weight(split.weight);
  return {};
}

expected<void> service_splitter::validate() const {
  if (name.empty()) return fail("Name is required");
  if (splits.empty()) return fail("no splits configured");
  if (auto good = check_meta(meta).result(); !good) return good;
  std::set<destination_key> seen;
  for (const auto& split : splits) {
    if (split.request_headers || split.response_headers) continue;
    const auto& service = split.service.empty() ? name : split.service;
    if (!seen.emplace(service, split.service_subset, split.namespace_name, split.partition).second)
      return fail("split destination occurs more than once: service=" + praetor::quoted(service) + ", subset=" +
                  praetor::quoted(split.service_subset) + ", namespace=" + praetor::quoted(split.namespace_name) +
                  ", partition=" + praetor::quoted(split.partition));
  }
  constexpr std::int64_t whole = 100 * 100;
  std::int64_t sum = 0;
  for (const auto& split : splits) sum += scaled_weight(split.weight);
  if (sum == whole) return {};
  char text[64];
  std::snprintf(text, sizeof text, "%f", static_cast<double>(static_cast<float>(sum) / 100.0F));
  return fail(std::string("the sum of all split weights must be 100, not ") + text);
}

string_list service_splitter::related_services() const {
  string_list out;
  for (const auto& split : splits)
    if (!split.service.empty()) out.push_back(split.service);
  return out;
}

} // namespace praetor::config_entries
