#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::layout {

/// A violation of a rule in the sources.
struct finding {
  std::string file; ///< relative to the root
  std::size_t line = 0;
  std::string what;
  bool operator==(const finding&) const = default;
};

/// Prints "file:line: what", one per line.
std::string describe(const std::vector<finding>& findings);

/// Source text without comments and the contents of string and character literals; preserves line numbers.
std::string without_comments_and_literals(const std::string& text);

/// Includes of a later layer, of sockets in simulated layers, or of missing files: a quoted include is a path from the
/// root.
std::vector<finding> wrong_includes(const std::filesystem::path& root);

/// Clocks, threads, sleeping and randomness in code where time and random generators are arguments.
std::vector<finding> hidden_inputs(const std::filesystem::path& root);

/// Input and output in protocol/, which must be pure.
std::vector<finding> input_output_in_protocol(const std::filesystem::path& root);

/// Headers that include the whole JSON library, which costs each of their users a second; use <nlohmann/json_fwd.hpp>.
/// Does not apply to the command line, which uses JSON throughout.
std::vector<finding> heavy_headers(const std::filesystem::path& root);

/// Untyped and blocking actors.
std::vector<finding> untyped_actors(const std::filesystem::path& root);

/// Decisions by the text of an error, or by comparing whole errors: code decides by error::code.
std::vector<finding> decisions_by_text(const std::filesystem::path& root);

/// Deliberate bugs, mutated(mutation::NAME), that are not used at exactly one place, or that do not have exactly one
/// row in tests/sim/mutations/list.txt, which names their test; and rows for unknown ones.
std::vector<finding> unproven_mutations(const std::filesystem::path& root, std::span<const std::string_view> names);

} // namespace praetor::layout
