#pragma once

#include "frontends/api/dns/dns_answer.hpp"
#include "protocol/acl/authorizer.hpp"
#include "protocol/config/runtime_config.hpp"
#include "storage/state/store.hpp"

#include <map>

namespace praetor::dns {

/// What the configuration says about names.
struct lookup_settings {
  lookup_settings() = default;
  explicit lookup_settings(const config::runtime_config& c);

  std::string datacenter;
  bool has_recursors = false;
  std::string domain, alt_domain; ///< wire names; `alt_domain` is empty if there is none
  config::dns_settings dns;
};

/// What recursors said about host names: by wire name in lower case.
using resolved_names = std::map<std::string, std::vector<record>, std::less<>>;

/// What an answer is looked up in.
struct lookup_world {
  const lookup_settings& settings;
  const state::store& store; ///< of the datacenter that the settings name
  const acl::authorizer& who;
  state::watch_set* watch = nullptr;
  const resolved_names* resolved = nullptr;
};

struct lookup_result {
  answer_set set;
  /// Host names that recursors have to resolve before the answer is complete; dotted. What depends on them must not be
  /// kept.
  std::vector<std::string> unresolved;
  bool used_resolved = false;
  bool foreign =
      false; ///< a name is of another datacenter, which may get a path at any moment: the set must not be kept
};

/// Finds what belongs to a question.
/// @param name as the client wrote it, in wire form
/// @param edns longer lists are given to clients that can take them
lookup_result look_up(const lookup_world& world, std::string_view name, std::uint16_t type, bool edns);

/// How long clients may keep what they learn of a service.
std::uint32_t service_ttl(const config::dns_settings& dns, std::string_view service);

} // namespace praetor::dns
