#include "frontends/simulation/run_command.hpp"

#include "frontends/simulation/command_line.hpp"
#include "frontends/simulation/progress.hpp"
#include "frontends/simulation/results.hpp"
#include "frontends/simulation/single_run.hpp"
#include "sim/history_file.hpp"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace praetor::simulation {

namespace {

constexpr std::string_view run_name = "sim run";

struct tally {
  std::uint64_t runs = 0, passed = 0, failed = 0, undecided = 0, requests = 0, terms = 0;
  sim::duration simulated{0};
  sim::trace traces;
};

void add(tally& to, const sim::run_result& r) {
  ++to.runs;
  if (!r.findings.empty())
    ++to.failed;
  else if (!r.undecided.empty())
    ++to.undecided;
  else
    ++to.passed;
  to.requests += r.requests;
  to.terms += r.terms;
  to.simulated += r.simulated;
  to.traces.mix(r.trace);
}

class batch {
public:
  batch(const command_line& line, std::vector<const sim::scenario*> what, seed_range seeds, cli::streams io)
      : line_(line), what_(std::move(what)), seeds_(seeds), io_(io),
        progress_(io.err, line.time_limit ? 0 : seeds.count() * what_.size(), line.progress) {}

  int run() {
    work_list list;
    list.pieces = seeds_.count() * what_.size();
    list.jobs = jobs();
    list.work = [this](std::uint64_t piece) { return one(piece); };
    list.done = [this](std::uint64_t piece, const work_done& done) {
      take(piece, read_result(done, seed_of(piece)));
      return !line_.first || failures_ + undecided_ == 0;
    };
    list.meanwhile = [this](std::uint64_t finished) {
      progress_.show(finished, failures_ == 0 ? "" : std::to_string(failures_) + " failed");
      return !line_.time_limit ||
             progress_.elapsed_seconds() < std::chrono::duration<double>(*line_.time_limit).count();
    };
    run_in_processes(list);
    progress_.end();
    line_.as_json ? print_json() : print_text();
    return failures_ + undecided_ > 0 ? something_found : all_well;
  }

private:
  // Runs all scenarios with one seed before the next seed, so that an interrupted search has covered all of them.
  const sim::scenario& scenario_of(std::uint64_t piece) const { return *what_[piece % what_.size()]; }
  std::uint64_t seed_of(std::uint64_t piece) const { return seeds_.first + piece / what_.size(); }

  unsigned jobs() const {
    if (line_.jobs > 0) return static_cast<unsigned>(line_.jobs);
    return static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)));
  }

  std::string one(std::uint64_t piece) const {
    sim::reproduction how;
    how.seed = seed_of(piece);
    how.length = line_.length;
    if (line_.history_file.empty()) return dumped(sim::run(scenario_of(piece), how));
    std::ofstream file(line_.history_file, std::ios::trunc);
    sim::history_file operations(file);
    return dumped(sim::run(scenario_of(piece), how, &operations));
  }

  void take(std::uint64_t piece, const sim::run_result& r) {
    const auto& scenario = scenario_of(piece).name;
    add(tallies_[scenario], r);
    add(total_, r);
    if (line_.as_json) runs_.push_back(to_json(scenario, r));
    if (r.findings.empty() && r.undecided.empty()) return;
    ++(r.findings.empty() ? undecided_ : failures_);
    keep(scenario, r);
    if (line_.as_json) return;
    progress_.end();
    io_.out << scenario << ", seed " << r.seed << ":\n";
    for (const auto& f : r.findings) io_.out << "  " << describe(f) << "\n";
    for (const auto& u : r.undecided) io_.out << "  undecided: " << u << "\n";
    io_.out << "  replay with: " << replay_of(scenario, r.seed) << "\n" << std::flush;
  }

  /// A failure that took hours to find must not be lost with the terminal.
  void keep(const std::string& scenario, const sim::run_result& r) {
    if (line_.out_file.empty()) return;
    std::ofstream file(line_.out_file, std::ios::app);
    file << to_json(scenario, r).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }

  static std::string counts(const tally& t) {
    return std::to_string(t.runs) + (t.runs == 1 ? " run, " : " runs, ") + std::to_string(t.passed) + " passed, " +
           std::to_string(t.failed) + " failed" +
           (t.undecided > 0 ? ", " + std::to_string(t.undecided) + " undecided" : std::string()) + "; " +
           readable_seconds(t.simulated) + " simulated, " + std::to_string(t.requests) + " requests, " +
           std::to_string(t.terms) + " terms, trace " + hex(t.traces.hash());
  }

  void print_text() {
    for (const auto* s : what_) io_.out << s->name << ": " << counts(tallies_[s->name]) << "\n";
    if (what_.size() > 1) io_.out << "all: " << counts(total_) << "\n";
  }

  void print_json() {
    auto elapsed = progress_.elapsed_seconds();
    nlohmann::ordered_json out;
    out["runs"] = std::move(runs_);
    out["passed"] = total_.passed;
    out["failed"] = total_.failed;
    out["undecided"] = total_.undecided;
    out["simulated_ns"] = total_.simulated.count();
    out["trace"] = hex(total_.traces.hash());
    out["elapsed_seconds"] = elapsed;
    out["runs_rate"] = static_cast<double>(total_.runs) / std::max(elapsed, 1e-6);
    out["simulated_rate"] = std::chrono::duration<double>(total_.simulated).count() / std::max(elapsed, 1e-6);
    io_.out << out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
  }

  const command_line& line_;
  std::vector<const sim::scenario*> what_;
  seed_range seeds_;
  cli::streams io_;
  progress_line progress_;
  std::map<std::string, tally> tallies_;
  tally total_;
  std::uint64_t failures_ = 0, undecided_ = 0;
  nlohmann::ordered_json runs_ = nlohmann::ordered_json::array();
};

void declare_run_flags(cli::flag_set& flags, command_line& line) {
  flags.add_string("seeds", line.seeds, "Seeds to run: one, or a range like `1..100`.");
  flags.add_uint("jobs", line.jobs, "Processes at a time; 0 stands for one a core. The output is the same.");
  flags.add_optional("length", line.length, "How long clients and faults go on, in place of the scenario's own.");
  flags.add_optional("time-limit", line.time_limit, "Begin no further run after this time.");
  flags.add_bool("first", line.first, "Begin no further run after the first that fails.");
  flags.add_string("history", line.history_file,
                   "Write every client's operations to this `file`, as lines of JSON; with one seed only.");
  flags.add_string("failures", line.out_file, "Append each failure to this `file`, as a line of JSON.");
  flags.add_bool("json", line.as_json, "Print JSON. Wall-clock figures have names that end in _seconds or _rate.");
  flags.add_bool("progress", line.progress, "Tell on the error stream how far it is, on a terminal or not.");
}

} // namespace

int run_command(const std::vector<std::string>& args, cli::streams io) {
  cli::flag_set flags;
  command_line line;
  declare_run_flags(flags, line);
  auto what = parse(flags, line, args, scenario_argument::one_or_all);
  if (!what) return refuse(io, run_name, what.error());
  auto seeds = read_seeds(line.seeds);
  if (!seeds) return refuse(io, run_name, seeds.error());
  if (line.jobs > 1024)
    return refuse(io, run_name, {"-jobs " + std::to_string(line.jobs) + " is too many; at most 1024"});
  if (!line.history_file.empty()) {
    if (seeds->count() * what->size() != 1)
      return refuse(io, run_name,
                    {"-history takes the operations of one run; give it one scenario and one of the -seeds"});
    if (auto made = write_file(line.history_file, ""); !made) return refuse(io, run_name, made.error());
  }
  return batch(line, *what, *seeds, io).run();
}

std::string run_help() {
  cli::flag_set flags;
  command_line line;
  declare_run_flags(flags, line);
  return "Usage: praetor sim run SCENARIO [options]\n\n"
         "  Runs a scenario once for each seed and tells what the checkers found. The\n"
         "  word `all` stands for every scenario.\n" +
         flags.help_blocks();
}

} // namespace praetor::simulation
