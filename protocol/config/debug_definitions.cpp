#include "protocol/config/debug_definitions.hpp"

#include "protocol/codec/shape.hpp"
#include "protocol/config/hidden.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace praetor::config {

using nlohmann::json;

json or_empty(const free_form& v) { return v.is_null() ? json::object() : v.json(); }

namespace {

json check_view(check_definition c, bool inside_service);
json service_view(service_definition s);

template <class T>
json fields_view(const T& record);

/// The value with all its fields, whether they are set or not.
template <class T>
json view_of(const T& value) {
  if constexpr (std::same_as<T, service_definition>)
    return service_view(value);
  else if constexpr (std::same_as<T, check_definition>)
    return check_view(value, true);
  else if constexpr (shape::record<T>)
    return fields_view(value);
  else if constexpr (shape::maybe<T>)
    return value ? view_of(*value) : json(nullptr);
  else if constexpr (shape::list<T>) {
    auto out = json::array();
    for (const auto& each : value) out.push_back(view_of(each));
    return out;
  } else if constexpr (shape::map<T>) {
    auto out = json::object();
    for (const auto& [name, each] : value) out[name] = view_of(each);
    return out;
  } else if constexpr (shape::duration<T>)
    return duration_to_text(value);
  else if constexpr (std::same_as<T, free_form>)
    return or_empty(value);
  else
    return value;
}

template <class T>
json fields_view(const T& record) {
  auto out = json::object();
  T::fields([&](const field& f, const auto& member) { out[std::string(f.name)] = view_of(member); }, record);
  return out;
}

json check_view(check_definition c, bool inside_service) {
  if (inside_service) c.check_id = c.id;
  c.token = hidden;
  c.failures_before_warning = c.failures_before_warning.value_or(c.failures_before_critical);
  c.h2ping_use_tls = c.h2ping_use_tls.value_or(!c.h2ping.empty());
  auto out = fields_view(c);
  out.erase("Args");
  const auto absent =
      inside_service ? std::array{"ID", "ServiceID", "Token"} : std::array{"CheckID", "ProxyGRPC", "ProxyHTTP"};
  for (const auto* name : absent) out.erase(name);
  if (!inside_service) out["EnterpriseMeta"] = json::object();
  return out;
}

json service_view(service_definition s) {
  s.checks = s.all_checks();
  s.check.emplace();
  s.token = hidden;
  if (!s.weights) s.weights = service_weights{};
  if (s.proxy && !s.proxy->transparent_proxy) s.proxy->transparent_proxy.emplace();
  if (s.proxy && !s.proxy->access_logs) s.proxy->access_logs.emplace();
  auto out = fields_view(s);
  out["EnterpriseMeta"] = json::object();
  return out;
}

} // namespace

json locality_view(const std::optional<praetor::locality>& l) { return view_of(l); }

void add_definitions(json& view, const runtime_config& c) {
  auto checks = json::array(), watches = json::array();
  for (const auto& check : c.checks) checks.push_back(check_view(check, false));
  for (std::size_t i = 0; i < c.watches.size(); ++i) watches.push_back(json::object()); // may hold tokens
  view["Services"] = view_of(c.services);
  view["Checks"] = checks;
  view["Watches"] = watches;
}

} // namespace praetor::config
