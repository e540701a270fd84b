#include "frontends/simulation/command_line.hpp"
#include "frontends/simulation/list_command.hpp"
#include "frontends/simulation/processes.hpp"
#include "frontends/simulation/run_command.hpp"
#include "frontends/simulation/single_run_commands.hpp"
#include "frontends/simulation/try_command.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

using namespace praetor;
using namespace praetor::simulation;

namespace {

struct outcome {
  int code = 0;
  std::string out, err;
};

outcome call(int (*command)(const std::vector<std::string>&, cli::streams), const std::vector<std::string>& args) {
  std::istringstream in;
  std::ostringstream out, err;
  outcome o;
  o.code = command(args, {in, out, err});
  o.out = out.str();
  o.err = err.str();
  return o;
}

/// The command fails with one sentence that contains this.
void refused(int (*command)(const std::vector<std::string>&, cli::streams), const std::vector<std::string>& args,
             const std::string& part) {
  auto o = call(command, args);
  INFO(o.err);
  CHECK(o.code == bad_input);
  CHECK(o.out.empty());
  CHECK(o.err.find(part) != std::string::npos);
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
}

} // namespace

TEST_CASE("at least twenty scenarios are listed, each with a text") {
  auto o = call(list_command, {});
  CHECK(o.code == all_well);
  CHECK(sim::scenarios().size() >= 20);
  for (const auto& s : sim::scenarios()) {
    INFO(s.name);
    CHECK(s.about.size() > 30);
    CHECK(o.out.find(s.name + "\n") != std::string::npos);
    CHECK(sim::find_scenario(s.name) == &s);
  }
}

TEST_CASE("what can't be run is refused in a sentence that says what would be right") {
  refused(run_command, {"split_brian"}, "did you mean split_brain");
  refused(run_command, {"xyzzy"}, "`sim list` names them all");
  refused(run_command, {}, "needs the name of a scenario");
  refused(run_command, {"three_servers", "ring"}, "one word too many");
  refused(run_command, {"three_servers", "--seeds", "9..3"}, "end before they begin");
  refused(run_command, {"three_servers", "--seeds", "many"}, "no range of seeds");
  refused(run_command, {"three_servers", "--sedes", "1"}, "flag provided but not defined: -sedes");
  refused(replay_command, {"three_servers"}, "needs the -seed");
  refused(replay_command, {"three_servers", "--seed", "1", "--faults", "/nowhere"}, "open /nowhere: no such file");
  refused(explain_command, {"three_servers", "--seed", "x"}, "invalid value");
  refused(try_command, {}, "needs a configuration");
  refused(try_command, {"--config-file", "/nowhere.hcl"}, "no such file or directory");
  refused(try_command, {"--config-file", "/nowhere.hcl", "--servers", "0"}, "has no quorum");
  refused(try_command, {"--config-file", "/nowhere.hcl", "--faults", "often"}, "is no rate");
  refused(try_command, {"--config-file", "/nowhere.hcl", "--requests", "0"}, "from 1 to 1000 a second");
}

TEST_CASE("flags may stand before and behind the scenario, and equal commands give equal output") {
  auto one = call(run_command, {"three_servers", "--seeds", "1..2", "--jobs", "1", "--length", "5s"});
  auto two = call(run_command, {"--length", "5s", "--seeds", "1..2", "--jobs", "2", "three_servers"});
  INFO(one.out);
  CHECK(one.code == all_well);
  CHECK(one.out == two.out);
  CHECK(one.err.empty());
}

TEST_CASE("a replay tells of leaders, and ends where it is asked to") {
  auto o = call(replay_command, {"three_servers", "--seed", "1", "--until", "4s", "--json"});
  CHECK(o.code == all_well);
  CHECK(o.out.find("\"findings\": []") != std::string::npos);
}

TEST_CASE("work in processes is delivered in order, and one that dies says why") {
  work_list list;
  list.pieces = 6;
  list.jobs = 3;
  list.work = [](std::uint64_t piece) {
    if (piece == 2) std::raise(SIGKILL);
    return "piece " + std::to_string(piece);
  };
  std::vector<std::string> seen;
  list.done = [&](std::uint64_t piece, const work_done& d) {
    CHECK(piece == seen.size());
    seen.push_back(d.died.empty() ? d.output : d.died);
    return true;
  };
  run_in_processes(list);
  REQUIRE(seen.size() == 6);
  CHECK(seen[1] == "piece 1");
  CHECK(seen[2].find("signal 9") != std::string::npos);
  CHECK(seen[5] == "piece 5");
}

TEST_CASE("a run that died is a finding of its own") {
  auto done = run_in_process(
      []() -> std::string {
        PRAETOR_ASSERT(1 + 1 == 3);
        return "impossible";
      },
      std::chrono::seconds(60));
  CHECK(done.died.find("invariant lost: 1 + 1 == 3") != std::string::npos);
}
