#include "frontends/simulation/results.hpp"
#include "frontends/simulation/single_run.hpp"
#include "frontends/simulation/single_run_commands.hpp"
#include "sim/report/page.hpp"

namespace praetor::simulation {

namespace {

constexpr std::string_view explain_name = "sim explain";

void declare_explain_flags(cli::flag_set& flags, command_line& line) {
  declare_run(flags, line);
  flags.add_string("out", line.out_file, "`File` for the page; SCENARIO-SEED.html if none is given.");
}

} // namespace

int explain_command(const std::vector<std::string>& args, cli::streams io) {
  cli::flag_set flags;
  command_line line;
  declare_explain_flags(flags, line);
  auto what = parse(flags, line, args, scenario_argument::one);
  if (!what) return refuse(io, explain_name, what.error());
  auto how = named_run(line);
  if (!how) return refuse(io, explain_name, how.error());
  sim::report::recording seen;
  auto result = sim::run(*what->front(), *how, &seen);
  seen.findings = result.findings;
  seen.close(result.simulated);
  auto file = line.out_file.empty() ? line.scenario + "-" + std::to_string(how->seed) + ".html" : line.out_file;
  auto page = sim::report::page(seen, result, *what->front(), replay_of(line.scenario, how->seed, line.faults_file));
  if (auto written = write_file(file, page); !written) return refuse(io, explain_name, written.error());
  for (const auto& f : result.findings) io.out << describe(f) << "\n";
  io.out << title(*how) << (result.findings.empty() ? " passes" : " fails") << "; the page is " << file << "\n";
  return result.findings.empty() && result.undecided.empty() ? all_well : something_found;
}

std::string explain_help() {
  cli::flag_set flags;
  command_line line;
  declare_explain_flags(flags, line);
  return "Usage: praetor sim explain SCENARIO -seed=N [options]\n\n"
         "  Runs one seed and writes an HTML page: a lane for each node and client, faults,\n"
         "  leaders and their terms, messages near what was found, operations.\n" +
         flags.help_blocks();
}

} // namespace praetor::simulation
