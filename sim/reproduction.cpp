#include "sim/reproduction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace praetor::sim {

namespace {

using json = nlohmann::ordered_json;

constexpr double nanoseconds_in_a_second = 1e9;
/// Longer than any run (a hundred days); larger numbers would be inexact.
constexpr double most_seconds = 8.64e6;

double seconds_of(duration time) { return static_cast<double>(time.count()) / nanoseconds_in_a_second; }

duration duration_of(double seconds) { return duration{std::llround(seconds * nanoseconds_in_a_second)}; }

std::string all_kinds() {
  std::string out;
  for (auto kind : all_fault_kinds()) out.append(out.empty() ? "" : ", ").append(name_of(kind));
  return out;
}

expected<duration> read_seconds(const json& value, const std::string& where) {
  if (!value.is_number() || value.get<double>() < 0 || value.get<double>() > most_seconds)
    return fail(where + " has to be a number of seconds from 0 to 8640000");
  return duration_of(value.get<double>());
}

/// Checks that an object has these members only.
expected<void> check_members(const json& value, const std::string& where, std::initializer_list<const char*> known) {
  std::string names;
  for (const auto* name : known) names.append(names.empty() ? "" : ", ").append(name);
  if (!value.is_object()) return fail(where + " has to be an object with " + names);
  for (const auto& [key, ignored] : value.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      return fail(where + " has an unknown member " + json(key).dump() + "; there are " + names);
  return {};
}

expected<fault> read_fault(const json& value, const std::string& where) {
  if (auto fine = check_members(value, where, {"kind", "at", "lasts", "nodes", "amount"}); !fine)
    return tl::unexpected(fine.error());
  fault out;
  if (!value.contains("kind") || !value["kind"].is_string()) return fail(where + " needs a kind: " + all_kinds());
  auto kind = fault_kind_named(value["kind"].get<std::string>());
  if (!kind) return fail(where + ": " + value["kind"].dump() + " is no kind of fault; there are " + all_kinds());
  out.kind = *kind;
  for (auto [name, into] : {std::pair{"at", &out.at}, std::pair{"lasts", &out.lasts}}) {
    if (!value.contains(name)) continue;
    auto time = read_seconds(value[name], where + "." + name);
    if (!time) return tl::unexpected(time.error());
    *into = *time;
  }
  if (value.contains("amount")) {
    if (!value["amount"].is_number()) return fail(where + ".amount has to be a number");
    out.amount = value["amount"].get<double>();
  }
  if (value.contains("nodes")) {
    if (!value["nodes"].is_array()) return fail(where + ".nodes has to be a list of names");
    for (const auto& node : value["nodes"]) {
      if (!node.is_string()) return fail(where + ".nodes has to be a list of names");
      out.nodes.push_back(node.get<std::string>());
    }
  }
  return out;
}

expected<fault_schedule> read_faults(const json& value) {
  if (!value.is_array()) return fail("faults has to be a list of objects with kind, at, lasts, nodes, amount");
  fault_schedule out;
  for (const auto& item : value) {
    auto one = read_fault(item, "faults[" + std::to_string(out.size()) + "]");
    if (!one) return tl::unexpected(one.error());
    out.push_back(std::move(*one));
  }
  std::stable_sort(out.begin(), out.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
  return out;
}

expected<reproduction> read_whole(const json& tree) {
  if (auto fine = check_members(tree, "the file", {"scenario", "seed", "length", "without_clients", "faults"}); !fine)
    return tl::unexpected(fine.error());
  reproduction out;
  if (tree.contains("scenario")) {
    if (!tree["scenario"].is_string()) return fail("scenario has to be a name");
    out.scenario = tree["scenario"].get<std::string>();
  }
  if (tree.contains("seed")) {
    if (!tree["seed"].is_number_unsigned()) return fail("seed has to be a whole number, 0 or above");
    out.seed = tree["seed"].get<std::uint64_t>();
  }
  if (tree.contains("length")) {
    auto length = read_seconds(tree["length"], "length");
    if (!length) return tl::unexpected(length.error());
    out.length = *length;
  }
  if (tree.contains("without_clients")) {
    if (!tree["without_clients"].is_array()) return fail("without_clients has to be a list of numbers of clients");
    for (const auto& number : tree["without_clients"]) {
      if (!number.is_number_unsigned()) return fail("without_clients has to be a list of numbers of clients");
      out.without_clients.push_back(number.get<unsigned>());
    }
  }
  if (!tree.contains("faults")) return out;
  auto faults = read_faults(tree["faults"]);
  if (!faults) return tl::unexpected(faults.error());
  out.faults = std::move(*faults);
  return out;
}

} // namespace

run_result run(const scenario& what, const reproduction& how, observer* watcher, std::optional<duration> until) {
  run_options options;
  options.seed = how.seed;
  options.faults = how.faults;
  options.without_clients = how.without_clients;
  options.until = until;
  options.watcher = watcher;
  if (!how.length) return run(what, options);
  auto other = what;
  other.length = *how.length;
  return run(other, options);
}

unsigned clients_of(const scenario& what) {
  unsigned out = 0;
  for (const auto& w : what.work) out += w.clients;
  return out;
}

std::string to_json(const reproduction& how) {
  json tree = json::object();
  tree["scenario"] = how.scenario;
  tree["seed"] = how.seed;
  if (how.length) tree["length"] = seconds_of(*how.length);
  if (!how.without_clients.empty()) tree["without_clients"] = how.without_clients;
  if (how.faults) {
    tree["faults"] = json::array();
    for (const auto& f : *how.faults) {
      json one{{"kind", name_of(f.kind)}, {"at", seconds_of(f.at)}, {"lasts", seconds_of(f.lasts)}, {"nodes", f.nodes}};
      if (f.amount != 0) one["amount"] = f.amount;
      tree["faults"].push_back(std::move(one));
    }
  }
  return tree.dump(2) + "\n";
}

expected<reproduction> read_reproduction(const std::string& text) {
  auto tree = json::parse(text, nullptr, false);
  if (tree.is_discarded()) return fail("it is not JSON; it has to be a list of faults or an object with faults");
  if (!tree.is_array()) return read_whole(tree);
  reproduction out;
  auto faults = read_faults(tree);
  if (!faults) return tl::unexpected(faults.error());
  out.faults = std::move(*faults);
  return out;
}

std::string seconds_text(duration time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld.%09lld", static_cast<long long>(time.count() / 1000000000),
                static_cast<long long>(std::abs(time.count() % 1000000000)));
  std::string out = text.data();
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

} // namespace praetor::sim
