#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/hcl/weak_read.hpp"
#include "protocol/types/config_entries/entry.hpp"

#include <span>

namespace praetor::msgpack {
class reader;
}

/// The kinds of configuration entries. Each has a row; whatever works with entries looks into the rows.
namespace praetor::config_entries {

/// Who may do something with an entry. More than one permission of `any` is an alternative.
struct entry_permission {
  enum class rule_t : std::uint8_t {
    everyone,
    nobody,
    name,    ///< the resource with the entry's name
    unnamed, ///< a resource without names
    /// mesh:read, or service:write on any service
    mesh_or_any_service,
  } rule = rule_t::everyone;
  acl::resource resource{};
  acl::access access{};
};

/// Everything special to one kind. The functions take entries of this kind only.
struct entry_kind {
  std::string_view name;
  entry_permission read, write;
  /// An empty entry.
  std::shared_ptr<config_entry> (*make)();
  std::shared_ptr<config_entry> (*copy)(const config_entry&);
  void (*weak_read)(hcl::weak_reader&, const hcl::value&, config_entry&);
  void (*write_json)(std::string& out, const config_entry&);
  void (*pack)(std::string& out, const config_entry&);
  void (*unpack)(msgpack::reader&, config_entry&);
  std::uint64_t (*hash)(const config_entry&);
  /// Brings values into the form that is stored: lower case, defaults, order.
  expected<void> (*normalize)(config_entry&);
  expected<void> (*validate)(const config_entry&);
  /// What clients are told about an entry that was accepted.
  string_list (*warnings)(const config_entry&);
  /// Takes over what a controller has found out about the stored entry; null: nothing. Clients don't write it.
  void (*take_status)(config_entry&, const config_entry*);
  /// The services that it sends requests to. Writing it needs service:read on them if it needs service:write on its
  /// own.
  string_list (*related_services)(const config_entry&);
};

std::span<const entry_kind> all_kinds();
/// The row of a kind, or null.
const entry_kind* find_kind(std::string_view name);
/// The row of the entry's own kind.
const entry_kind& row_of(const config_entry& e);
/// An empty entry with that name, or `invalid config entry kind: x`.
expected<std::shared_ptr<config_entry>> make_entry(std::string_view kind, std::string name);

/// Brings an entry into the form that is stored, with its hash.
expected<void> normalize(config_entry& e);
expected<void> validate(const config_entry& e);

/// The entry as its kind; null for another one.
template <class T>
std::shared_ptr<const T> as(const config_entry_ptr& e) {
  return e && e->kind == T::kind_name ? std::static_pointer_cast<const T>(e) : nullptr;
}
template <class T>
const T& entry_as(const config_entry& e) {
  return static_cast<const T&>(e);
}

/// Makes an entry of a decoded JSON or HCL object. Field names match in CamelCase and snake_case. The error has the
/// words that clients know, without a prefix, and status 400.
expected<std::shared_ptr<config_entry>> decode_entry(const hcl::value& source);
/// The same of JSON text.
expected<std::shared_ptr<config_entry>> decode_entry_json(std::string_view text);

/// Why the caller may not write an entry, if so: the permission of its kind, or to read a service that it refers to.
std::optional<std::string> refused_write(const acl::authorizer& who, const config_entry& e);
/// Why the caller may not read an entry with that kind and name.
std::optional<std::string> refused_read(const acl::authorizer& who, const config_entry& e);

} // namespace praetor::config_entries
