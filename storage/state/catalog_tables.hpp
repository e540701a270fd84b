#pragma once

#include "protocol/types/catalog.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/table.hpp"

namespace praetor::state {

/// A stored service instance, with the name of its node.
struct service_record {
  std::string node;
  node_service service;
};
using service_record_ptr = std::shared_ptr<const service_record>;

/// The instance of a record, sharing the record's ownership.
inline node_service_ptr service_of(const service_record_ptr& r) { return node_service_ptr(r, &r->service); }

/// The service for which this instance accepts Connect traffic: the destination of a proxy, its own name if native,
/// otherwise "".
std::string_view connect_destination(const node_service& s);

// The catalog tables. `peer` in their keys is the peering that a record was imported through, empty for local records.

struct node_schema {
  using record = node;
  static constexpr std::string_view name = "nodes", index_row = "nodes";
  static constexpr auto kind = command_type::register_node;
  static void raise_rows(const table_writer& w, const node& n);

  static std::string key(const node& n);   ///< peer, name
  static std::string by_id(const node& n); ///< peer, id
  using indexes = index_list<table_index<"id", by_id>>;
};
void key_parts(const node& n, key_visitor& visit);

struct service_schema {
  using record = service_record;
  static constexpr std::string_view name = "services", index_row = "services";
  static constexpr auto kind = command_type::register_node;
  static void raise_rows(const table_writer& w, const service_record& r);

  static std::string key(const service_record& r);        ///< peer, node, id
  static std::string by_name(const service_record& r);    ///< peer, name, node, id
  static std::string by_kind(const service_record& r);    ///< peer, kind, node, id
  static std::string by_connect(const service_record& r); ///< peer, destination (or own name if native), node, id
  using indexes =
      index_list<table_index<"name", by_name, index_flags::every_record>,
                 table_index<"kind", by_kind, index_flags::every_record>, table_index<"connect", by_connect>>;
};
void key_parts(const node_service& s, key_visitor& visit);

struct check_schema {
  using record = health_check;
  static constexpr std::string_view name = "checks", index_row = "checks";
  static constexpr auto kind = command_type::register_node;
  static void raise_rows(const table_writer& w, const health_check& c);

  static std::string key(const health_check& c);         ///< peer, node, id
  static std::string by_instance(const health_check& c); ///< peer, node, service id (empty: the node's own), id
  static std::string by_service(const health_check& c);  ///< peer, service name, node, id (none for the node's own)
  static std::string by_status(const health_check& c);   ///< peer, status, node, id
  using indexes =
      index_list<table_index<"instance", by_instance, index_flags::every_record>, table_index<"service", by_service>,
                 table_index<"status", by_status, index_flags::every_record>>;
};
void key_parts(const health_check& c, key_visitor& visit);

/// The tables of the catalog.
struct catalog_tables {
  table<node_schema> nodes;
  table<service_schema> services;
  table<check_schema> checks;
};

} // namespace praetor::state
