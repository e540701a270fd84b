#include "frontends/simulation/results.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace praetor::simulation {

namespace {

using json = nlohmann::ordered_json;
using counter = std::uint64_t sim::run_result::*;

/// The counters of a run, with their JSON names.
constexpr auto counters = std::to_array<std::pair<const char*, counter>>({
    {"steps", &sim::run_result::steps},
    {"requests", &sim::run_result::requests},
    {"answers", &sim::run_result::answers},
    {"unknown", &sim::run_result::unknown},
    {"operations", &sim::run_result::operations},
    {"entries", &sim::run_result::entries},
    {"terms", &sim::run_result::terms},
    {"lives", &sim::run_result::lives},
    {"snapshots_installed", &sim::run_result::snapshots_installed},
    {"messages", &sim::run_result::messages},
    {"connections", &sim::run_result::connections},
    {"packets", &sim::run_result::packets},
    {"bytes", &sim::run_result::bytes},
});

} // namespace

json to_json(const std::string& scenario, const sim::run_result& r) {
  json out;
  out["scenario"] = scenario;
  out["seed"] = r.seed;
  out["trace"] = hex(r.trace);
  out["findings"] = json::array();
  for (const auto& f : r.findings)
    out["findings"].push_back({{"checker", f.checker}, {"at_ns", f.at.count()}, {"text", f.text}});
  out["undecided"] = r.undecided;
  out["simulated_ns"] = r.simulated.count();
  for (const auto& [name, member] : counters) out[name] = r.*member;
  out["faults"] = json::array();
  for (const auto& f : r.faults) out["faults"].push_back(sim::describe(f));
  return out;
}

std::string dumped(const sim::run_result& r) {
  auto out = to_json("", r);
  sim::reproduction faults;
  faults.faults = r.faults;
  out["faults"] = json::parse(sim::to_json(faults))["faults"];
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

sim::run_result read_result(const work_done& done, std::uint64_t seed) {
  sim::run_result out;
  out.seed = seed;
  if (!done.died.empty()) {
    out.findings.push_back({"process", sim::duration{0}, done.died});
    return out;
  }
  auto tree = json::parse(done.output);
  out.trace = std::stoull(tree["trace"].get<std::string>(), nullptr, 16);
  out.simulated = sim::duration{tree["simulated_ns"].get<std::int64_t>()};
  for (const auto& f : tree["findings"])
    out.findings.push_back(
        {f["checker"].get<std::string>(), sim::duration{f["at_ns"].get<std::int64_t>()}, f["text"].get<std::string>()});
  out.undecided = tree["undecided"].get<std::vector<std::string>>();
  for (const auto& [name, member] : counters) out.*member = tree[name].get<std::uint64_t>();
  if (auto read = sim::read_reproduction(tree["faults"].dump())) out.faults = *read->faults;
  return out;
}

std::string hex(std::uint64_t number) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(number));
  return text.data();
}

std::string readable_seconds(sim::duration time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f s", std::chrono::duration<double>(time).count());
  return text.data();
}

std::string describe(const sim::finding& f) { return f.checker + ", at " + readable_seconds(f.at) + ": " + f.text; }

} // namespace praetor::simulation
