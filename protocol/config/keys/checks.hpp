#pragma once

#include <cstdint>
#include <vector>

#include "protocol/config/key_row.hpp"
#include "protocol/types/definitions.hpp"

namespace praetor::config {

/// The members of `runtime_config` that the keys below set.
struct check_section {
  std::vector<service_definition> services;
  std::vector<check_definition> checks;
  std::vector<free_form> watches;
  bool enable_script_checks = false;
  bool enable_local_script_checks = false;
  bool enable_agent_tls_for_checks = false;
  bool discard_check_output = false;
  std::int64_t check_output_max_size = 4096;
  bool operator==(const check_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Services, checks and watches of the agent.
template <class Config>
inline constexpr key_row checks[] = {
    {.path = "enable_script_checks",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::enable_script_checks>,
     .shown = "EnableRemoteScriptChecks",
     .flag = "enable-script-checks",
     .doc = "Allow script checks from configuration files and from HTTP."},
    {.path = "enable_local_script_checks",
     .kind = k::boolean,
     .traits = reloadable,
     .falls_back = "enable_script_checks",
     .member = at<&Config::enable_local_script_checks>,
     .shown = "EnableLocalScriptChecks",
     .flag = "enable-local-script-checks",
     .doc = "Allow script checks that come from configuration files."},
    {.path = "enable_agent_tls_for_checks",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::enable_agent_tls_for_checks>,
     .shown = "EnableAgentTLSForChecks",
     .doc = "Present the agent's certificate to checked targets."},
    {.path = "discard_check_output",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&Config::discard_check_output>,
     .shown = "DiscardCheckOutput",
     .doc = "Discard the output of checks."},
    {.path = "check_output_max_size",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "4096",
     .member = at<&Config::check_output_max_size>,
     .shown = "CheckOutputMaxSize",
     .flag = "check_output_max_size",
     .doc = "Maximum bytes of a check's output to store."},
    {.path = "watches",
     .kind = k::any_map_list,
     .traits = reloadable,
     .doc = "Watches, each with a program or URL that handles changes."},
};

} // namespace praetor::config::keys
