#include "frontends/cli/acl_command.hpp"
#include "frontends/cli/commands.hpp"
#include "protocol/base/trim.hpp"
#include "protocol/types/values.hpp"

namespace praetor::cli {

namespace {

class acl_bootstrap final : public acl_command {
  std::string_view usage() const override {
    return R"(Usage: consul acl bootstrap [options] [TOKEN-FILE]

  Makes the first management token, once in the life of a cluster. Its secret
  may be given in a file, or on standard input as "-".
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }
  void declare(flag_set& flags) override { declare_format(flags); }

  int run() override {
    if (arguments().size() > 1) return failed("This command takes up to one argument");
    go_json body = go_json::object();
    if (!arguments().empty()) {
      const auto& from = arguments()[0];
      auto secret = from == "-" ? load_data(from, in()) : read_file(from);
      if (!secret) return failed("Error reading provided token: " + secret.error().text);
      body["BootstrapSecret"] = trimmed(*secret);
    }
    auto client = connect();
    if (!client) return 1;
    auto made = client->json(body.empty() ? put("/v1/acl/bootstrap") : put_json("/v1/acl/bootstrap", body));
    if (!made) return failed("Failed ACL bootstrapping: " + made.error().text);
    made->body.erase("ID");
    return show(as_client_token(made->body), print_token);
  }
};

class acl_set_agent_token final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul acl set-agent-token [options] TYPE TOKEN

  Sets a token that the agent uses by itself. TYPE is one of default, agent,
  recovery, replication, config_file_service_registration, dns.
)";
  }
  api_flags takes() const override { return api_flags::client | api_flags::server; }

  int run() override {
    if (arguments().empty()) return failed("Error! Missing TYPE and TOKEN arguments");
    if (arguments().size() == 1) return failed("Error! Missing TOKEN argument");
    if (arguments().size() > 2)
      return failed("Error! Too many arguments: expected 2 got " + std::to_string(arguments().size()));
    auto token = load_data(arguments()[1], in());
    if (!token) return failed("Error! " + token.error().text);
    const auto& type = arguments()[0];
    std::string path = type == "recovery" ? "agent_recovery" : type;
    bool known = false;
    for (auto one : {"default", "agent", "recovery", "replication", "config_file_service_registration", "dns"})
      known |= type == one;
    if (!known) return failed("Unknown token type");
    auto client = connect();
    if (!client) return 1;
    auto done = client->ok(put_json("/v1/agent/token/" + path, {{"Token", *token}}));
    if (!done) return failed("Failed to set ACL token " + praetor::quoted(type) + ": " + done.error().text);
    out() << "ACL token " << praetor::quoted(type) << " set successfully\n";
    return 0;
  }
};

// ---- Templates

struct template_hint {
  std::string_view name, variable, example;
};
constexpr template_hint hints[] = {
    {"builtin/service", "The name of the service", "api"},
    {"builtin/node", "The node name", "node-1"},
    {"builtin/workload-identity", "The workload name", "api"},
    {"builtin/api-gateway", "The api gateway service name", "api-gateway"},
};

void print_template(std::ostream& out, const go_json& t, bool with_meta) {
  auto name = text_of(t, "TemplateName");
  out << "Name:            " << name << "\nDescription:     " << text_of(t, "Description") << "\nInput variables:";
  const template_hint* hint = nullptr;
  for (const auto& one : hints)
    if (one.name == name) hint = &one;
  if (hint)
    out << "\n\tName: String - Required - " << hint->variable << ".\n";
  else
    out << " None\n";
  out << "Example usage:\n\tconsul acl token create -templated-policy " << name;
  if (hint) out << " -var name:" << hint->example;
  out << '\n';
  if (!with_meta) return;
  if (auto schema = text_of(t, "Schema"); !schema.empty()) out << "Schema:\n" << schema << "\n\n";
  out << "Raw Template:\n" << text_of(t, "Template") << '\n';
}

class template_list final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl templated-policy list [options]\n\n  Lists the templates that policies are made from.\n";
  }
  void declare(flag_set& flags) override { declare_format(flags); }

  int run() override {
    auto client = connect();
    if (!client) return 1;
    auto all = client->read(get("/v1/acl/templated-policies"));
    if (!all) return failed("Failed to retrieve the templated policies list: " + all.error().text);
    return show(all->body, [](std::ostream& out, const go_json& templates, bool) {
      for (const auto& [name, one] : templates.items()) out << name << '\n';
    });
  }
};

class template_read final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl templated-policy read [options]\n\n  Shows a template.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    declare_meta(flags);
    flags.add_string("name", name_, "The template's name.");
  }

  int run() override {
    if (name_.empty()) return failed("Must specify the -name parameter");
    auto client = connect();
    if (!client) return 1;
    auto found = client->read(get("/v1/acl/templated-policy/name/" + name_));
    if (!found) return failed("Error reading templated policy " + praetor::quoted(name_) + ": " + found.error().text);
    return show(found->body, print_template);
  }

  std::string name_;
};

class template_preview final : public acl_command {
  std::string_view usage() const override {
    return "Usage: consul acl templated-policy preview [options]\n\n  Shows the policy that a template makes.\n";
  }
  void declare(flag_set& flags) override {
    declare_format(flags);
    flags.add_string("name", name_, "The template's name.");
    flags.add_string("file", file_, "A file that holds one template with its variables.");
    flags.add_list("var", variables_, "A variable of the template, as `name:value`. May be given often.");
  }

  int run() override {
    if (name_.empty() && file_.empty())
      return failed("Cannot preview a templated policy without specifying -name or -file");
    auto client = connect();
    if (!client) return 1;
    auto given = templated_policies(name_, file_, variables_);
    if (!given) return failed(given.error().text);
    if (given->size() != 1) return failed("Can only preview a single templated policy at a time.");
    const auto& one = (*given)[0];
    const auto& variables = member_of(one, "TemplateVariables");
    auto request = put_json("/v1/acl/templated-policy/preview/" + text_of(one, "TemplateName"),
                            variables.is_object() ? variables : go_json::object());
    request.method = "POST";
    auto made = client->json(std::move(request));
    if (!made) return failed("Failed to generate the templated policy preview: " + made.error().text);
    return show(as_client_policy(made->body), print_policy);
  }

  std::string name_, file_;
  std::vector<std::string> variables_;
};

} // namespace

int acl_command::remove(agent_client& client, const acl_kind& kind, const std::string& id) {
  std::string name = kind.name;
  auto request = get("/v1/acl/" + name + "/" + id);
  request.method = "DELETE";
  if (auto done = client.ok(std::move(request)); !done)
    return failed("Error deleting " + name + " " + praetor::quoted(id) + ": " + done.error().text);
  name.front() = static_cast<char>(name.front() - 'a' + 'A');
  out() << name << " " << praetor::quoted(id) << " deleted successfully\n";
  return 0;
}

void acl_list::declare(flag_set& flags) {
  declare_format(flags);
  declare_meta(flags);
}

int acl_list::run() {
  auto client = connect();
  if (!client) return 1;
  auto all = client->read(get(kind_.list_path));
  if (!all) return failed("Failed to retrieve the " + std::string(kind_.name) + " list: " + all.error().text);
  if (written_)
    for (auto& one : all->body) one = written_(one);
  return show(all->body, pretty_);
}

void declare_grants(flag_set& flags, grant_flags& into, bool roles) {
  flags.add_list("policy-id", into.policy_ids, "A policy by the beginning of its id. May be given often.");
  flags.add_list("policy-name", into.policy_names, "A policy by its name. May be given often.");
  if (roles) {
    flags.add_list("role-id", into.role_ids, "A role by the beginning of its id. May be given often.");
    flags.add_list("role-name", into.role_names, "A role by its name. May be given often.");
  }
  flags.add_list("service-identity", into.service_identities,
                 "What a service needs, as `NAME` or NAME:DATACENTER,DATACENTER. May be given often.");
  flags.add_list("node-identity", into.node_identities,
                 "What a node's agent needs, as `NODE:DATACENTER`. May be given often.");
  flags.add_list("var", into.variables, "A variable of the template, as `name:value`. May be given often.");
}

std::unique_ptr<command> make_acl_bootstrap() { return std::make_unique<acl_bootstrap>(); }
std::unique_ptr<command> make_acl_set_agent_token() { return std::make_unique<acl_set_agent_token>(); }
std::unique_ptr<command> make_acl_template_list() { return std::make_unique<template_list>(); }
std::unique_ptr<command> make_acl_template_read() { return std::make_unique<template_read>(); }
std::unique_ptr<command> make_acl_template_preview() { return std::make_unique<template_preview>(); }

} // namespace praetor::cli
