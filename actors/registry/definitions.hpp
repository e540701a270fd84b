#pragma once

#include "actors/registry/local_state.hpp"
#include "actors/registry/registration.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace praetor {

class probe_port;
namespace config {
struct runtime_config;
}

/// The configuration of the agent's services and checks.
struct registry_settings {
  std::string node_name;
  bool enable_script_checks = false;
  bool enable_local_script_checks = false;
  bool discard_check_output = false;
  std::size_t check_output_max_size = 4096;
  nanoseconds check_update_interval{std::chrono::minutes(5)};
  nanoseconds deregister_interval_min{std::chrono::minutes(1)};
  nanoseconds reap_interval{std::chrono::seconds(30)};
};
registry_settings registry_settings_of(const config::runtime_config& config);

/// How many bytes of a check's output are kept: as the check's definition says, but at most the agent's limit.
/// @param most check_output_max_size
std::size_t output_limit(const check_definition& check, std::size_t most);

/// The configured services and checks by id. The last of several definitions with one id wins.
struct file_definitions {
  std::map<std::string, service_registration> services; ///< without checks
  std::map<std::string, check_registration> checks;     ///< including service checks
};
file_definitions definitions_of(const config::runtime_config& config);

/// Whether the agent accepts a check; the error says why not.
/// @param service its service; null: a node check, or the service does not exist
/// @param probes asked whether the check can be run here; null: accepted before, whatever is missing at present
expected<void> admissible(const check_registration& r, const registry_settings& settings, const node_service* service,
                          const probe_port* probes);
/// Whether the agent accepts a service with its checks.
expected<void> admissible(const service_registration& r, const registry_settings& settings, const probe_port* probes);

/// Why the agent rejects the definitions of a configuration; nothing if it accepts all of them.
/// @param current the registry's state: a check may belong to a service registered over the API
/// @param probes asked whether the checks can be run here; may be null
std::optional<error> refused_definitions(const config::runtime_config& config, const local_state& current,
                                         const probe_port* probes);

/// Why a definition needs an unsupported feature; nothing if it does not.
std::optional<std::string> fault_in_sidecar(const service_definition& definition);

} // namespace praetor
