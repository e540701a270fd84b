#pragma once

#include "actors/registry/local_state.hpp"
#include "storage/state/store.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace praetor::sim {

/// The expected services and checks of an agent, and what the catalog must keep of them, according to its clients and
/// its configuration. Several values are possible after a change with an unknown outcome.
class stillness {
public:
  /// @param node the agent's node name
  explicit stillness(std::string node) : node_(std::move(node)) {}

  /// Adds a possible status of a check; "": absent.
  void may_be(const std::string& check, std::string status) { checks_[check].insert(std::move(status)); }
  void is(const std::string& check, std::string status) { checks_[check] = {std::move(status)}; }
  const std::set<std::string>& of(const std::string& check) { return checks_[check]; }
  /// Adds a possible port of the service.
  void service_may_be(const std::string& id, std::int64_t port) { services_[id].insert(port); }
  void service_is(const std::string& id, std::int64_t port) { services_[id] = {port}; }
  /// The catalog must never lose this service or these checks once it has them.
  void stays_in_catalog(const std::string& service, std::set<std::string> checks);
  /// The service's tag in the catalog must be exactly this until the next call; "": any.
  void tag_is(const std::string& service, std::string tag) { tags_[service] = std::move(tag); }

  /// @returns an unexpected value in the agent, or ""
  std::string judge(const local_state& shown) const;
  /// @returns a change in the catalog, or ""
  std::string judge(const state::store& catalog);

private:
  /// @param created CreateIndex; 0: absent
  std::string moved(const std::string& what, std::uint64_t created);

  std::string node_;
  std::map<std::string, std::set<std::string>> checks_;
  std::map<std::string, std::set<std::int64_t>> services_;
  std::map<std::string, std::set<std::string>> staying_; ///< checks by service
  std::map<std::string, std::string> tags_;
  std::map<std::string, std::uint64_t> created_; ///< CreateIndexes when first seen
};

} // namespace praetor::sim
