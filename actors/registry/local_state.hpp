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

/// Which tags of a service with enable_tag_override are in force.
enum class tag_owner {
  agent,   ///< the agent's: the catalog has not had the tags of this definition yet
  catalog, ///< the catalog's: it has had them, and may have changed them since
  unknown, ///< unknown after a restart: the catalog's, if it has this service with the override
};

/// A service of this agent.
struct local_service {
  node_service_ptr service; ///< as in force: with enable_tag_override others may have set its tags
  string_list own_tags;     ///< those of its definition
  tag_owner tags_by = tag_owner::agent;
  std::string token;
  bool from_file = false; ///< defined in the configuration: never persisted
  bool sidecar = false;   ///< created with its parent service and removed with it
};
using local_service_ptr = std::shared_ptr<const local_service>;

/// The record as defined, without tag overrides.
inline node_service defined_service(const local_service& s) {
  auto out = *s.service;
  out.tags = s.own_tags;
  return out;
}

/// Reports from anti_entropy that the catalog has had a definition's tags.
struct tag_settlement {
  std::string service_id;
  string_list own;      ///< of the compared or pushed definition
  string_list in_force; ///< in the catalog
};

/// A check of this agent.
struct local_check {
  health_check_ptr check;
  check_definition definition;
  std::string token;
  bool from_file = false;
  /// Since when results and missed TTLs have been critical without interruption. The initial critical status of a check
  /// that has not run does not count.
  std::optional<std::chrono::steady_clock::time_point> critical_since;
};
using local_check_ptr = std::shared_ptr<const local_check>;

/// A snapshot of the agent's services and checks; immutable.
class local_state {
public:
  state::radix_tree<local_service_ptr> services; ///< by id
  state::radix_tree<local_check_ptr> checks;     ///< by id
  state::radix_tree<local_check_ptr> by_service; ///< by service id, zero byte, check id; node checks have service id ""

  local_service_ptr service(const std::string& id, state::watch_set* watch = nullptr) const {
    auto* found = services.find(id, watch);
    return found ? *found : nullptr;
  }
  local_check_ptr check(const std::string& id, state::watch_set* watch = nullptr) const {
    auto* found = checks.find(id, watch);
    return found ? *found : nullptr;
  }
  /// The checks of a service; "" means the node itself.
  template <class Visit>
  void for_checks_of(const std::string& service_id, state::watch_set* watch, Visit&& visit) const {
    by_service.for_each(service_id + '\0', watch,
                        [&](std::string_view, const local_check_ptr& check) { visit(check); });
  }
};

/// The registry's published state; any thread reads it without asking an actor.
class local_state_publication {
public:
  local_state_publication() : current_(std::make_shared<const local_state>()) {}
  std::shared_ptr<const local_state> get() const { return current_.load(std::memory_order_acquire); }
  void publish(std::shared_ptr<const local_state> next) { current_.store(std::move(next), std::memory_order_release); }

private:
  std::atomic<std::shared_ptr<const local_state>> current_;
};

} // namespace praetor
