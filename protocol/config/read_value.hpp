#pragma once

#include "protocol/config/schema.hpp"
#include "protocol/types/values.hpp"

/// Copies a value of a configuration source, whose type was checked, into a member of the typed configuration.
namespace praetor::config {

/// Free-form JSON of a configuration value. Integral numbers become integers, in HCL and JSON alike.
free_form to_free_form(const hcl::value& v);

inline void read_value(const hcl::value& from, bool& to) { to = from.boolean; }
inline void read_value(const hcl::value& from, std::int64_t& to) { to = from.integer; }
inline void read_value(const hcl::value& from, std::uint32_t& to) { to = static_cast<std::uint32_t>(from.integer); }
inline void read_value(const hcl::value& from, std::uint64_t& to) { to = static_cast<std::uint64_t>(from.integer); }
inline void read_value(const hcl::value& from, double& to) { to = from.real; }
inline void read_value(const hcl::value& from, std::string& to) { to = from.text; }
inline void read_value(const hcl::value& from, free_form& to) { to = to_free_form(from); }
inline void read_value(const hcl::value& from, string_list& to) {
  for (const auto& item : from.items) to.push_back(item.text);
}
template <class T>
void read_value(const hcl::value& from, std::map<std::string, T>& to) {
  for (const auto& [name, member] : from.members) read_value(member, to[name]);
}

} // namespace praetor::config
