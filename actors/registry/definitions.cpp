#include "actors/registry/definitions.hpp"

#include "actors/probe.hpp"
#include "protocol/config/definition_validation.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/names.hpp"

#include <algorithm>

namespace praetor {

namespace {

/// Scripts run arbitrary commands: only configuration files may define them, unless the configuration allows API
/// clients to.
expected<void> scripts_allowed(const registry_settings& settings, const check_registration& r) {
  if (r.check.script_args.empty() || settings.enable_script_checks) return {};
  if (!r.from_file)
    return fail("Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to "
                "true");
  if (settings.enable_local_script_checks) return {};
  return fail("Scripts are disabled on this agent; to enable, configure 'enable_script_checks' or "
              "'enable_local_script_checks' to true");
}

/// The service with this id once the definitions are in force: one of theirs, or one registered over the API.
const node_service* service_of(const file_definitions& files, const local_state& current, const std::string& id) {
  if (auto it = files.services.find(id); it != files.services.end()) return &it->second.service;
  auto kept = current.service(id);
  return kept && !kept->from_file ? kept->service.get() : nullptr;
}

std::string id_of(const service_definition& d) { return d.id.empty() ? d.name : d.id; }

} // namespace

registry_settings registry_settings_of(const config::runtime_config& c) {
  registry_settings s;
  s.node_name = c.node_name;
  s.enable_script_checks = c.enable_script_checks;
  s.enable_local_script_checks = c.enable_local_script_checks;
  s.discard_check_output = c.discard_check_output;
  s.check_output_max_size = static_cast<std::size_t>(c.check_output_max_size);
  s.check_update_interval = c.check_update_interval;
  s.deregister_interval_min = c.check_deregister_interval_min;
  s.reap_interval = c.check_reap_interval;
  return s;
}

std::size_t output_limit(const check_definition& d, std::size_t most) {
  return d.output_max_size > 0 ? std::min(static_cast<std::size_t>(d.output_max_size), most) : most;
}

file_definitions definitions_of(const config::runtime_config& c) {
  file_definitions out;
  std::map<std::string, const service_definition*> services;
  for (const auto& d : c.services) services[id_of(d)] = &d;
  for (const auto& [id, d] : services) {
    service_registration r;
    r.service = to_node_service(*d);
    r.token = d->token;
    r.from_file = true;
    for (const auto& check : service_checks(*d, d->all_checks()))
      out.checks[check.id] = {.check = check, .token = d->token, .from_file = true, .inside_service = true};
    out.services.emplace(id, std::move(r));
  }
  for (auto d : c.checks) {
    normalize(d);
    auto id = d.id.empty() ? d.name : d.id;
    out.checks[id] = {.check = d, .token = d.token, .from_file = true};
  }
  return out;
}

expected<void> admissible(const check_registration& r, const registry_settings& settings, const node_service* service,
                          const probe_port* probes) {
  const auto& d = r.check;
  if (auto valid = config::validate(d); !valid) return fail("Check is not valid: " + valid.error().text);
  if (auto allowed = scripts_allowed(settings, r); !allowed) return allowed;
  if (probes)
    if (auto possible = probes->possible(d); !possible) return possible;
  if (!d.service_id.empty() && !service)
    return fail("ServiceID " + praetor::quoted(d.service_id) + " does not exist", 404);
  auto shown = to_health_check(d, settings.node_name, service, r.inside_service);
  if (auto fault = fault_in_names(shown)) return fail(std::move(*fault), 400);
  return {};
}

expected<void> admissible(const service_registration& r, const registry_settings& settings, const probe_port* probes) {
  if (r.service.name.empty()) return fail("Missing service name", 400);
  if (auto fault = fault_in_names(r.service)) return fail(std::move(*fault), 400);
  if (auto fault = config::fault_in_tagged_addresses(r.service.tagged_addresses)) return fail(std::move(*fault));
  for (const auto& check : r.checks) {
    check_registration one{check, r.token, r.from_file, true};
    if (auto good = admissible(one, settings, &r.service, probes); !good) return good;
  }
  return {};
}

std::optional<std::string> fault_in_sidecar(const service_definition& d) {
  if (!d.connect || !d.connect->sidecar_service) return std::nullopt;
  return "Invalid SidecarService: sidecar services are not available in this release of Praetor; register the proxy as "
         "a service of kind connect-proxy";
}

std::optional<error> refused_definitions(const config::runtime_config& config, const local_state& current,
                                         const probe_port* probes) {
  auto settings = registry_settings_of(config);
  auto files = definitions_of(config);
  auto refused = [](std::string_view what, const std::string& name, error why) {
    why.text = "Failed to register " + std::string(what) + " " + praetor::quoted(name) + ": " + why.text;
    return why;
  };
  for (const auto& d : config.services)
    if (auto fault = fault_in_sidecar(d)) return refused("service", d.name, {std::move(*fault), 501});
  for (const auto& [id, r] : files.services)
    if (auto good = admissible(r, settings, probes); !good)
      return refused("service", r.service.name.empty() ? id : r.service.name, good.error());
  for (const auto& [id, r] : files.checks) {
    const auto* service = service_of(files, current, r.check.service_id);
    if (auto good = admissible(r, settings, service, probes); !good)
      return refused("check", r.check.name.empty() ? id : r.check.name, good.error());
  }
  return std::nullopt;
}

} // namespace praetor
