#include "frontends/simulation/results.hpp"
#include "frontends/simulation/single_run.hpp"
#include "frontends/simulation/single_run_commands.hpp"
#include "sim/history_file.hpp"

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace praetor::simulation {

namespace {

constexpr std::string_view replay_name = "sim replay";

/// Prints the events, one per line, and writes the clients' operations to a file.
class narrator final : public sim::observer {
public:
  /// @param out null: prints nothing
  /// @param operations null: writes nothing
  narrator(std::ostream* out, std::ostream* operations) : out_(out) {
    if (operations) history_.emplace(*operations);
  }

  void fault_begins(sim::duration at, const sim::fault& f, const std::vector<std::string>& nodes) override {
    std::string text = "begins: " + std::string(sim::name_of(f.kind));
    for (std::size_t i = 0; i < nodes.size(); ++i) (text += i == 0 ? " of " : ", ") += nodes[i];
    tell(at, text);
  }
  void fault_ends(sim::duration at, const sim::fault& f) override {
    tell(at, "ends: " + std::string(sim::name_of(f.kind)));
  }
  void node_starts(sim::duration at, const std::string& node) override { tell(at, node + " starts"); }
  void node_stops(sim::duration at, const std::string& node) override { tell(at, node + " stops"); }
  void leads(sim::duration at, const std::string& node, std::uint64_t term) override {
    tell(at, node + " leads term " + std::to_string(term));
  }
  void operation_ends(const std::string& process, std::string_view what, const std::string& key,
                      const std::string& value, sim::duration called, sim::duration returned,
                      std::string_view outcome) override {
    if (history_) history_->operation_ends(process, what, key, value, called, returned, outcome);
  }
  void found(const sim::finding& f) override { tell(f.at, "FOUND " + f.checker + ": " + f.text); }

private:
  void tell(sim::duration at, const std::string& what) {
    if (!out_) return;
    auto time = readable_seconds(at);
    *out_ << std::string(time.size() < 12 ? 12 - time.size() : 0, ' ') << time << "  " << what << "\n" << std::flush;
  }
  std::ostream* out_;
  std::optional<sim::history_file> history_;
};

void declare_replay_flags(cli::flag_set& flags, command_line& line) {
  declare_run(flags, line);
  flags.add_optional("until", line.until, "Stop at this time of the world, without the checks of the end.");
  flags.add_string("history", line.history_file, "Write every client's operations to this `file`, as lines of JSON.");
  flags.add_bool("json", line.as_json, "Print the outcome as JSON, and nothing of what happens on the way.");
}

void print_outcome(std::ostream& out, const sim::reproduction& how, const sim::run_result& r) {
  for (const auto& u : r.undecided) out << "undecided: " << u << "\n";
  for (const auto& f : r.findings) out << describe(f) << "\n";
  out << title(how) << ": "
      << (!r.findings.empty()    ? "failed"
          : !r.undecided.empty() ? "undecided"
                                 : "passed")
      << "; " << readable_seconds(r.simulated) << " simulated, " << r.requests << " requests (" << r.unknown
      << " unknown), " << r.entries << " log entries, " << r.terms << " terms, " << r.messages << " messages, trace "
      << hex(r.trace) << "\n";
}

} // namespace

int replay_command(const std::vector<std::string>& args, cli::streams io) {
  cli::flag_set flags;
  command_line line;
  declare_replay_flags(flags, line);
  auto what = parse(flags, line, args, scenario_argument::one);
  if (!what) return refuse(io, replay_name, what.error());
  auto how = named_run(line);
  if (!how) return refuse(io, replay_name, how.error());
  std::ofstream operations;
  if (!line.history_file.empty()) {
    if (auto made = write_file(line.history_file, ""); !made) return refuse(io, replay_name, made.error());
    operations.open(line.history_file, std::ios::app);
  }
  // In a process of its own, so that a crash is reported too.
  auto work = [&] {
    narrator tells(line.as_json ? nullptr : &io.out, operations.is_open() ? &operations : nullptr);
    auto result = dumped(sim::run(*what->front(), *how, &tells, line.until));
    operations.flush();
    return result;
  };
  auto result = read_result(run_in_process(work, std::chrono::hours(24)), how->seed);
  if (line.as_json)
    io.out << to_json(line.scenario, result).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  else
    print_outcome(io.out, *how, result);
  return result.findings.empty() && result.undecided.empty() ? all_well : something_found;
}

std::string replay_help() {
  cli::flag_set flags;
  command_line line;
  declare_replay_flags(flags, line);
  return "Usage: praetor sim replay SCENARIO -seed=N [options]\n\n"
         "  Runs one seed again and tells what happens: faults, starts and ends of\n"
         "  nodes, leaders, findings.\n" +
         flags.help_blocks();
}

} // namespace praetor::simulation
