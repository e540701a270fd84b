#include "frontends/cli/commands.hpp"
#include "frontends/cli/process_environment.hpp"
#include "protocol/base/url.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/types/values.hpp"

#include <charconv>

namespace praetor::cli {

namespace {

class validate final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul validate [options] FILE_OR_DIRECTORY...

  Reads and checks the configuration as the agent would at its start.

      $ consul validate /etc/consul.d
)";
  }
  api_flags takes() const override { return api_flags::none; }
  refusal on_refusal() const override { return refusal::repeat_error; }
  void declare(flag_set& flags) override {
    flags.add_string("config-format", format_, "Language of the files, hcl or json, whatever their names end in.");
    flags.add_bool("quiet", quiet_, "Print nothing if all is well.");
  }

  int run() override {
    if (arguments().empty()) return failed("Must specify at least one config file or directory");
    if (!format_.empty() && format_ != "hcl" && format_ != "json")
      return failed("-config-format must be either 'hcl' or 'json");
    process_environment here;
    config::sources from;
    from.paths = arguments();
    from.format = format_;
    auto loaded = config::load(from, here);
    if (!loaded) return failed("Config validation failed: " + loaded.error().text);
    for (auto& warning : loaded->warnings) failed(warning);
    if (!quiet_) out() << "Configuration is valid!\n";
    return 0;
  }
  std::string format_;
  bool quiet_ = false;
};

/// The services in the given files.
expected<std::vector<service_definition>> services_of(const std::vector<std::string>& paths) {
  process_environment here;
  config::sources from;
  from.paths = paths;
  from.dev_mode = true; // the files need to contain only services
  auto loaded = config::load(from, here);
  if (!loaded) return tl::make_unexpected(loaded.error());
  return std::move(loaded->config.services);
}

/// Checks inside a service are identified by CheckID, others by ID.
void name_checks(service_definition& service) {
  auto rename = [](check_definition& check) {
    normalize(check);
    check.check_id = std::move(check.id);
    check.id.clear();
  };
  if (service.check) rename(*service.check);
  for (auto& check : service.checks) rename(check);
  if (service.connect && service.connect->sidecar_service) name_checks(*service.connect->sidecar_service);
}

/// Parses HOST:PORT; the error is Go's.
expected<service_address> parse_address(const std::string& text) {
  auto parts = split_host_port(text);
  if (!parts) return fail(parts.error());
  const auto& port = parts->port;
  service_address address;
  address.address = parts->host;
  auto [end, code] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (code != std::errc{} || end != port.data() + port.size())
    return fail("strconv.Atoi: parsing " + praetor::quoted(port) + ": invalid syntax");
  return address;
}

class services_register final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul services register [options] [FILE...]

  Registers the services of configuration files, or one that the flags describe,
  with the agent. It stays registered until it is taken away again.

      $ consul services register web.json
      $ consul services register -name=web -port=8080 -tag=v2
)";
  }
  api_flags takes() const override { return api_flags::all; }

  void declare(flag_set& flags) override {
    flags.add_string("id", id_, "ID of the service; the default is its name.");
    flags.add_string("name", name_, "Name of the service.");
    flags.add_string("address", address_, "Address of the service; the default is the agent's.");
    flags.add_int("port", port_, "Port of the service.");
    flags.add_string("socket", socket_, "Path of the service's unix socket.");
    flags.add_list("tag", tags_, "Tag of the service. May be given often.");
    flags.add_map("meta", meta_, "Metadata, as key=value. May be given often.");
    flags.add_map("tagged-address", tagged_, "Further address, as name=HOST:PORT. May be given often.");
    flags.add_string("kind", kind_, "Kind of the service, for proxies and gateways.");
  }

  int run() override {
    auto wanted = requested();
    if (!wanted) return failed(wanted.error().text);
    auto client = connect();
    if (!client) return 1;
    for (auto& service : *wanted) {
      name_checks(service);
      auto request = put("/v1/agent/service/register", json::to_string(service));
      request.headers.emplace_back("Content-Type", "application/json");
      if (auto done = client->ok(std::move(request)); !done)
        return failed("Error registering service \"" + service.name + "\": " + done.error().text);
      out() << "Registered service: " << service.name << '\n';
    }
    return 0;
  }

  expected<std::vector<service_definition>> requested() {
    service_definition service;
    for (auto& [name, text] : tagged_) {
      auto address = parse_address(text);
      if (!address) return fail("Invalid Tagged Address: " + address.error().text);
      service.tagged_addresses[name] = *address;
    }
    if (arguments().empty() && name_.empty())
      return fail("Service registration requires at least one argument or flags.");
    // The text names the wrong flag; scripts may depend on it.
    if (!arguments().empty() && !name_.empty())
      return fail("Service registration requires arguments or -id, not both.");
    if (!arguments().empty()) {
      auto services = services_of(arguments());
      if (!services) return fail("Error: " + services.error().text);
      return services;
    }
    service.kind = kind_;
    service.id = id_;
    service.name = name_;
    service.address = address_;
    service.port = port_;
    service.socket_path = socket_;
    service.tags = tags_;
    service.meta = meta_;
    return std::vector{std::move(service)};
  }

  std::string id_, name_, address_, socket_, kind_;
  int port_ = 0;
  std::vector<std::string> tags_;
  std::map<std::string, std::string> meta_, tagged_;
};

class services_deregister final : public command {
  std::string_view usage() const override {
    return R"(Usage: consul services deregister [options] [FILE...]

  Takes the services of configuration files, or the one with the ID given, away
  from the agent.

      $ consul services deregister web.json
      $ consul services deregister -id=web-1
)";
  }
  api_flags takes() const override { return api_flags::all; }
  void declare(flag_set& flags) override { flags.add_string("id", id_, "ID of the service."); }

  int run() override {
    if (arguments().empty() && id_.empty())
      return failed("Service deregistration requires at least one argument or -id.");
    if (!arguments().empty() && !id_.empty())
      return failed("Service deregistration requires arguments or -id, not both.");
    std::vector<service_definition> services(1);
    services[0].id = id_;
    if (!arguments().empty()) {
      auto found = services_of(arguments());
      if (!found) return failed("Error: " + found.error().text);
      services = std::move(*found);
    }
    auto client = connect();
    if (!client) return 1;
    for (auto& service : services) {
      auto& id = service.id.empty() ? service.name : service.id;
      if (auto done = client->ok(put("/v1/agent/service/deregister/" + id)); !done)
        return failed("Error deregistering service \"" + service.name + "\": " + done.error().text);
      out() << "Deregistered service: " << id << '\n';
    }
    return 0;
  }
  std::string id_;
};

} // namespace

std::unique_ptr<command> make_validate() { return std::make_unique<validate>(); }
std::unique_ptr<command> make_services_register() { return std::make_unique<services_register>(); }
std::unique_ptr<command> make_services_deregister() { return std::make_unique<services_deregister>(); }

} // namespace praetor::cli
