#include "frontends/cli/commands.hpp"
#include "frontends/cli/table.hpp"
#include "protocol/base/url.hpp"
#include "protocol/filter/regexp.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace praetor::cli {

namespace {

constexpr int exit_no_match = 2;

/// A row of the table, with its sort key.
struct member_row {
  std::string name, address, status;
  std::string role, partition, segment;
  std::map<std::string, std::string> tags;

  auto order() const {
    bool server = role == "consul";
    return std::tuple(!server, partition != "default", partition, segment, name);
  }
};

std::string tag(const member_row& row, const std::string& name) {
  auto found = row.tags.find(name);
  return found == row.tags.end() ? "" : found->second;
}

std::string status_text(std::uint64_t status) {
  static constexpr std::array names{"none", "alive", "leaving", "left", "failed"};
  return status < names.size() ? names[status] : "unknown";
}

member_row read_member(const go_json& json) {
  member_row row;
  row.name = text_of(json, "Name");
  row.address = join_host_port(text_of(json, "Addr"), std::to_string(number_of(json, "Port")));
  row.status = status_text(number_of(json, "Status"));
  if (auto& tags = member_of(json, "Tags"); tags.is_object())
    for (auto& [name, value] : tags.items()) row.tags[name] = value.is_string() ? value.get<std::string>() : "";
  row.role = tag(row, "role");
  if (tag(row, "segment").empty() && (row.role == "consul" || row.role == "node"))
    row.tags["segment"] = row.role == "consul" ? "<all>" : "<default>";
  if (tag(row, "ap").empty()) row.tags["ap"] = "default";
  row.segment = tag(row, "segment");
  row.partition = tag(row, "ap");
  return row;
}

class members final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul members [options]

  Prints the members of the gossip pool as the agent sees them.
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::partition; }

  void declare(flag_set& flags) override {
    flags.add_bool("detailed", detailed_, "Print the tags of each member.");
    flags.add_bool("wan", wan_, "List the servers of all datacenters; the agent must be a server.");
    flags.add_string("status", status_, "Regular expression that the status has to match.");
    flags.add_string("segment", segment_, "Network segment; this edition has none but the default.");
    flags.add_string("filter", filter_, "Filter expression that a member has to meet.");
  }

  int run() override {
    filter::regexp status(status_);
    if (!status.error().empty()) return failed("Failed to compile status regexp: " + status.error());
    auto client = connect();
    if (!client) return 1;
    auto request = get("/v1/agent/members");
    request.query["segment"] = segment_;
    if (wan_) request.query["wan"] = "1";
    if (!filter_.empty()) request.query["filter"] = filter_;
    auto answer = client->json(std::move(request));
    if (!answer) return failed("Error retrieving members: " + answer.error().text);
    std::vector<member_row> rows;
    for (auto& json : answer->body) {
      auto row = read_member(json);
      if (status.matches(row.status)) rows.push_back(std::move(row));
    }
    if (rows.empty()) return exit_no_match;
    std::sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.order() < b.order(); });
    out() << columnize(detailed_ ? detailed(rows) : plain(rows)) << '\n';
    return 0;
  }

  static table_rows detailed(const std::vector<member_row>& rows) {
    table_rows table{{"Node", "Address", "Status", "Tags"}};
    for (auto& row : rows) {
      std::string tags;
      for (auto& [name, value] : row.tags) tags += (tags.empty() ? "" : ",") + name + "=" + value;
      table.push_back({row.name, row.address, row.status, tags});
    }
    return table;
  }

  static table_rows plain(const std::vector<member_row>& rows) {
    table_rows table{{"Node", "Address", "Status", "Type", "Build", "Protocol", "DC", "Partition", "Segment"}};
    for (auto& row : rows) {
      if (row.role != "consul" && row.role != "node") {
        table.push_back({row.name, row.address, row.status, "unknown", "", "", "", "", ""});
        continue;
      }
      auto build = tag(row, "build");
      build = build.empty() ? "< 0.3" : build.substr(0, build.find(':'));
      table.push_back({row.name, row.address, row.status, row.role == "consul" ? "server" : "client", build,
                       tag(row, "vsn"), tag(row, "dc"), row.partition, row.segment});
    }
    return table;
  }

  bool detailed_ = false, wan_ = false;
  std::string status_ = ".*", segment_ = "_all", filter_;
};

} // namespace

std::unique_ptr<command> make_members() { return std::make_unique<members>(); }

} // namespace praetor::cli
