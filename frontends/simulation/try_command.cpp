#include "frontends/simulation/try_command.hpp"

#include "frontends/cli/process_environment.hpp"
#include "frontends/simulation/progress.hpp"
#include "frontends/simulation/results.hpp"
#include "frontends/simulation/single_run.hpp"
#include "sim/report/page.hpp"
#include "sim/trial.hpp"

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

namespace praetor::simulation {

namespace {

constexpr std::string_view try_name = "sim try";
constexpr std::uint64_t most_servers = 11, most_agents = 1000;
constexpr double most_faults = 600;
constexpr std::uint64_t most_requests = 1000;
constexpr auto longest = std::chrono::hours(24 * 30);

void declare_try_flags(cli::flag_set& flags, command_line& line) {
  flags.add_list("config-file", line.config_files, "Configuration `file` of an agent; may be given often.");
  flags.add_list("config-dir", line.config_directories, "`Directory` with such files; may be given often.");
  flags.add_uint("servers", line.servers, "How many servers.");
  flags.add_uint("agents", line.agents, "How many client agents.");
  flags.add_uint("requests", line.requests, "Requests a second of all clients together.");
  flags.add_string("faults", line.faults, "Failures a minute of hosts and links: a `rate` like 2 or 0.5.");
  flags.add_optional("length", line.length, "Virtual time to run for; 10m if not given.");
  flags.add_optional("seed", line.seed, "Decides when what fails; 1 if not given.");
  flags.add_string("out", line.out_file, "`File` for a page that shows the run, as `explain` writes it.");
  flags.add_bool("json", line.as_json, "Print JSON.");
}

expected<double> read_rate(const std::string& text) {
  char* end = nullptr;
  auto rate = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(rate >= 0) || rate > most_faults)
    return fail("-faults " + text + " is no rate; it has to be a number of failures a minute, from 0 to 600");
  return rate;
}

/// The configuration as this host's agent would read it, except for identity and addresses.
expected<std::shared_ptr<const config::runtime_config>> load(const command_line& line) {
  config::sources from;
  for (const auto& path : line.config_files) from.paths.push_back(path);
  for (const auto& path : line.config_directories) from.paths.push_back(path);
  // What a file may leave to its target host.
  from.fragments.push_back("data_dir = \"/tmp\" bind_addr = \"127.0.0.1\" node_name = \"try\" server = true "
                           "bootstrap = false bootstrap_expect = " +
                           std::to_string(std::max<std::uint64_t>(2, line.servers)));
  cli::process_environment host;
  auto loaded = config::load(from, host);
  if (!loaded) return tl::unexpected(loaded.error());
  return std::make_shared<const config::runtime_config>(std::move(loaded->config));
}

expected<sim::trial_options> read_options(const command_line& line) {
  sim::trial_options out;
  if (line.config_files.empty() && line.config_directories.empty())
    return fail("it needs a configuration to try: -config-file or -config-dir");
  if (line.servers == 0) return fail("-servers 0 has no quorum; there has to be at least 1 server, better 3 or 5");
  if (line.servers > most_servers)
    return fail("-servers " + std::to_string(line.servers) + " is too many; at most 11, of which 3 or 5 are usual");
  if (line.agents > most_agents) return fail("-agents " + std::to_string(line.agents) + " is too many; at most 1000");
  if (line.requests == 0 || line.requests > most_requests)
    return fail("-requests " + std::to_string(line.requests) + " is no load; it has to be from 1 to 1000 a second");
  if (line.length && (*line.length < std::chrono::seconds(30) || *line.length > longest))
    return fail("-length has to be from 30s to 720h");
  auto rate = read_rate(line.faults);
  if (!rate) return tl::unexpected(rate.error());
  auto config = load(line);
  if (!config) return tl::unexpected(config.error());
  out.configuration = *config;
  out.servers = static_cast<unsigned>(line.servers);
  out.agents = static_cast<unsigned>(line.agents);
  out.faults_a_minute = *rate;
  out.requests_a_second = static_cast<unsigned>(line.requests);
  if (line.length) out.length = *line.length;
  return out;
}

std::string per_cent(sim::duration part, sim::duration whole) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f %%",
                100 * static_cast<double>(part.count()) /
                    static_cast<double>(std::max<std::int64_t>(1, whole.count())));
  return text;
}

void print_text(std::ostream& out, const sim::trial_options& o, const sim::trial_report& report,
                const sim::run_result& result, std::uint64_t seed) {
  out << o.servers << " servers, " << o.agents << " client agents, " << readable_seconds(o.length) << ", "
      << result.faults.size() << " failures, seed " << seed << "\n\ntaken from the configuration:\n";
  for (const auto& [key, value] : sim::times_of(*o.configuration)) out << "  " << key << " = " << value << "\n";
  out << "\nelections after the first: " << report.elections << "\n"
      << "writes unavailable:        " << report.outages << " times, " << readable_seconds(report.unavailable) << " of "
      << readable_seconds(o.length) << " (" << per_cent(report.unavailable, o.length) << "), longest "
      << readable_seconds(report.longest_outage) << "\n"
      << "failed nodes noticed:      " << report.noticed << " of " << report.failures;
  if (report.noticed > 0)
    out << ", half of them within " << readable_seconds(report.noticed_after) << ", the last after "
        << readable_seconds(report.noticed_latest);
  out << "\n\nsent by each node, a second:\n";
  auto seconds = std::max(1e-9, std::chrono::duration<double>(result.simulated).count());
  char row[160];
  std::snprintf(row, sizeof row, "  %-12s %12s %12s %12s %12s\n", "node", "messages", "bytes", "gossip",
                "gossip bytes");
  out << row;
  for (const auto& [node, t] : report.nodes) {
    std::snprintf(row, sizeof row, "  %-12s %12.1f %12.0f %12.1f %12.0f\n", node.c_str(),
                  static_cast<double>(t.messages) / seconds, static_cast<double>(t.bytes) / seconds,
                  static_cast<double>(t.packets) / seconds, static_cast<double>(t.packet_bytes) / seconds);
    out << row;
  }
  for (const auto& f : result.findings) out << "\nfound " << describe(f) << "\n";
}

void print_json(std::ostream& out, const sim::trial_options& o, const sim::trial_report& report,
                const sim::run_result& result) {
  nlohmann::ordered_json tree;
  tree["servers"] = o.servers;
  tree["agents"] = o.agents;
  tree["length_ns"] = o.length.count();
  for (const auto& [key, value] : sim::times_of(*o.configuration)) tree["configuration"][key] = value;
  tree["elections"] = report.elections;
  tree["outages"] = report.outages;
  tree["unavailable_ns"] = report.unavailable.count();
  tree["longest_outage_ns"] = report.longest_outage.count();
  tree["failures"] = report.failures;
  tree["failures_noticed"] = report.noticed;
  tree["noticed_after_median_ns"] = report.noticed_after.count();
  tree["noticed_after_longest_ns"] = report.noticed_latest.count();
  for (const auto& [node, t] : report.nodes)
    tree["nodes"][node] = {
        {"messages", t.messages}, {"bytes", t.bytes}, {"gossip_packets", t.packets}, {"gossip_bytes", t.packet_bytes}};
  tree["run"] = to_json("try", result);
  out << tree.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
}

} // namespace

int try_command(const std::vector<std::string>& args, cli::streams io) {
  cli::flag_set flags;
  command_line line;
  declare_try_flags(flags, line);
  if (auto fine = parse(flags, line, args, scenario_argument::none); !fine) return refuse(io, try_name, fine.error());
  auto options = read_options(line);
  if (!options) return refuse(io, try_name, options.error());
  auto scenario = sim::make_trial(*options);
  sim::trial_observer seen;
  sim::run_options run;
  run.seed = line.seed.value_or(1);
  run.watcher = &seen;
  auto result = sim::run(scenario, run);
  seen.close(result.simulated);
  auto report = seen.report(options->length);
  if (!line.out_file.empty()) {
    std::string command = "praetor sim try";
    for (const auto& word : args) command += " " + word;
    auto written = write_file(line.out_file, sim::report::page(seen, result, scenario, command));
    if (!written) return refuse(io, try_name, written.error());
  }
  if (line.as_json)
    print_json(io.out, *options, report, result);
  else
    print_text(io.out, *options, report, result, run.seed);
  return result.findings.empty() ? all_well : something_found;
}

std::string try_help() {
  cli::flag_set flags;
  command_line line;
  declare_try_flags(flags, line);
  return "Usage: praetor sim try -config-dir=DIR [options]\n\n"
         "  Runs a cluster with the times of your own configuration while hosts and\n"
         "  links fail, and tells what that costs: elections, time without writes, time\n"
         "  until a failed node is noticed, messages and bytes.\n" +
         flags.help_blocks();
}

} // namespace praetor::simulation
