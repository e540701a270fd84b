#pragma once

#include "protocol/types/connect.hpp"
#include "protocol/types/coordinate.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/table.hpp"

namespace praetor::state {

struct coordinate_schema {
  using record = node_coordinate;
  static constexpr std::string_view name = "coordinates", index_row = "coordinates";
  static constexpr auto kind = command_type::coordinate_batch;

  static std::string key(const node_coordinate& c); ///< node, segment
  using indexes = index_list<>;
};
void key_parts(const node_coordinate& c, key_visitor& visit);

struct ca_root_schema {
  using record = ca_root;
  static constexpr std::string_view name = "ca_roots", index_row = "connect-ca-roots";
  static constexpr auto kind = command_type::connect_ca;

  static std::string_view key(const ca_root& r) { return r.id; }
  using indexes = index_list<>;
};
inline void key_parts(const ca_root& r, key_visitor& visit) { visit.part("ID", r.id); }

struct ca_provider_schema {
  using record = ca_provider_state;
  static constexpr std::string_view name = "ca_provider_states", index_row = "connect-ca-builtin";
  static constexpr auto kind = command_type::ca_provider_state;

  static std::string_view key(const ca_provider_state& s) { return s.id; }
  using indexes = index_list<>;
};
inline void key_parts(const ca_provider_state& s, key_visitor& visit) { visit.part("ID", s.id); }

struct ca_config_schema {
  using record = ca_configuration;
  static constexpr std::string_view name = "ca_config";
  static constexpr auto kind = command_type::ca_config;

  static std::string_view key(const ca_configuration&) { return {}; } ///< a single record
  using indexes = index_list<>;
};
inline void key_parts(const ca_configuration&, key_visitor&) {}

struct system_metadata_schema {
  using record = system_metadata_entry;
  static constexpr std::string_view name = "system_metadata", index_row = "system-metadata";
  static constexpr auto kind = command_type::system_metadata;

  static std::string_view key(const system_metadata_entry& e) { return e.key; }
  using indexes = index_list<>;
};
inline void key_parts(const system_metadata_entry& e, key_visitor& visit) { visit.part("Key", e.key); }

struct autopilot_schema {
  using record = autopilot_config;
  static constexpr std::string_view name = "autopilot";
  static constexpr auto kind = command_type::autopilot;

  static std::string_view key(const autopilot_config&) { return {}; } ///< a single record
  using indexes = index_list<>;
};
inline void key_parts(const autopilot_config&, key_visitor&) {}

/// The tables of cluster-wide records.
struct cluster_tables {
  table<coordinate_schema> coordinates;
  table<ca_root_schema> ca_roots;
  table<ca_config_schema> ca_config;
  table<ca_provider_schema> ca_provider_states;
  table<system_metadata_schema> system_metadata;
  table<autopilot_schema> autopilot;
};

} // namespace praetor::state
