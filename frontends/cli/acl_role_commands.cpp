#include "frontends/cli/acl_command.hpp"
#include "frontends/cli/commands.hpp"
#include "protocol/types/values.hpp"

namespace praetor::cli {

namespace {

/// A command on one role, given by id or name.
class one_role : public acl_command {
protected:
  void declare_id(flag_set& flags) {
    flags.add_string("id", id_, "The beginning of the role's id.");
    flags.add_string("name", name_, "The role's name.");
  }
  /// The role; null if there is none.
  expected<go_json> find(agent_client& client) {
    auto path = "/v1/acl/role/name/" + name_;
    if (!id_.empty()) {
      auto id = full_id(client, role_kind, id_);
      if (!id) return fail("Error determining role ID: " + id.error().text);
      path = "/v1/acl/role/" + *id;
    }
    auto called = id_.empty() ? "name:" + name_ : "id:" + id_;
    auto found = client.raw(get(path));
    if (!found) return fail("Error reading role " + praetor::quoted(called) + ": " + found.error().text);
    if (found->status == 404) return go_json(nullptr);
    if (found->status != 200)
      return fail("Error reading role " + praetor::quoted(called) + ": " + unexpected_status(*found).text);
    return parse_json(found->body);
  }
  std::string not_found() const {
    return "Role not found with " + (id_.empty() ? "name " + praetor::quoted(name_) : "ID " + praetor::quoted(id_));
  }

  std::string id_, name_;
};

class role_create final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl role create -name NAME [options]\n\n  Makes a role.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_grants(flags, grants_, false);
    flags.add_string("templated-policy", grants_.templated_policy, "A template by its name; see -var.");
    flags.add_string("templated-policy-file", grants_.templated_policy_file, "A file with templates and variables.");
    flags.add_string("name", name_, "The role's name, needed.");
    flags.add_string("description", description_, "What the role is for.");
  }

  int run() override {
    if (name_.empty()) return misused("Missing required '-name' flag");
    if (!grants_.any())
      return failed("Cannot create a role without specifying -policy-name, -policy-id, -service-identity, "
                    "-node-identity, -templated-policy-file or -templated-policy at least once");
    auto client = connect();
    if (!client) return 1;
    go_json role{{"Name", name_}, {"Description", description_}};
    if (auto set = set_grants(*client, grants_, role); !set) return failed(set.error().text);
    auto made = client->json(put_json("/v1/acl/role", role));
    if (!made) return failed("Failed to create new role: " + made.error().text);
    return show(made->body, print_role);
  }

  grant_flags grants_;
  std::string name_, description_;
};

class role_read final : public one_role {
  std::string_view usage() const override { return "Usage: consul acl role read [options]\n\n  Shows a role.\n"; }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_id(flags);
  }

  int run() override {
    if (id_.empty() && name_.empty()) return failed(unnamed);
    auto client = connect();
    if (!client) return 1;
    auto found = find(*client);
    if (!found) return failed(found.error().text);
    if (found->is_null()) return failed(not_found());
    return show(*found, print_role);
  }
};

class role_update final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl role update [options]\n\n  Changes a role; policies and identities are added to those "
           "there "
           "are.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    declare_grants(flags, grants_, false);
    flags.add_string("id", id_, "The beginning of the role's id.");
    flags.add_string("name", name_, "The role's new name.");
    flags.add_string("description", description_, "What the role is for.");
    flags.add_bool("no-merge", no_merge_, "What isn't named is cleared.");
    flags.add_string("replace-templated-policy", grants_.templated_policy, "The template instead of those there are.");
    flags.add_string("replace-templated-policy-file", grants_.templated_policy_file,
                     "Templates instead of those there are.");
    flags.add_string("append-templated-policy", more_.templated_policy, "A template to add.");
    flags.add_string("append-templated-policy-file", more_.templated_policy_file, "A file with templates to add.");
  }

  int run() override {
    if (id_.empty()) return failed("Cannot update a role without specifying the -id parameter");
    if (grants_.names_template() && more_.names_template())
      return failed("Cannot combine the use of append-templated-policy flags with replace-templated-policy. To set or "
                    "overwrite existing templated policies, use -replace-templated-policy or "
                    "-replace-templated-policy-file. To append to existing templated policies, use "
                    "-append-templated-policy or -append-templated-policy-file.");
    auto client = connect();
    if (!client) return 1;
    auto id = full_id(*client, role_kind, id_);
    if (!id) return failed("Error determining role ID: " + id.error().text);
    auto found = client->raw(get("/v1/acl/role/" + *id));
    if (found && found->status == 404) return failed("Role not found with ID " + praetor::quoted(*id));
    if (!found || found->status != 200)
      return failed("Error when retrieving current role: " +
                    (found ? unexpected_status(*found).text : found.error().text));
    auto role = no_merge_ ? expected<go_json>(go_json{{"ID", *id}}) : parse_json(found->body);
    if (!role) return failed(role.error().text);
    if (!name_.empty() || no_merge_) (*role)["Name"] = name_;
    if (!description_.empty() || no_merge_) (*role)["Description"] = description_;
    if (auto changed = change(*client, *role); !changed) return failed(changed.error().text);
    auto written = client->json(put_json("/v1/acl/role/" + *id, *role));
    if (!written) return failed("Error updating role " + praetor::quoted(*id) + ": " + written.error().text);
    return show(written->body, print_role);
  }

  expected<void> change(agent_client& client, go_json& role) {
    if (auto done = add_links(client, policy_kind, role["Policies"], grants_.policy_names, grants_.policy_ids, true);
        !done)
      return done;
    auto services = service_identities(grants_.service_identities);
    if (!services) return tl::unexpected(services.error());
    merge_into(role["ServiceIdentities"], *services, {"ServiceName"});
    auto nodes = node_identities(grants_.node_identities);
    if (!nodes) return tl::unexpected(nodes.error());
    merge_into(role["NodeIdentities"], *nodes, {"NodeName", "Datacenter"});
    return change_templates(grants_, more_, role["TemplatedPolicies"]);
  }

  grant_flags grants_, more_;
  std::string id_, name_, description_;
  bool no_merge_ = false;
};

class role_delete final : public one_role {
  std::string_view usage() const override { return "Usage: consul acl role delete [options]\n\n  Removes a role.\n"; }
  void declare(flag_set& flags) override { declare_id(flags); }

  int run() override {
    if (id_.empty() && name_.empty()) return failed(unnamed);
    auto client = connect();
    if (!client) return 1;
    auto found = find(*client);
    if (!found) return failed(found.error().text);
    if (found->is_null()) return failed(not_found());
    return remove(*client, role_kind, text_of(*found, "ID"));
  }
};

} // namespace

std::unique_ptr<command> make_acl_role_create() { return std::make_unique<role_create>(); }
std::unique_ptr<command> make_acl_role_read() { return std::make_unique<role_read>(); }
std::unique_ptr<command> make_acl_role_update() { return std::make_unique<role_update>(); }
std::unique_ptr<command> make_acl_role_delete() { return std::make_unique<role_delete>(); }
std::unique_ptr<command> make_acl_role_list() {
  return std::make_unique<acl_list>(role_kind, "Usage: consul acl role list [options]\n\n  Lists the roles.\n", nullptr,
                                    print_role_list);
}

} // namespace praetor::cli
