#include "frontends/cli/commands.hpp"
#include "frontends/cli/table.hpp"

#include <map>

namespace praetor::cli {

namespace {

/// The report of one datacenter.
struct datacenter_usage {
  std::uint64_t services = 0, billable = 0, nodes = 0;
  std::map<std::string, std::uint64_t> connect; ///< by kind
};

using usage_map = std::map<std::string, datacenter_usage>;

usage_map read_usage(const go_json& body) {
  usage_map result;
  auto& all = member_of(body, "Usage");
  if (!all.is_object()) return result;
  for (auto& [name, json] : all.items()) {
    auto& usage = result[name];
    usage.services = number_of(json, "Services");
    usage.billable = number_of(json, "BillableServiceInstances");
    usage.nodes = number_of(json, "Nodes");
    if (auto& kinds = member_of(json, "ConnectServiceInstances"); kinds.is_object())
      for (auto& [kind, count] : kinds.items()) usage.connect[kind] = count.get<std::uint64_t>();
  }
  return result;
}

class usage_instances final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul operator usage instances [options]

  Counts service instances and nodes, of the agent's datacenter or of all.
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }
  void declare(flag_set& flags) override {
    flags.add_bool("billable", billable_, "Count services without those of the mesh, and nodes, only.");
    flags.add_bool("connect", connect_, "Count the services of the mesh only.");
    flags.add_bool("all-datacenters", all_, "Count in all datacenters.");
  }

  int run() override {
    if (!arguments().empty()) return failed(too_many_arguments(arguments().size(), "0"));
    if (billable_ && connect_) return failed("Cannot specify both -billable and -connect flags");
    auto client = connect();
    if (!client) return 1;
    auto request = get("/v1/operator/usage");
    if (all_) request.query["global"] = "";
    auto answer = client->read(std::move(request));
    if (!answer) return failed("Error fetching usage information: " + answer.error().text);
    auto usage = read_usage(answer->body);
    if (!connect_) print_billable(usage);
    if (!billable_) out() << "Connect Services\n" << tabwriter(connect_rows(usage), 6);
    return 0;
  }

  void print_billable(const usage_map& usage) {
    std::uint64_t total = 0;
    for (auto& [name, each] : usage) total += each.billable;
    out() << "Billable Service Instances Total: " << total << '\n';
    for (auto& [name, each] : usage) out() << name << " Billable Service Instances: " << each.billable << '\n';
    out() << "\nBillable Services\n"
          << tabwriter(billable_rows(usage, total), 6) << "\n\nNodes\n"
          << tabwriter(node_rows(usage), 6) << "\n\n";
  }

  table_rows billable_rows(const usage_map& usage, std::uint64_t total) const {
    table_rows rows;
    std::uint64_t services = 0;
    auto add = [&](const std::string& first, const std::string& second, const std::string& third) {
      rows.push_back(all_ ? std::vector<std::string>{first, second, third} : std::vector<std::string>{second, third});
    };
    add("Datacenter", "Services", "Service instances");
    for (auto& [name, each] : usage) {
      add(name, std::to_string(each.services), std::to_string(each.billable));
      services += each.services;
    }
    if (all_) {
      add("", "", "");
      add("Total", std::to_string(services), std::to_string(total));
    }
    return rows;
  }

  static table_rows node_rows(const usage_map& usage) {
    // The header line has an extra empty column, visible as trailing blanks.
    table_rows rows{{"Datacenter", "Count", "", ""}};
    std::uint64_t total = 0;
    for (auto& [name, each] : usage) {
      rows.push_back({name, std::to_string(each.nodes)});
      total += each.nodes;
    }
    rows.push_back({"", ""});
    rows.push_back({"Total", std::to_string(total)});
    return rows;
  }

  table_rows connect_rows(const usage_map& usage) const {
    table_rows rows;
    std::uint64_t total = 0;
    auto add = [&](const std::string& first, const std::string& second, const std::string& third) {
      rows.push_back(all_ ? std::vector<std::string>{first, second, third} : std::vector<std::string>{second, third});
    };
    add("Datacenter", "Type", "Service instances");
    for (auto& [name, each] : usage)
      for (auto& [kind, count] : each.connect) {
        add(name, kind, std::to_string(count));
        total += count;
      }
    if (all_) {
      add("", "", "");
      add("Total", "", std::to_string(total));
    }
    return rows;
  }

  bool billable_ = false, connect_ = false, all_ = false;
};

} // namespace

std::unique_ptr<command> make_usage_instances() { return std::make_unique<usage_instances>(); }

} // namespace praetor::cli
