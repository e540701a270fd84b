#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/definitions.hpp"
#include "protocol/types/error.hpp"
#include "storage/agent_store/agent_store.hpp"

#include <string>
#include <string_view>

/// The persisted records of an agent, in the JSON that Consul writes to its data_dir (agent/agent.go).
namespace praetor::storage {

/// The source of a definition. Stored definitions with another source are dropped; an empty one (old files) means
/// `local`.
inline constexpr std::string_view source_local = "local";
inline constexpr std::string_view source_remote = "remote";
inline bool is_known_source(std::string_view source) {
  return source.empty() || source == source_local || source == source_remote;
}

struct persisted_service {
  std::string token;
  node_service service;
  std::string source;
  bool locally_registered_as_sidecar = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Token"}, x.token);
    f(field{"Service"}, x.service);
    f(field{"Source"}, x.source);
    f(field{"LocallyRegisteredAsSidecar", omit_empty}, x.locally_registered_as_sidecar);
  }
  bool operator==(const persisted_service&) const = default;
};

/// The last resolved central configuration of a service.
struct persisted_service_config {
  std::string service_id;
  free_form defaults;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ServiceID"}, x.service_id);
    f(field{"Defaults"}, x.defaults);
  }
  bool operator==(const persisted_service_config&) const = default;
};

/// A `check_definition` in the shape of the files: every field is present, durations are nanoseconds, and the id is
/// called CheckID. Token and service id stand elsewhere.
struct persisted_check_type {
  check_definition definition;

  persisted_check_type() {
    definition.h2ping_use_tls = false;
    definition.failures_before_warning = 0; // not set
  }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    check_definition::fields(
        [&](const field& of_definition, auto& member) {
          auto name = of_definition.name;
          if (name == "CheckID" || name == "ServiceID" || name == "Token" || name == "Args") return;
          f(field{name == "ID" ? std::string_view("CheckID") : name, null_if_empty}, member);
        },
        x.definition);
  }
  bool operator==(const persisted_check_type&) const = default;
};

persisted_check_type to_persisted(const check_definition& definition);
/// Leaves token and service id empty: they are not part of the stored shape.
check_definition from_persisted(const persisted_check_type& type);

struct persisted_check {
  health_check check;
  persisted_check_type check_type;
  std::string token;
  std::string source;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Check"}, x.check);
    f(field{"ChkType"}, x.check_type);
    f(field{"Token"}, x.token);
    f(field{"Source"}, x.source);
  }
  bool operator==(const persisted_check&) const = default;
};

/// The last result of a TTL check, valid until it expires.
struct persisted_check_state {
  std::string check_id, output, status;
  std::int64_t expires = 0; ///< Unix seconds

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"CheckID"}, x.check_id);
    f(field{"Output"}, x.output);
    f(field{"Status"}, x.status);
    f(field{"Expires"}, x.expires);
  }
  bool operator==(const persisted_check_state&) const = default;
};

/// The tags of a service that others may override. Consul has no such file.
struct persisted_tags {
  std::string service_id;
  string_list own;      ///< those of the definition that the catalog had last
  string_list in_force; ///< last seen in the catalog

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ServiceID"}, x.service_id);
    f(field{"Own"}, x.own);
    f(field{"InForce"}, x.in_force);
  }
  bool operator==(const persisted_tags&) const = default;
};

/// The change that stores a value under its id.
agent_change put(const persisted_service& value);
agent_change put(const persisted_service_config& value);
agent_change put(const persisted_check& value);
agent_change put(const persisted_check_state& value);
agent_change put(const persisted_tags& value);

/// Parses the stored text; the error describes the fault.
expected<persisted_service> read_service(std::string_view text);
expected<persisted_service_config> read_service_config(std::string_view text);
expected<persisted_check> read_check(std::string_view text);
expected<persisted_check_state> read_check_state(std::string_view text);
expected<persisted_tags> read_tags(std::string_view text);

} // namespace praetor::storage
