#pragma once

#include "frontends/cli/flag_set.hpp"
#include "frontends/cli/streams.hpp"
#include "protocol/types/error.hpp"
#include "sim/scenario.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praetor::simulation {

constexpr int all_well = 0, something_found = 1, bad_input = 2;

/// Seeds from `first` to `last`.
struct seed_range {
  std::uint64_t first = 1, last = 1;
  std::uint64_t count() const { return last - first + 1; }
};
/// Reads "7" or "1..100".
expected<seed_range> read_seeds(const std::string& text);

/// The options of the subcommands; each declares its own part.
struct command_line {
  std::string scenario;
  std::string seeds = "1..20", faults_file, history_file, out_file;
  std::optional<std::uint64_t> seed;
  std::uint64_t jobs = 0; ///< 0: one process per core
  std::uint64_t attempts = 300;
  std::optional<std::chrono::nanoseconds> until, length, time_limit;
  bool as_json = false, progress = false, first = false;
  // try
  std::vector<std::string> config_files, config_directories;
  std::uint64_t servers = 3, agents = 0, requests = 16;
  std::string faults = "2";
};

/// A command's positional arguments.
enum class scenario_argument { none, one, one_or_all };

/// Parses flags and words in any order.
/// @returns the selected scenarios; an error is a sentence for the user
expected<std::vector<const sim::scenario*>> parse(cli::flag_set& flags, command_line& line,
                                                  const std::vector<std::string>& args, scenario_argument takes);

/// Prints the sentence to the error stream. @returns `bad_input`
int refuse(cli::streams io, std::string_view command, const error& why);

} // namespace praetor::simulation
