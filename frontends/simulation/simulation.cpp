#include "frontends/simulation/simulation.hpp"

#include "frontends/simulation/command_line.hpp"
#include "frontends/simulation/list_command.hpp"
#include "frontends/simulation/run_command.hpp"
#include "frontends/simulation/single_run_commands.hpp"
#include "frontends/simulation/try_command.hpp"

#include <array>
#include <iostream>

namespace praetor::simulation {

namespace {

struct subcommand {
  std::string_view name, synopsis;
  std::string (*help)();
  int (*run)(const std::vector<std::string>& args, cli::streams io);
};

constexpr auto subcommands = std::to_array<subcommand>({
    {"list", "List the scenarios", list_help, list_command},
    {"run", "Run a scenario with many seeds", run_help, run_command},
    {"replay", "Run one seed again and tell what happens", replay_help, replay_command},
    {"shrink", "Make a failing run as small as it can be", shrink_help, shrink_command},
    {"explain", "Draw a run as a page to look at", explain_help, explain_command},
    {"try", "Try a configuration: elections, outages, traffic", try_help, try_command},
});

cli::streams own_streams() { return {std::cin, std::cout, std::cerr}; }

std::string help() {
  std::string out = "Usage: praetor sim <subcommand> [options]\n\n"
                    "  Runs whole clusters in one process and in virtual time: real agents, and a\n"
                    "  network, disks and clocks that misbehave as a seed decides. The same seed\n"
                    "  gives the same run, on every host.\n\n"
                    "      $ praetor sim list\n"
                    "      $ praetor sim run split_brain --seeds 1..100\n\n"
                    "Subcommands:\n";
  for (const auto& s : subcommands)
    out.append("    ").append(s.name).append(12 - s.name.size(), ' ').append(s.synopsis).append("\n");
  return out;
}

int run_group(const std::vector<std::string>& args) {
  auto io = own_streams();
  if (args.empty()) {
    io.err << help();
    return bad_input;
  }
  return refuse(io, "sim",
                {"there is no subcommand " + args.front() + "; there are list, run, replay, shrink, explain, try"});
}

} // namespace

cli::hooks commands() {
  cli::hooks out;
  out["sim"] = {"Run clusters in virtual time", help, run_group};
  for (const auto& s : subcommands)
    out["sim " + std::string(s.name)] = {std::string(s.synopsis), s.help, [run = s.run](const auto& args) {
                                           auto code = run(args, own_streams());
                                           std::cout.flush();
                                           return code;
                                         }};
  return out;
}

} // namespace praetor::simulation
