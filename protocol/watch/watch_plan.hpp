#pragma once

#include "protocol/codec/go_json.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <string>
#include <utility>
#include <vector>

namespace praetor {

/// The HTTP query that a watch repeats, and the form of the results for its handler.
struct watch_plan {
  std::string type;
  std::string datacenter;                                 ///< empty: the agent's own
  std::string token;                                      ///< empty: the agent's default token
  std::string path;                                       ///< not encoded
  std::vector<std::pair<std::string, std::string>> query; ///< not encoded; without datacenter, index and hash
  bool waits_by_hash = false;                             ///< the query blocks on a content hash and has no index
  bool missing_is_null = false;                           ///< a 404 yields `null`
  bool first_of_list = false;                             ///< the answer is a list of one
  bool new_events_only = false;                           ///< an answer repeats events that were delivered before
  const json_shape* shape = nullptr; ///< of the result, or of a list's elements; null: the answer unchanged
};

/// Reads the parameters of a watch from a configuration file or from the command's flags, and removes those it has
/// read. The caller removes those it handles itself and then rejects the rest.
/// @returns the plan, or the first fault in Consul's words (api/watch/plan.go)
expected<watch_plan> take_watch_plan(free_form& parameters);
/// The same in two steps: the parameters common to all watches, then those of the type.
expected<watch_plan> take_watch_heading(free_form& parameters);
expected<void> take_watch_question(free_form& parameters, watch_plan& plan);

/// Rejects unknown parameters: `Invalid parameters: [a b]`.
expected<void> refuse_unknown_parameters(const free_form& rest);

} // namespace praetor
