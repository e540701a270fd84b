#pragma once

#include "actors/registry/local_state.hpp"
#include "storage/state/store.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace praetor::sim {

/// What an agent has to show of its own services and checks, and what the catalog has to keep of them, by what its
/// clients and its configuration say. A change whose outcome is open leaves several values possible.
class stillness {
public:
  /// @param node name of the agent
  explicit stillness(std::string node) : node_(std::move(node)) {}

  /// A check's status, "" while it is not there.
  void may_be(const std::string& check, std::string status) { checks_[check].insert(std::move(status)); }
  void is(const std::string& check, std::string status) { checks_[check] = {std::move(status)}; }
  const std::set<std::string>& of(const std::string& check) { return checks_[check]; }
  /// Port of the service.
  void service_may_be(const std::string& id, std::int64_t port) { services_[id].insert(port); }
  void service_is(const std::string& id, std::int64_t port) { services_[id] = {port}; }
  /// This service, or check, is never taken out of the catalog once it is there.
  void stays_in_catalog(const std::string& service, std::set<std::string> checks);
  /// The service's tag in the catalog is this and no other, until the next call; "": any.
  void tag_is(const std::string& service, std::string tag) { tags_[service] = std::move(tag); }

  /// @returns what the agent shows otherwise, or ""
  std::string judge(const local_state& shown) const;
  /// @returns what has moved in the catalog, or ""
  std::string judge(const state::store& catalog);

private:
  /// @param created index of its creation, 0: it is not there
  std::string moved(const std::string& what, std::uint64_t created);

  std::string node_;
  std::map<std::string, std::set<std::string>> checks_;
  std::map<std::string, std::set<std::int64_t>> services_;
  std::map<std::string, std::set<std::string>> staying_; ///< checks by their service
  std::map<std::string, std::string> tags_;
  std::map<std::string, std::uint64_t> created_; ///< since it was first seen
};

} // namespace praetor::sim
