#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct sameness_group_member {
  std::string partition, peer;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Partition", omit_empty}, x.partition);
    f(field{"Peer", omit_empty}, x.peer);
  }
  bool operator==(const sameness_group_member&) const = default;
};

/// Known and refused: it belongs to the Enterprise edition.
struct sameness_group : config_entry {
  static constexpr std::string_view kind_name = "sameness-group", type_name = "SamenessGroupConfigEntry";

  bool default_for_failover = false, include_local = false;
  std::vector<sameness_group_member> members;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", read_only | no_packed | no_hash}, x.kind);
    f(field{"Name"}, x.name);
    f(field::aliased("DefaultForFailover", "default_for_failover", omit_empty), x.default_for_failover);
    f(field::aliased("IncludeLocal", "include_local", omit_empty), x.include_local);
    f(field{"Members", null_if_empty}, x.members);
    tail(f, x);
  }
  expected<void> normalize() { return {}; }
  expected<void> validate() const { return fail("sameness-groups are an enterprise-only feature"); }
};

} // namespace praetor::config_entries
