#include "sim/checkers/stillness.hpp"

#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

#include <algorithm>

namespace praetor::sim {

void stillness::stays_in_catalog(const std::string& service, std::set<std::string> checks) {
  staying_[service] = std::move(checks);
}

std::string stillness::judge(const local_state& shown) const {
  for (const auto& [id, ports] : services_) {
    auto service = shown.service(id);
    if (!service) return node_ + " does not show its service " + id;
    if (!ports.contains(service->service->port))
      return node_ + " shows its service " + id + " with port " + std::to_string(service->service->port) +
             ", which it does not have";
  }
  for (const auto& [id, statuses] : checks_) {
    auto check = shown.check(id);
    auto status = check ? check->check->status : std::string();
    if (!statuses.contains(status)) {
      std::string expected;
      for (const auto& s : statuses) expected += (expected.empty() ? "\"" : " or \"") + s + "\"";
      return "check " + id + " of " + node_ + " is \"" + status + "\" and not " + expected;
    }
  }
  return {};
}

std::string stillness::moved(const std::string& what, std::uint64_t created) {
  auto& first = created_[what];
  if (first == 0) first = created;
  if (created == first) return {};
  return what + " of " + node_ + (created == 0 ? " was taken out of the catalog" : " was registered anew");
}

std::string stillness::judge(const state::store& catalog) {
  for (const auto& [id, checks] : staying_) {
    auto service = state::find_service(catalog, node_, id, nullptr).value;
    if (auto odd = moved("service " + id, service ? service->create_index : 0); !odd.empty()) return odd;
    for (const auto& c : checks) {
      auto check = state::find_check(catalog, node_, c, nullptr).value;
      if (auto odd = moved("check " + c, check ? check->create_index : 0); !odd.empty()) return odd;
    }
    auto tag = tags_.find(id);
    if (!service || tag == tags_.end() || tag->second.empty()) continue;
    if (service->tags != string_list{tag->second})
      return "the tag " + tag->second + " of " + id + " has given way to " +
             (service->tags.empty() ? "none" : service->tags.front());
  }
  return {};
}

} // namespace praetor::sim
