#include "frontends/simulation/single_run.hpp"

#include "frontends/cli/command.hpp"

#include <cerrno>
#include <fstream>

namespace praetor::simulation {

void declare_run(cli::flag_set& flags, command_line& line) {
  flags.add_optional("seed", line.seed, "The run's seed.");
  flags.add_string("faults", line.faults_file,
                   "`File` with other faults than those of the scenario, as `shrink` writes it.");
}

expected<sim::reproduction> named_run(const command_line& line) {
  sim::reproduction out;
  if (!line.faults_file.empty()) {
    auto text = cli::read_file(line.faults_file);
    if (!text) return fail("-faults: " + text.error().text);
    auto read = sim::read_reproduction(*text);
    if (!read) return fail("-faults: " + line.faults_file + ": " + read.error().text);
    out = std::move(*read);
    if (!out.scenario.empty() && out.scenario != line.scenario)
      return fail("-faults: " + line.faults_file + " is about the scenario " + out.scenario + ", not " + line.scenario);
  }
  out.scenario = line.scenario;
  if (line.seed)
    out.seed = *line.seed;
  else if (line.faults_file.empty())
    return fail("it needs the -seed of a run");
  return out;
}

expected<void> write_file(const std::string& path, const std::string& content) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content << std::flush;
  if (!file) return fail("open " + path + ": " + cli::errno_text(errno));
  return {};
}

std::string title(const sim::reproduction& how) { return "seed " + std::to_string(how.seed) + " of " + how.scenario; }

std::string replay_of(const std::string& scenario, std::uint64_t seed, const std::string& faults_file) {
  auto out = "praetor sim replay " + scenario + " --seed " + std::to_string(seed);
  return faults_file.empty() ? out : out + " --faults " + faults_file;
}

} // namespace praetor::simulation
