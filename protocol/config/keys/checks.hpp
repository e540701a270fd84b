#pragma once

#include "protocol/config/key_row.hpp"

namespace praetor::config::keys {

/// Services, checks and watches of the agent.
inline constexpr key_row checks[] = {
    {.path = "enable_script_checks",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&runtime_config::enable_script_checks>,
     .shown = "EnableRemoteScriptChecks",
     .flag = "enable-script-checks",
     .doc = "Allow script checks from configuration files and from HTTP."},
    {.path = "enable_local_script_checks",
     .kind = k::boolean,
     .traits = reloadable,
     .falls_back = "enable_script_checks",
     .member = at<&runtime_config::enable_local_script_checks>,
     .shown = "EnableLocalScriptChecks",
     .flag = "enable-local-script-checks",
     .doc = "Allow script checks that come from configuration files."},
    {.path = "enable_agent_tls_for_checks",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&runtime_config::enable_agent_tls_for_checks>,
     .shown = "EnableAgentTLSForChecks",
     .doc = "Present the agent's certificate to what is checked."},
    {.path = "discard_check_output",
     .kind = k::boolean,
     .traits = reloadable,
     .member = at<&runtime_config::discard_check_output>,
     .shown = "DiscardCheckOutput",
     .doc = "Keep no output of checks."},
    {.path = "check_output_max_size",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "4096",
     .member = at<&runtime_config::check_output_max_size>,
     .shown = "CheckOutputMaxSize",
     .flag = "check_output_max_size",
     .doc = "Most bytes of output that are kept of a check."},
    {.path = "watches",
     .kind = k::any_map_list,
     .traits = reloadable,
     .doc = "Watches, each with the program or URL that is told of changes."},
};

} // namespace praetor::config::keys
