#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct tcp_service {
  static constexpr std::string_view type_name = "TCPService";

  std::string name;
  [[no_unique_address]] enterprise_meta enterprise;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
  }
  bool operator==(const tcp_service&) const = default;
};

/// A route of an API gateway for connections.
struct tcp_route : config_entry {
  static constexpr std::string_view kind_name = "tcp-route", type_name = "TCPRouteConfigEntry";

  std::vector<resource_reference> parents;
  std::vector<tcp_service> services;
  entry_status status;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Parents", null_if_empty}, x.parents);
    f(field{"Services", null_if_empty}, x.services);
    f(field{"Meta", omit_empty}, x.meta);
    f(field{"Status"}, x.status);
    hash_and_indexes(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
