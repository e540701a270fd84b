#include "frontends/cli/cli.hpp"
#include "frontends/process/agent_process.hpp"

int main(int argc, char** argv) {
  praetor::cli::hooks added;
  added["agent"] = {"Runs a Consul agent", praetor::agent_process_help, praetor::run_agent_process};
  return praetor::cli::run(argc, argv, added);
}
