#include "frontends/cli/commands.hpp"
#include "protocol/types/values.hpp"

#include <map>

namespace praetor::cli {

namespace {

class autopilot_command : public command {
  api_flags takes() const override { return api_flags::client | api_flags::server; }
  refusal on_refusal() const override { return refusal::failed_to_parse_args; }
};

constexpr auto configuration_path = "/v1/operator/autopilot/configuration";

std::string yes_no(bool value) { return value ? "true" : "false"; }

class autopilot_get_config final : public autopilot_command {
  std::string_view usage() const override {
    return R"(Usage: consul operator autopilot get-config [options]

  Prints the settings of autopilot.
)";
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto answer = client->read(get(configuration_path));
    if (!answer) return failed("Error querying Autopilot configuration: " + answer.error().text);
    auto& config = answer->body;
    auto flag = [&](const char* name) { out() << name << " = " << yes_no(flag_of(config, name)) << '\n'; };
    auto number = [&](const char* name) { out() << name << " = " << number_of(config, name) << '\n'; };
    auto plain = [&](const char* name) { out() << name << " = " << text_of(config, name) << '\n'; };
    auto in_quotes = [&](const char* name) {
      out() << name << " = " << praetor::quoted(text_of(config, name)) << '\n';
    };
    flag("CleanupDeadServers");
    plain("LastContactThreshold");
    number("MaxTrailingLogs");
    number("MinQuorum");
    plain("ServerStabilizationTime");
    in_quotes("RedundancyZoneTag");
    flag("DisableUpgradeMigration");
    in_quotes("UpgradeVersionTag");
    return 0;
  }
};

class autopilot_set_config final : public autopilot_command {
  std::string_view usage() const override {
    return R"(Usage: consul operator autopilot set-config [options]

  Changes settings of autopilot; what isn't named stays.
)";
  }

  void declare(flag_set& flags) override {
    flags.add_optional("cleanup-dead-servers", cleanup_,
                       "Whether dead servers are removed when a new one joins. `true|false`");
    flags.add_optional("last-contact-threshold", last_contact_,
                       "How long a healthy server may be without contact to the leader, such as `200ms`.");
    flags.add_optional("max-trailing-logs", trailing_logs_, "How many log entries a healthy server may be behind.");
    flags.add_optional("min-quorum", min_quorum_, "How many servers the removal of dead ones has to leave.");
    flags.add_optional("server-stabilization-time", stabilization_,
                       "How long a new server has to be healthy before it votes, such as `10s`.");
    flags.add_optional("disable-upgrade-migration", disable_migration_, "Without effect in this edition. `true|false`");
    flags.add_optional("redundancy-zone-tag", zone_tag_, "Without effect in this edition.");
    flags.add_optional("upgrade-version-tag", version_tag_, "Without effect in this edition.");
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto answer = client->json(get(configuration_path));
    if (!answer) return failed("Error querying Autopilot configuration: " + answer.error().text);
    auto& config = answer->body;
    auto set = [&](const char* name, const auto& value) {
      if (value) config[name] = *value;
    };
    auto set_duration = [&](const char* name, const std::optional<std::chrono::nanoseconds>& value) {
      if (value) config[name] = duration_to_text(*value);
    };
    set("CleanupDeadServers", cleanup_);
    set("MaxTrailingLogs", trailing_logs_);
    set("MinQuorum", min_quorum_);
    set("DisableUpgradeMigration", disable_migration_);
    set("RedundancyZoneTag", zone_tag_);
    set("UpgradeVersionTag", version_tag_);
    set_duration("LastContactThreshold", last_contact_);
    set_duration("ServerStabilizationTime", stabilization_);
    auto request = put_json(configuration_path, config);
    request.query["cas"] = std::to_string(number_of(config, "ModifyIndex"));
    auto done = client->ok(std::move(request));
    if (!done) return failed("Error setting Autopilot configuration: " + done.error().text);
    if (done->body.find("true") == std::string::npos) {
      out() << "Configuration could not be atomically updated, please try again\n";
      return 1;
    }
    out() << "Configuration updated!\n";
    return 0;
  }

  std::optional<bool> cleanup_, disable_migration_;
  std::optional<std::uint64_t> trailing_logs_, min_quorum_;
  std::optional<std::chrono::nanoseconds> last_contact_, stabilization_;
  std::optional<std::string> zone_tag_, version_tag_;
};

class autopilot_state final : public autopilot_command {
  std::string_view usage() const override {
    return R"(Usage: consul operator autopilot get-config [options]

  Prints what autopilot thinks of each server.
)";
  }
  void declare(flag_set& flags) override { flags.add_string("format", format_, "Form of the output {pretty|json}"); }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto answer = client->read(get("/v1/operator/autopilot/state"));
    if (!answer) return failed("Error querying Autopilot state: " + answer.error().text);
    if (format_ == "json") {
      out() << dump_json(answer->body, "    ") << '\n';
      return 0;
    }
    if (format_ != "pretty") return failed("Unknown format: " + format_);
    print(answer->body);
    return 0;
  }

  void print(const go_json& state) {
    out() << "Healthy:                      " << yes_no(flag_of(state, "Healthy"))
          << "\nFailure Tolerance:            " << number_of(state, "FailureTolerance")
          << "\nOptimistic Failure Tolerance: " << number_of(state, "OptimisticFailureTolerance")
          << "\nLeader:                       " << text_of(state, "Leader") << "\nVoters:\n";
    for (auto& voter : member_of(state, "Voters")) out() << "   " << voter.get<std::string>() << '\n';
    std::map<std::string, const go_json*> servers;
    if (auto& all = member_of(state, "Servers"); all.is_object())
      for (auto& [id, server] : all.items()) servers[id] = &server;
    out() << "Servers:\n";
    for (auto& [id, server] : servers) print_server(id, *server);
    out() << '\n';
  }

  void print_server(const std::string& id, const go_json& server) {
    auto row = [&](const char* label, const std::string& value) { out() << "      " << label << value << '\n'; };
    out() << "   " << id << '\n';
    row("Name:            ", text_of(server, "Name"));
    row("Address:         ", text_of(server, "Address"));
    row("Version:         ", text_of(server, "Version"));
    row("Status:          ", text_of(server, "Status"));
    row("Node Type:       ", text_of(server, "NodeType"));
    row("Node Status:     ", text_of(server, "NodeStatus"));
    row("Healthy:         ", yes_no(flag_of(server, "Healthy")));
    row("Last Contact:    ", text_of(server, "LastContact"));
    row("Last Term:       ", std::to_string(number_of(server, "LastTerm")));
    row("Last Index:      ", std::to_string(number_of(server, "LastIndex")));
    std::map<std::string, std::string> meta;
    if (auto& all = member_of(server, "Meta"); all.is_object())
      for (auto& [name, value] : all.items()) meta[name] = value.is_string() ? value.get<std::string>() : "";
    if (meta.empty()) return;
    row("Meta", "");
    for (auto& [name, value] : meta)
      out() << "         " << praetor::quoted(name) << ": " << praetor::quoted(value) << '\n';
  }

  std::string format_ = "pretty";
};

} // namespace

std::unique_ptr<command> make_autopilot_get_config() { return std::make_unique<autopilot_get_config>(); }
std::unique_ptr<command> make_autopilot_set_config() { return std::make_unique<autopilot_set_config>(); }
std::unique_ptr<command> make_autopilot_state() { return std::make_unique<autopilot_state>(); }

} // namespace praetor::cli
