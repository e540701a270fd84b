#include "frontends/cli/acl_command.hpp"
#include "frontends/cli/commands.hpp"
#include "protocol/types/values.hpp"

#include <optional>

namespace praetor::cli {

namespace {

/// A command on one policy, given by id or name.
class one_policy : public acl_command {
protected:
  void declare_id(flag_set& flags) {
    flags.add_string("id", id_, "The beginning of the policy's id.");
    flags.add_optional("name", name_, "The policy's name.");
  }
  bool is_named() const { return !id_.empty() || (name_ && !name_->empty()); }
  /// The policy's full id.
  expected<std::string> find(agent_client& client) {
    if (!id_.empty()) return full_id(client, policy_kind, id_);
    auto found = client.read(get("/v1/acl/policy/name/" + *name_));
    if (!found) return tl::unexpected(found.error());
    return text_of(found->body, "ID");
  }

  std::string id_;
  std::optional<std::string> name_;
};

class policy_create final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl policy create -name NAME [options]\n\n  Makes a policy.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    flags.add_string("name", name_, "The policy's name, needed.");
    flags.add_string("description", description_, "What the policy is for.");
    flags.add_string("rules", rules_, "The rules; `@FILE` reads a file, \"-\" standard input.");
    flags.add_list("valid-datacenter", datacenters_, "A datacenter that it is in force in; all without.");
  }

  int run() override {
    if (name_.empty()) return misused("Missing required '-name' flag");
    auto rules = load_data(rules_, in());
    if (!rules) return failed("Error loading rules: " + rules.error().text);
    auto client = connect();
    if (!client) return 1;
    auto made = client->json(
        put_json("/v1/acl/policy",
                 {{"Name", name_}, {"Description", description_}, {"Rules", *rules}, {"Datacenters", datacenters_}}));
    if (!made) return failed("Failed to create new policy: " + made.error().text);
    return show(as_client_policy(made->body), print_policy);
  }

  std::string name_, description_, rules_;
  std::vector<std::string> datacenters_;
};

class policy_read final : public one_policy {
  std::string_view usage() const override { return "Usage: consul acl policy read [options]\n\n  Shows a policy.\n"; }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_id(flags);
  }

  int run() override {
    if (!is_named()) return failed(unnamed);
    auto client = connect();
    if (!client) return 1;
    auto path = "/v1/acl/policy/name/" + name_.value_or("");
    auto called = "name:" + name_.value_or("");
    if (!id_.empty()) {
      auto id = full_id(*client, policy_kind, id_);
      if (!id) return failed("Error determining policy ID: " + id.error().text);
      path = "/v1/acl/policy/" + *id;
      called = "id:" + *id;
    }
    auto found = client->raw(get(path));
    if (found && found->status == 404) return failed("Error policy not found: " + name_.value_or(""));
    if (found && found->status != 200)
      return failed("Error reading policy " + praetor::quoted(called) + ": " + unexpected_status(*found).text);
    if (!found) return failed("Error reading policy " + praetor::quoted(called) + ": " + found.error().text);
    auto body = parse_json(found->body);
    if (!body) return failed(body.error().text);
    return show(as_client_policy(*body), print_policy);
  }
};

class policy_update final : public one_policy {
  std::string_view usage() const override {
    return "Usage: consul acl policy update [options]\n\n  Changes a policy; what isn't named stays.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_id(flags);
    flags.add_optional("description", description_, "What the policy is for.");
    flags.add_optional("rules", rules_, "The rules; `@FILE` reads a file, \"-\" standard input.");
    flags.add_list("valid-datacenter", datacenters_, "A datacenter that it is in force in; all without.");
    flags.add_bool("no-merge", no_merge_, "What isn't named is cleared.");
  }

  int run() override {
    if (!is_named()) return failed(unnamed);
    auto client = connect();
    if (!client) return 1;
    auto id = find(*client);
    if (!id) return failed("Error determining policy ID: " + id.error().text);
    auto rules = load_data(rules_.value_or(""), in());
    if (!rules) return failed("Error loading data source: " + rules.error().text);
    go_json policy{{"ID", *id}};
    if (!no_merge_) {
      auto found = client->read(get("/v1/acl/policy/" + *id));
      if (!found) return failed("Error reading policy " + praetor::quoted(*id) + ": " + found.error().text);
      policy = std::move(found->body);
    }
    if (name_) policy["Name"] = *name_;
    if (description_) policy["Description"] = *description_;
    if (rules_) policy["Rules"] = *rules;
    if (!datacenters_.empty()) policy["Datacenters"] = datacenters_;
    auto written = client->json(put_json("/v1/acl/policy/" + *id, policy));
    if (!written) return failed("Error updating policy " + praetor::quoted(*id) + ": " + written.error().text);
    return show(as_client_policy(written->body), print_policy);
  }

  std::optional<std::string> description_, rules_;
  std::vector<std::string> datacenters_;
  bool no_merge_ = false;
};

class policy_delete final : public one_policy {
  std::string_view usage() const override {
    return "Usage: consul acl policy delete [options]\n\n  Removes a policy.\n";
  }
  void declare(flag_set& flags) override { declare_id(flags); }

  int run() override {
    if (!is_named()) return failed(unnamed);
    auto client = connect();
    if (!client) return 1;
    auto id = find(*client);
    if (!id) return failed("Error determining policy ID: " + id.error().text);
    return remove(*client, policy_kind, *id);
  }
};

} // namespace

std::unique_ptr<command> make_acl_policy_create() { return std::make_unique<policy_create>(); }
std::unique_ptr<command> make_acl_policy_read() { return std::make_unique<policy_read>(); }
std::unique_ptr<command> make_acl_policy_update() { return std::make_unique<policy_update>(); }
std::unique_ptr<command> make_acl_policy_delete() { return std::make_unique<policy_delete>(); }
std::unique_ptr<command> make_acl_policy_list() {
  return std::make_unique<acl_list>(policy_kind, "Usage: consul acl policy list [options]\n\n  Lists the policies.\n",
                                    nullptr, print_policy_list);
}

} // namespace praetor::cli
