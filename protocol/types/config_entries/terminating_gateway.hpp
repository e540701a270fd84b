#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// A service outside of the mesh, and how the gateway connects to it.
struct linked_service {
  std::string name, ca_file, cert_file, key_file, sni;
  bool disable_auto_host_rewrite = false;
  [[no_unique_address]] enterprise_meta enterprise;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name", omit_empty}, x.name);
    f(field::aliased("CAFile", "ca_file", omit_empty), x.ca_file);
    f(field::aliased("CertFile", "cert_file", omit_empty), x.cert_file);
    f(field::aliased("KeyFile", "key_file", omit_empty), x.key_file);
    f(field{"SNI", omit_empty}, x.sni);
    f(field{"DisableAutoHostRewrite", omit_empty}, x.disable_auto_host_rewrite);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
  }
  bool operator==(const linked_service&) const = default;
};

/// A gateway through which the mesh reaches services outside of it.
struct terminating_gateway : config_entry {
  static constexpr std::string_view kind_name = "terminating-gateway", type_name = "TerminatingGatewayConfigEntry";

  std::vector<linked_service> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Services", null_if_empty}, x.services);
    tail(f, x);
  }
  expected<void> normalize() { return {}; }
  expected<void> validate() const;
  string_list warnings() const;
};

} // namespace praetor::config_entries
