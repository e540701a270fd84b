#include "frontends/cli/commands.hpp"

namespace praetor::cli {

namespace {

class keyring final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul keyring [options]

  Shows and changes the keys that gossip is encrypted with, on all members. A
  key is exchanged by installing the new one, using it and removing the old.
)";
  }

  void declare(flag_set& flags) override {
    flags.add_string("install", install_, "Make this key known to all members; it isn't used for sending yet.");
    flags.add_bool("list", list_, "Print the keys that are installed, and on how many members.");
    flags.add_bool("list-primary", list_primary_, "Print the keys that are used for sending.");
    flags.add_bool("local-only", local_only_, "List only what the agent itself knows; for -list and -list-primary.");
    flags.add_int("relay-factor", relay_factor_, "Through how many other members answers are sent too, 0 to 5.");
    flags.add_string("remove", remove_, "Forget this key on all members; not the one that is used for sending.");
    flags.add_string("use", use_, "Use this installed key for sending.");
  }

  int run() override {
    int actions = list_ + list_primary_ + !install_.empty() + !use_.empty() + !remove_.empty();
    if (actions > 1) return failed("Only a single action is allowed");
    if (actions == 0) {
      err() << help();
      return 1;
    }
    if (relay_factor_ < 0 || relay_factor_ > 5)
      return failed("Error parsing relay factor: Relay factor must be in range: [0, 5]");
    if (local_only_ && !list_ && !list_primary_)
      return failed("Error validating local-only: local-only can only be set for list requests");
    auto client = connect();
    if (!client) return 1;
    if (list_) return list(*client, "==> Gathering installed encryption keys...", "Keys");
    if (list_primary_) return list(*client, "==> Gathering installed primary encryption keys...", "PrimaryKeys");
    if (!install_.empty()) return change(*client, "==> Installing new gossip encryption key...", "POST", install_);
    if (!use_.empty()) return change(*client, "==> Changing primary gossip encryption key...", "PUT", use_);
    return change(*client, "==> Removing gossip encryption key...", "DELETE", remove_);
  }

  http_request request() const {
    auto result = get("/v1/operator/keyring");
    if (relay_factor_ != 0) result.query["relay-factor"] = std::to_string(relay_factor_);
    return result;
  }

  int change(agent_client& client, const char* message, const char* method, const std::string& key) {
    out() << message << '\n';
    auto wanted = request();
    wanted.method = method;
    wanted.body = dump_json(go_json{{"Key", key}});
    wanted.headers.emplace_back("Content-Type", "application/json");
    auto done = client.ok(std::move(wanted));
    return done ? 0 : failed("error: " + done.error().text);
  }

  int list(agent_client& client, const char* message, const char* which) {
    out() << message << '\n';
    auto wanted = request();
    if (local_only_) wanted.query["local-only"] = "true";
    auto answer = client.json(std::move(wanted));
    if (!answer) return failed("error: " + answer.error().text);
    for (auto& pool : answer->body) print_pool(pool, which);
    return 0;
  }

  void print_pool(const go_json& pool, const char* which) {
    std::string name = "WAN";
    if (!flag_of(pool, "WAN")) {
      auto segment = text_of(pool, "Segment");
      name = text_of(pool, "Datacenter") + " (LAN)" + (segment.empty() ? "" : " [" + segment + "]");
    }
    out() << '\n' << name << ":\n";
    if (auto& messages = member_of(pool, "Messages"); messages.is_object())
      for (auto& [node, text] : messages.items()) out() << "  ===> " << node << ": " << text.get<std::string>() << '\n';
    if (auto& keys = member_of(pool, which); keys.is_object())
      for (auto& [key, count] : keys.items())
        out() << "  " << key << " [" << count.dump() << "/" << number_of(pool, "NumNodes") << "]\n";
  }

  bool list_ = false, list_primary_ = false, local_only_ = false;
  int relay_factor_ = 0;
  std::string install_, use_, remove_;
};

} // namespace

std::unique_ptr<command> make_keyring() { return std::make_unique<keyring>(); }

} // namespace praetor::cli
