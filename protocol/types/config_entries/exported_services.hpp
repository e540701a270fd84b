#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct service_consumer {
  std::string partition, peer, sameness_group;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Partition", omit_empty}, x.partition);
    f(field::aliased("Peer", "peer_name", omit_empty), x.peer);
    f(field::aliased("SamenessGroup", "sameness_group", omit_empty), x.sameness_group);
  }
  bool operator==(const service_consumer&) const = default;
};
struct exported_service {
  std::string name, namespace_name;
  std::vector<service_consumer> consumers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Consumers", omit_empty}, x.consumers);
  }
  bool operator==(const exported_service&) const = default;
};

/// Which services other clusters may use. There is one, with the name "default".
struct exported_services : config_entry {
  static constexpr std::string_view kind_name = "exported-services", type_name = "ExportedServicesConfigEntry";
  static constexpr std::string_view only_name = "default";

  std::vector<exported_service> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", read_only | no_packed | no_hash}, x.kind);
    f(field{"Name"}, x.name);
    f(field{"Services", omit_empty}, x.services);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
