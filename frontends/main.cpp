#include "frontends/cli/cli.hpp"
#include "frontends/process/agent_process.hpp"
#include "frontends/simulation/simulation.hpp"

int main(int argc, char** argv) {
  auto added = praetor::simulation::commands();
  added["agent"] = {"Runs a Consul agent", praetor::agent_process_help, praetor::run_agent_process};
  return praetor::cli::run(argc, argv, added);
}
