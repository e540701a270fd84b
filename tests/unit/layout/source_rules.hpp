#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::layout {

/// One place in the sources that breaks a rule.
struct finding {
  std::string file; ///< from the root
  std::size_t line = 0;
  std::string what;
  bool operator==(const finding&) const = default;
};

/// "file:line: what", one line each.
std::string describe(const std::vector<finding>& findings);

/// Source text without comments and without the contents of string and character literals; lines stay where they are.
std::string without_comments_and_literals(const std::string& text);

/// Includes of a later layer, of sockets by what the simulator runs, or of nothing: a quoted
/// include is a path from the root.
std::vector<finding> wrong_includes(const std::filesystem::path& root);

/// Clocks, threads, sleeping and randomness where time and random generators are passed in.
std::vector<finding> hidden_inputs(const std::filesystem::path& root);

/// Input and output in protocol/, which is pure.
std::vector<finding> input_output_in_protocol(const std::filesystem::path& root);

/// Headers that include the whole JSON library, which costs each of their users a second; <nlohmann/json_fwd.hpp> does.
/// The command line works on JSON throughout and is excepted.
std::vector<finding> heavy_headers(const std::filesystem::path& root);

/// Untyped and blocking actors.
std::vector<finding> untyped_actors(const std::filesystem::path& root);

/// Decisions by the text of an error, or by the whole error with its text: programs decide by error::code.
std::vector<finding> decisions_by_text(const std::filesystem::path& root);

/// Deliberate bugs, mutated(mutation::NAME), that do not stand at exactly one place, or that do not have exactly one
/// row in tests/sim/mutations/list.txt, which says what has to find them; and rows of none of them.
std::vector<finding> unproven_mutations(const std::filesystem::path& root, std::span<const std::string_view> names);

} // namespace praetor::layout
