#pragma once

#include "frontends/cli/agent_client.hpp"
#include "protocol/types/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor::cli {

/// What the flags of a watch said.
struct watch_parameters {
  std::string type, key, prefix, service, state, name, filter;
  std::vector<std::string> tags;
  std::optional<bool> passing_only;
};

/// One blocking query and how its answer is shown.
struct watch_plan {
  http_request request;
  bool missing_is_null = false;             ///< a 404 is the result `null`
  bool first_of_list = false;               ///< the answer is a list of one
  const struct json_shape* shape = nullptr; ///< of the result, or of a list's elements
};

/// Checks the parameters against the type. The error is the one line that the command prints.
expected<watch_plan> make_watch_plan(const watch_parameters& parameters);

/// The answer as the official client library would hand it to a watch.
go_json watch_result(const watch_plan& plan, const go_json& body);

} // namespace praetor::cli
