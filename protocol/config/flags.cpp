#include <algorithm>

#include "protocol/config/keys.hpp"
#include "protocol/config/load.hpp"

namespace praetor::config {

namespace {

/// The flag syntax for a key of this kind.
flag_kind kind_of_flag(key_kind kind) {
  if (is_integer(kind)) return flag_kind::integer;
  switch (kind) {
  case key_kind::boolean: return flag_kind::boolean;
  case key_kind::duration: return flag_kind::duration;
  case key_kind::text_list: return flag_kind::text_list;
  case key_kind::text_map: return flag_kind::text_map;
  default: return flag_kind::text;
  }
}

std::vector<agent_flag> make_flags() {
  using k = flag_kind;
  std::vector<agent_flag> f = {
      // Flags that steer loading.
      {"config-file", "", k::text_list, "File to read configuration from; may be given several times."},
      {"config-dir", "", k::text_list,
       "Directory whose .hcl and .json files are read in the order of their names; may be given several times."},
      {"config-format", "", k::text, "Read every configuration file as `hcl` or `json`, whatever its name ends in."},
      {"hcl", "", k::text_list, "A piece of configuration, applied after everything else; may be given several times."},
      {"dev", "", k::boolean, "Start a server for development: in memory, on loopback, its own cluster."},
      // Former names.
      {"join", "start_join", k::text_list, "Replaced by -retry-join.", "retry-join"},
      {"join-wan", "start_join_wan", k::text_list, "Replaced by -retry-join-wan.", "retry-join-wan"},
      {"non-voting-server", "read_replica", k::boolean, "Enterprise only, replaced by -read-replica.", "read-replica"},
  };
  for (const auto& section : key_sections)
    for (const auto& row : section.rows)
      if (!row.flag.empty())
        f.push_back({std::string(row.flag), std::string(row.path), kind_of_flag(row.kind), std::string(row.doc)});
  std::ranges::sort(f, {}, &agent_flag::name);
  return f;
}

} // namespace

const std::vector<agent_flag>& agent_flags() {
  static const auto all = make_flags();
  return all;
}

} // namespace praetor::config
