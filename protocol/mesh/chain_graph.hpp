#pragma once

#include "protocol/mesh/discovery_chain.hpp"

#include <set>

/// What is done with a chain as a graph, once its nodes are known.
namespace praetor::mesh {

inline constexpr std::string_view router_type = "router", splitter_type = "splitter", resolver_type = "resolver";

/// "a -> b -> a", for errors.
std::string path_text(const string_list& names);

/// Searches a path that leads back to itself, depth first and the last branch first. The error names it.
expected<void> check_circles(const compiled_chain& chain);
/// Puts the splits of splitters below splitters in the place of the splits that lead to them.
/// @returns an error if one has more than `most_splits` then
expected<void> merge_nested_splitters(compiled_chain& chain);
/// Removes the nodes to which nothing leads, and all targets but the retained ones (ids).
void drop_unreachable(compiled_chain& chain, const std::set<std::string>& retained_targets);

} // namespace praetor::mesh
