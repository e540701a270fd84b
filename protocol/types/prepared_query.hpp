#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>

namespace praetor {

/// A place that is asked if the own datacenter has no instance: a datacenter or a peer.
struct query_failover_target {
  static constexpr std::string_view type_name = "QueryFailoverTarget";
  std::string peer, datacenter;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Peer"}, x.peer);
    f(field{"Datacenter"}, x.datacenter);
  }
  bool operator==(const query_failover_target&) const = default;
};

/// Where else instances are looked for. `targets` excludes the other two.
struct query_failover {
  static constexpr std::string_view type_name = "QueryFailoverOptions";
  std::int64_t nearest = 0; ///< so many datacenters, by their distance
  string_list datacenters;
  std::vector<query_failover_target> targets;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"NearestN"}, x.nearest);
    f(field{"Datacenters", null_if_empty}, x.datacenters);
    f(field{"Targets", null_if_empty}, x.targets);
  }
  bool operator==(const query_failover&) const = default;
};

/// Which instances a prepared query selects.
struct query_selection {
  static constexpr std::string_view type_name = "ServiceQuery";
  std::string service;
  std::string sameness_group; ///< Consul Enterprise; stored, but not executed
  query_failover failover;
  bool only_passing = false;
  string_list ignored_checks;         ///< ids of checks that do not count
  std::string near;                   ///< a node, "_agent", "_ip", or ""
  string_list tags;                   ///< required; with '!' in front: forbidden. Case-insensitive
  string_map node_meta, service_meta; ///< required
  bool connect = false;               ///< what accepts mesh traffic for the service instead
  std::string peer;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service"}, x.service);
    f(field{"SamenessGroup"}, x.sameness_group);
    f(field{"Failover"}, x.failover);
    f(field{"OnlyPassing"}, x.only_passing);
    f(field{"IgnoreCheckIDs", null_if_empty}, x.ignored_checks);
    f(field{"Near"}, x.near);
    f(field{"Tags", null_if_empty}, x.tags);
    f(field{"NodeMeta", null_if_empty}, x.node_meta);
    f(field{"ServiceMeta", null_if_empty}, x.service_meta);
    f(field{"Connect"}, x.connect);
    f(field{"Peer"}, x.peer);
  }
  bool operator==(const query_selection&) const = default;
};

struct query_template_options {
  static constexpr std::string_view type_name = "QueryTemplateOptions";
  std::string type;   ///< "name_prefix_match"; "": the query is no template
  std::string regexp; ///< matched against the whole name
  bool remove_empty_tags = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Type"}, x.type);
    f(field{"Regexp"}, x.regexp);
    f(field{"RemoveEmptyTags"}, x.remove_empty_tags);
  }
  bool operator==(const query_template_options&) const = default;
};

struct query_dns_options {
  static constexpr std::string_view type_name = "QueryDNSOptions";
  std::string ttl; ///< a duration in Go's syntax; "": the TTL of the service

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"TTL"}, x.ttl);
  }
  bool operator==(const query_dns_options&) const = default;
};

/// A query that the servers keep and that clients execute by its id or name. A template answers to all names that
/// begin with its own.
struct prepared_query {
  std::string id; ///< UUID
  std::string name;
  std::string session; ///< the query ends with this session; "": with none
  std::string token;   ///< whose permissions filter the instances; "": those of the executing client
  query_template_options shape;
  query_selection selection;
  query_dns_options dns;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  bool is_template() const { return !shape.type.empty(); }
  /// Whether the rules for names of queries apply. Without a name, only management tokens list the query, and its id
  /// is the permission to use it. (Consul: GetACLPrefix in agent/structs/prepared_query.go)
  bool has_permission_name() const { return !name.empty() || is_template(); }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Session"}, x.session);
    f(field{"Token"}, x.token);
    f(field{"Template"}, x.shape);
    f(field{"Service"}, x.selection);
    f(field{"DNS"}, x.dns);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
  bool operator==(const prepared_query&) const = default;
};
using prepared_query_ptr = std::shared_ptr<const prepared_query>;

} // namespace praetor
