#include "protocol/types/config_entries/proxy_defaults.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/hcl/weak_read.hpp"

#include <nlohmann/json.hpp>

namespace praetor::config_entries {

namespace {

expected<void> check_only_name(const std::string& name) {
  if (name == proxy_defaults::only_name) return {};
  return fail("invalid name (" + praetor::quoted(name) + "), only " + praetor::quoted(proxy_defaults::only_name) +
              " is supported");
}

hcl::value value_of(const nlohmann::json& v) {
  using kind = nlohmann::json::value_t;
  switch (v.type()) {
  case kind::string: return hcl::value::of(v.get_ref<const std::string&>());
  case kind::boolean: return hcl::value::of(v.get<bool>());
  case kind::number_integer:
  case kind::number_unsigned: return hcl::value::of(v.get<std::int64_t>());
  case kind::number_float: return hcl::value::of(v.get<double>());
  case kind::array: {
    auto out = hcl::value::empty_list();
    for (const auto& item : v) out.items.push_back(value_of(item));
    return out;
  }
  case kind::object: {
    auto out = hcl::value::empty_object();
    for (auto i = v.begin(); i != v.end(); ++i) out.members.emplace_back(i.key(), value_of(*i));
    return out;
  }
  default: return {};
  }
}

/// The member `protocol` of the free configuration.
expected<std::string> protocol_of(const free_form& config) {
  std::string out;
  if (!config.json().is_object()) return out;
  const nlohmann::json* found = nullptr;
  for (auto i = config.json().begin(); i != config.json().end(); ++i)
    if (i.key() == "protocol" || (!found && equal_fold(i.key(), "protocol"))) found = &*i;
  if (!found || found->is_null()) return out;
  hcl::weak_reader in;
  in.text(hcl::weak_place{nullptr, "protocol"}, "string", value_of(*found), out);
  if (in.failed()) return fail(in.error_text());
  return out;
}

expected<void> check_config(const free_form& config) {
  constexpr std::size_t longest = 70; // a socket's path has to fit everywhere
  if (!config.json().is_object()) return {};
  auto found = config.json().find("envoy_hcp_metrics_bind_socket_dir");
  if (found == config.json().end() || !found->is_string()) return {};
  auto size = found->get_ref<const std::string&>().size();
  if (size <= longest) return {};
  return fail("Config: envoy_hcp_metrics_bind_socket_dir length " + std::to_string(size) + " exceeds max " +
              std::to_string(longest));
}

} // namespace

expected<void> proxy_defaults::normalize() {
  if (!name.empty())
    if (auto good = check_only_name(name); !good) return good;
  name = only_name;
  auto read = protocol_of(config);
  if (!read) return tl::unexpected(read.error());
  protocol = std::move(*read);
  return {};
}

expected<void> proxy_defaults::validate() const {
  if (auto good = check_only_name(name); !good) return good;
  if (auto good = check_access_logs(access_logs); !good) return good;
  if (auto good = check_meta(meta).result(); !good) return good;
  if (auto good = check_config(config); !good) return good;
  if (auto good = check_extensions(envoy_extensions).result(); !good) return good;
  if (failover_policy)
    if (auto good = check_failover_policy(*failover_policy); !good) return good;
  if (auto good = check_locality_preference(prioritize_by_locality); !good) return good;
  return check_mutual_tls_mode(mutual_tls_mode);
}

} // namespace praetor::config_entries
