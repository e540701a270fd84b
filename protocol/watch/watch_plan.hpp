#pragma once

#include "protocol/codec/go_json.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <string>
#include <utility>
#include <vector>

namespace praetor {

/// One query of the HTTP API that is repeated for as long as a watch lives, and the form in which its answers are
/// shown to a handler.
struct watch_plan {
  std::string type;
  std::string datacenter;                                 ///< empty: that of the agent that answers
  std::string token;                                      ///< empty: the agent's default token
  std::string path;                                       ///< not encoded
  std::vector<std::pair<std::string, std::string>> query; ///< not encoded; without datacenter, index and hash
  bool waits_by_hash = false;                             ///< the query blocks on a hash of its answer and has no index
  bool missing_is_null = false;                           ///< a 404 is the result `null`
  bool first_of_list = false;                             ///< the answer is a list of one
  bool new_events_only = false;                           ///< an answer repeats events that were seen before
  const json_shape* shape = nullptr; ///< of the result, or of a list's elements; null: the answer as it is
};

/// Reads a watch's parameters as they stand in a configuration file or behind the command's flags, and removes those
/// that it has read. The caller removes what it knows itself and then refuses the rest.
/// @returns the plan, or the first fault in the words of the reference (config.md, section 12)
expected<watch_plan> take_watch_plan(free_form& parameters);
/// The same in two steps: first what all watches have, then the parameters of the type.
expected<watch_plan> take_watch_heading(free_form& parameters);
expected<void> take_watch_question(free_form& parameters, watch_plan& plan);

/// Refuses parameters that belong to no part of a watch: `Invalid parameters: [a b]`.
expected<void> refuse_unknown_parameters(const free_form& rest);

} // namespace praetor
