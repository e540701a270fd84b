#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/definitions.hpp"
#include "storage/state/radix_tree.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace praetor {

/// Whose word counts for the tags of a service with enable_tag_override.
enum class tag_owner {
  agent,   ///< the agent's: the catalog has not had the tags of this definition yet
  catalog, ///< the catalog's: it has had them, and what stands there since is in force
  unknown, ///< nothing is remembered of what the catalog has had: its own, if it has this service with the override
};

/// A service of this agent.
struct local_service {
  node_service_ptr service; ///< as it is in force: with enable_tag_override others may have set its tags
  string_list own_tags;     ///< those of its definition
  tag_owner tags_by = tag_owner::agent;
  std::string token;
  bool from_file = false; ///< defined by the configuration: never persisted
  bool sidecar = false;   ///< was made with its parent and goes with it
};
using local_service_ptr = std::shared_ptr<const local_service>;

/// The record of the service's definition, whatever others have made of its tags.
inline node_service defined_service(const local_service& s) {
  auto out = *s.service;
  out.tags = s.own_tags;
  return out;
}

/// What anti_entropy has found, or brought about: the catalog has had the tags of a definition.
struct tag_settlement {
  std::string service_id;
  string_list own;      ///< of the definition that was compared or pushed
  string_list in_force; ///< in the catalog
};

/// A check of this agent.
struct local_check {
  health_check_ptr check;
  check_definition definition;
  std::string token;
  bool from_file = false;
  /// Since when results and missed TTLs have said critical without a break. A check that has not run yet is shown
  /// critical, which counts for nothing.
  std::optional<std::chrono::steady_clock::time_point> critical_since;
};
using local_check_ptr = std::shared_ptr<const local_check>;

/// The agent's own services and checks at one moment; immutable.
class local_state {
public:
  state::radix_tree<local_service_ptr> services; ///< by id
  state::radix_tree<local_check_ptr> checks;     ///< by id
  state::radix_tree<local_check_ptr> by_service; ///< by service id, zero byte, check id; node checks under ""

  local_service_ptr service(const std::string& id, state::watch_set* watch = nullptr) const {
    auto* found = services.find(id, watch);
    return found ? *found : nullptr;
  }
  local_check_ptr check(const std::string& id, state::watch_set* watch = nullptr) const {
    auto* found = checks.find(id, watch);
    return found ? *found : nullptr;
  }
  /// The checks of one service, or of the node itself for "".
  template <class Visit>
  void for_checks_of(const std::string& service_id, state::watch_set* watch, Visit&& visit) const {
    by_service.for_each(service_id + '\0', watch,
                        [&](std::string_view, const local_check_ptr& check) { visit(check); });
  }
};

/// Where the registry publishes its state; any thread reads without asking it.
class local_state_publication {
public:
  local_state_publication() : current_(std::make_shared<const local_state>()) {}
  std::shared_ptr<const local_state> get() const { return current_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const local_state> next) { current_.store(std::move(next), std::memory_order_release); }

private:
  std::atomic<std::shared_ptr<const local_state>> current_;
};

} // namespace praetor
