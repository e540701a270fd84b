#include "frontends/simulation/progress.hpp"
#include "frontends/simulation/results.hpp"
#include "frontends/simulation/single_run.hpp"
#include "frontends/simulation/single_run_commands.hpp"
#include "sim/shrink.hpp"

namespace praetor::simulation {

namespace {

constexpr std::string_view shrink_name = "sim shrink";
constexpr std::chrono::seconds longest_attempt{600};

void declare_shrink_flags(cli::flag_set& flags, command_line& line) {
  declare_run(flags, line);
  flags.add_uint("attempts", line.attempts, "Run at most this many smaller versions.");
  flags.add_string("out", line.out_file, "`File` for the small version; SCENARIO-SEED.json if none is given.");
  flags.add_bool("progress", line.progress, "Tell on the error stream how far it is, on a terminal or not.");
}

sim::run_result try_out(const sim::scenario& what, const sim::reproduction& how) {
  return read_result(run_in_process([&] { return dumped(sim::run(what, how)); }, longest_attempt), how.seed);
}

void print(std::ostream& out, const sim::shrunk& s, const sim::reproduction& whole, const sim::scenario& what) {
  const auto& small = s.smallest;
  auto clients = sim::clients_of(what);
  out << "smallest that still fails (" << s.attempts << " runs" << (s.exhausted ? ", which were all" : "")
      << "): " << small.faults->size() << " of " << whole.faults->size() << " faults, "
      << clients - small.without_clients.size() << " of " << clients << " clients, "
      << readable_seconds(small.length.value_or(what.length)) << " of " << readable_seconds(what.length) << "\n";
  for (const auto& f : *small.faults) out << "  " << sim::describe(f) << "\n";
  out << "there it finds " << describe(s.still) << "\n";
}

} // namespace

int shrink_command(const std::vector<std::string>& args, cli::streams io) {
  cli::flag_set flags;
  command_line line;
  declare_shrink_flags(flags, line);
  auto what = parse(flags, line, args, scenario_argument::one);
  if (!what) return refuse(io, shrink_name, what.error());
  auto whole = named_run(line);
  if (!whole) return refuse(io, shrink_name, whole.error());
  const auto& scenario = *what->front();
  auto failing = try_out(scenario, *whole);
  if (failing.findings.empty())
    return refuse(io, shrink_name,
                  {title(*whole) + " passes: there is nothing to shrink; it has to be a seed that fails"});
  io.out << title(*whole) << ": " << describe(failing.findings.front()) << "\n" << std::flush;
  if (!whole->faults) whole->faults = sim::faults_of(scenario, whole->seed);

  progress_line progress(io.err, 0, line.progress);
  auto smaller = sim::shrink(
      *whole, scenario, failing.findings.front(),
      [&](const sim::reproduction& how) { return try_out(scenario, how).findings; },
      static_cast<unsigned>(line.attempts),
      [&](unsigned attempts, const sim::reproduction& smallest, bool) {
        progress.show(attempts, std::to_string(smallest.faults->size()) + " faults left");
      });
  progress.end();
  print(io.out, smaller, *whole, scenario);
  auto file = line.out_file.empty() ? line.scenario + "-" + std::to_string(whole->seed) + ".json" : line.out_file;
  if (auto written = write_file(file, sim::to_json(smaller.smallest)); !written)
    return refuse(io, shrink_name, written.error());
  io.out << "replay with: " << replay_of(line.scenario, whole->seed, file) << "\n";
  return something_found;
}

std::string shrink_help() {
  cli::flag_set flags;
  command_line line;
  declare_shrink_flags(flags, line);
  return "Usage: praetor sim shrink SCENARIO -seed=N [options]\n\n"
         "  Leaves out faults, clients and time from a run that fails, as long as the\n"
         "  same checker objects, and writes what is left to a file.\n" +
         flags.help_blocks();
}

} // namespace praetor::simulation
