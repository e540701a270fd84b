#include "frontends/cli/acl_command.hpp"
#include "frontends/cli/commands.hpp"
#include "protocol/types/values.hpp"

#include <optional>
#include <utility>

namespace praetor::cli {

namespace {

class one_token : public acl_command {
protected:
  void declare_id(flag_set& flags) {
    flags.add_string("accessor-id", accessor_, "The beginning of the token's accessor id.");
    flags.add_string("id", old_id_, "Former name of -accessor-id.");
  }
  /// The token's full accessor; nothing after an error was printed.
  std::optional<std::string> accessor(agent_client& client, std::string_view unnamed) {
    if (accessor_.empty() && old_id_.empty()) {
      failed(unnamed);
      return {};
    }
    if (accessor_.empty()) err() << "Use the -accessor-id parameter to specify token by Accessor ID\n";
    auto found = full_id(client, token_kind, accessor_.empty() ? old_id_ : accessor_);
    if (found) return *found;
    failed("Error determining token ID: " + found.error().text);
    return {};
  }

  std::string accessor_, old_id_;
};

constexpr auto unnamed_change = "Cannot update a token without specifying the -accessor-id parameter";

class token_create final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl token create [options]\n\n  Makes a token that grants what its policies, roles and "
           "identities grant.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_grants(flags, grants_, true);
    flags.add_string("templated-policy", grants_.templated_policy, "A template by its name; see -var.");
    flags.add_string("templated-policy-file", grants_.templated_policy_file, "A file with templates and variables.");
    flags.add_string("description", description_, "What the token is for.");
    flags.add_bool("local", local_, "Keep the token in this datacenter.");
    flags.add_duration("expires-ttl", life_, "How long the token lives, such as `24h`; it lives for ever without.");
    flags.add_string("accessor", accessor_, "Accessor id of the token, a UUID; made up without.");
    flags.add_string("secret", secret_, "Secret id of the token, a UUID; made up without.");
  }

  int run() override {
    if (!grants_.any())
      return failed("Cannot create a token without specifying -policy-name, -policy-id, -role-name, -role-id, "
                    "-service-identity, -node-identity, -templated-policy, or -templated-policy-file at least once");
    if (!grants_.templated_policy.empty() && !grants_.templated_policy_file.empty())
      return failed(
          "Cannot combine the use of templated-policy flag with templated-policy-file. To create a token with "
          "a single templated policy and simple use case, use -templated-policy. For multiple templated "
          "policies and more complicated use cases, use -templated-policy-file");
    auto client = connect();
    if (!client) return 1;
    go_json token{{"AccessorID", accessor_}, {"SecretID", secret_}, {"Description", description_}, {"Local", local_}};
    if (life_.count() > 0) token["ExpirationTTL"] = duration_to_text(life_);
    if (auto set = set_grants(*client, grants_, token); !set) return failed(set.error().text);
    auto made = client->json(put_json("/v1/acl/token", token));
    if (!made) return failed("Failed to create new token: " + made.error().text);
    return show(as_client_token(made->body), print_token);
  }

  grant_flags grants_;
  std::string description_, accessor_, secret_;
  bool local_ = false;
  std::chrono::nanoseconds life_{0};
};

class token_read final : public one_token {
  std::string_view usage() const override {
    return "Usage: consul acl token read [options] -accessor-id TOKEN\n\n  Shows a token.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_id(flags);
    flags.add_bool("self", self_, "Show the token that the request is made with.");
    flags.add_bool("expanded", expanded_, "Show the rules of all that the token grants as well.");
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    if (self_) {
      if (expanded_)
        return failed("Cannot use both -expanded and -self. Instead, use -expanded and -accessor-id=<accessor id>.");
      auto found = client->read(get("/v1/acl/token/self"));
      if (!found) return failed("Error reading token: " + found.error().text);
      return show(as_client_token(found->body), print_token);
    }
    auto id = accessor(*client, "Must specify the -accessor-id parameter");
    if (!id) return 1;
    auto request = get("/v1/acl/token/" + *id);
    if (expanded_) request.query["expanded"] = "true";
    auto found = client->read(std::move(request));
    if (!found) return failed("Error reading token " + praetor::quoted(*id) + ": " + found.error().text);
    return show(as_client_token(found->body), expanded_ ? print_expanded_token : print_token);
  }

  bool self_ = false, expanded_ = false;
};

class token_clone final : public one_token {
  std::string_view usage() const override {
    return "Usage: consul acl token clone [options]\n\n  Makes a token that grants what another one grants.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_id(flags);
    flags.add_string("description", description_, "What the new token is for; as the other one without.");
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto id = accessor(*client, unnamed_change);
    if (!id) return 1;
    auto made = client->json(put_json("/v1/acl/token/" + *id + "/clone", {{"Description", description_}}));
    if (!made) return failed("Error cloning token: " + made.error().text);
    return show(as_client_token(made->body), print_token);
  }

  std::string description_;
};

class token_update final : public one_token {
  std::string_view usage() const override {
    return "Usage: consul acl token update [options]\n\n  Changes what a token grants.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_id(flags);
    declare_grants(flags, set_, true);
    flags.add_string("description", description_, "What the token is for.");
    flags.add_list("append-policy-id", more_.policy_ids, "A policy to add. May be given often.");
    flags.add_list("append-policy-name", more_.policy_names, "A policy to add. May be given often.");
    flags.add_list("append-role-id", more_.role_ids, "A role to add. May be given often.");
    flags.add_list("append-role-name", more_.role_names, "A role to add. May be given often.");
    flags.add_list("append-service-identity", more_.service_identities, "A service to add. May be given often.");
    flags.add_list("append-node-identity", more_.node_identities, "A node to add. May be given often.");
    flags.add_string("replace-templated-policy", set_.templated_policy, "The template instead of those there are.");
    flags.add_string("replace-templated-policy-file", set_.templated_policy_file,
                     "Templates instead of those there are.");
    flags.add_string("append-templated-policy", more_.templated_policy, "A template to add.");
    flags.add_string("append-templated-policy-file", more_.templated_policy_file, "A file with templates to add.");
    flags.add_bool("merge-policies", merge_policies_, "Add policies to those there are. Deprecated.");
    flags.add_bool("merge-roles", merge_roles_, "Add roles to those there are. Deprecated.");
    flags.add_bool("merge-service-identities", merge_services_, "Add services to those there are. Deprecated.");
    flags.add_bool("merge-node-identities", merge_nodes_, "Add nodes to those there are. Deprecated.");
  }

  /// A contradiction between the flags, if any.
  std::optional<std::string> contradiction() const {
    auto both = [](const auto& a, const auto& b) { return !a.empty() && !b.empty(); };
    auto text = [](const std::string& one, const std::string& other, const std::string& what) {
      return "Cannot combine the use of " + one + " with " + other + ". To set or overwrite existing " + what +
             ", use the former. To append to existing " + what + ", use the latter.";
    };
    if (both(set_.service_identities, more_.service_identities))
      return text("service-identity flag", "append-service-identity", "service identities");
    if (both(set_.node_identities, more_.node_identities))
      return text("node-identity flag", "append-node-identity", "node identities");
    if (set_.names_template() && more_.names_template())
      return text("-append-templated-policy flags", "replace-templated-policy", "templated policies");
    if (both(ids_and_names(set_.policy_ids, set_.policy_names), ids_and_names(more_.policy_ids, more_.policy_names)))
      return text("policy-id/policy-name flags", "append- variants", "policies");
    if (both(ids_and_names(set_.role_ids, set_.role_names), ids_and_names(more_.role_ids, more_.role_names)))
      return text("role-id/role-name flags", "append- variants", "roles");
    return {};
  }

  static std::vector<std::string> ids_and_names(std::vector<std::string> ids, const std::vector<std::string>& names) {
    ids.insert(ids.end(), names.begin(), names.end());
    return ids;
  }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto id = accessor(*client, unnamed_change);
    if (!id) return 1;
    auto found = client->read(get("/v1/acl/token/" + *id));
    if (!found) return failed("Error when retrieving current token: " + found.error().text);
    if (auto no = contradiction()) return failed(*no);
    auto& token = found->body;
    if (!description_.empty()) token["Description"] = description_;
    if (auto changed = change(*client, token); !changed) return failed(changed.error().text);
    auto written = client->json(put_json("/v1/acl/token/" + *id, token));
    if (!written) return failed("Failed to update token " + *id + ": " + written.error().text);
    return show(as_client_token(written->body), print_token);
  }

  expected<void> change(agent_client& client, go_json& token) {
    auto links = [&](const acl_kind& kind, const char* member, const std::vector<std::string>& names,
                     const std::vector<std::string>& ids, const std::vector<std::string>& more_names,
                     const std::vector<std::string>& more_ids, bool merge) -> expected<void> {
      bool sets = !names.empty() || !ids.empty();
      if (sets && !merge) token[member] = go_json::array();
      if (auto done = add_links(client, kind, token[member], names, ids, merge); !done) return done;
      return add_links(client, kind, token[member], more_names, more_ids, false);
    };
    if (auto done = links(policy_kind, "Policies", set_.policy_names, set_.policy_ids, more_.policy_names,
                          more_.policy_ids, merge_policies_);
        !done)
      return done;
    if (auto done =
            links(role_kind, "Roles", set_.role_names, set_.role_ids, more_.role_names, more_.role_ids, merge_roles_);
        !done)
      return done;
    return change_identities(token);
  }

  expected<void> change_identities(go_json& token) {
    bool adds_services = merge_services_ || !more_.service_identities.empty();
    auto services =
        service_identities(more_.service_identities.empty() ? set_.service_identities : more_.service_identities);
    if (!services) return tl::unexpected(services.error());
    if (adds_services)
      merge_into(token["ServiceIdentities"], *services, {"ServiceName"});
    else
      token["ServiceIdentities"] = *services;
    bool adds_nodes = merge_nodes_ || !more_.node_identities.empty();
    auto nodes = node_identities(more_.node_identities.empty() ? set_.node_identities : more_.node_identities);
    if (!nodes) return tl::unexpected(nodes.error());
    if (adds_nodes)
      merge_into(token["NodeIdentities"], *nodes, {"NodeName", "Datacenter"});
    else
      token["NodeIdentities"] = *nodes;
    return change_templates(set_, more_, token["TemplatedPolicies"]);
  }

  grant_flags set_, more_;
  std::string description_;
  bool merge_policies_ = false, merge_roles_ = false, merge_services_ = false, merge_nodes_ = false;
};

class token_delete final : public one_token {
  std::string_view usage() const override {
    return "Usage: consul acl token delete [options] -accessor-id TOKEN\n\n  Removes a token.\n";
  }
  void declare(flag_set& flags) override { declare_id(flags); }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto id = accessor(*client, "Must specify the -accessor-id parameter");
    if (!id) return 1;
    return remove(*client, token_kind, *id);
  }
};

} // namespace

std::unique_ptr<command> make_acl_token_create() { return std::make_unique<token_create>(); }
std::unique_ptr<command> make_acl_token_read() { return std::make_unique<token_read>(); }
std::unique_ptr<command> make_acl_token_clone() { return std::make_unique<token_clone>(); }
std::unique_ptr<command> make_acl_token_update() { return std::make_unique<token_update>(); }
std::unique_ptr<command> make_acl_token_delete() { return std::make_unique<token_delete>(); }
std::unique_ptr<command> make_acl_token_list() {
  return std::make_unique<acl_list>(token_kind, "Usage: consul acl token list [options]\n\n  Lists the tokens.\n",
                                    as_client_token, print_token_list);
}

} // namespace praetor::cli
