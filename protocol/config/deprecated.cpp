#include <array>

#include "protocol/config/keys.hpp"
#include "protocol/config/paths.hpp"
#include "protocol/config/sources.hpp"

namespace praetor::config {

namespace {

using hcl::value;

/// Removes and returns the value at a path.
value take(value& tree, std::string_view path) {
  auto dot = path.rfind('.');
  auto* owner = dot == std::string_view::npos ? &tree : const_cast<value*>(value_at(tree, path.substr(0, dot)));
  if (owner == nullptr) return {};
  auto name = dot == std::string_view::npos ? path : path.substr(dot + 1);
  auto* found = owner->find(name);
  if (found == nullptr) return {};
  auto taken = std::move(*found);
  owner->erase(name);
  return taken;
}

void set_unless_set(value& tree, std::string_view path, value v) {
  if (value_at(tree, path) == nullptr) slot_at(tree, path) = std::move(v);
}

/// Translates the old names of TLS versions, which only the old key accepts.
void modernize_version(value& version, std::vector<std::string>& warnings) {
  using version_names = std::pair<std::string_view, std::string_view>;
  constexpr std::array names = {version_names{"", "TLS_AUTO"}, version_names{"tls10", "TLSv1_0"},
                                version_names{"tls11", "TLSv1_1"}, version_names{"tls12", "TLSv1_2"},
                                version_names{"tls13", "TLSv1_3"}};
  for (const auto& [old_name, new_name] : names)
    if (version.text == old_name) {
      warnings.push_back("'tls_min_version' value '" + version.text + "' is deprecated, please specify '" +
                         std::string(new_name) + "' instead");
      version = value::of(std::string(new_name));
      return;
    }
}

/// Whether a value was given: non-empty text, a non-empty list, or any other value.
bool is_given(const value* v) {
  if (v == nullptr) return false;
  if (v->is(value::kind::text)) return !v->text.empty();
  if (v->is(value::kind::list)) return !v->items.empty();
  return !v->is(value::kind::null);
}

void replace(const key_row& row, value v, value& tree, std::vector<std::string>& warnings) {
  auto old_key = row.path, new_key = row.replaced_by;
  auto old_name = "The '" + std::string(old_key) + "' field is deprecated";
  if (new_key.empty()) return warnings.push_back(old_name + " and will be ignored.");
  if (old_key == "tls_min_version") modernize_version(v, warnings);
  warnings.push_back(old_name + ". Use the '" + std::string(new_key) + "' field instead.");
  if (old_key == "raft_boltdb") {
    auto sync = take(v, "NoFreelistSync");
    if (!sync.is(value::kind::null)) set_unless_set(tree, "raft_logstore.boltdb.no_freelist_sync", std::move(sync));
    return;
  }
  if (v.is(value::kind::list)) {
    auto& list = slot_at(tree, new_key);
    if (!list.is(value::kind::list)) list = value::empty_list();
    for (auto& item : v.items) list.items.push_back(std::move(item));
    return;
  }
  set_unless_set(tree, new_key, std::move(v));
  if (old_key == "acl_replication_token") set_unless_set(tree, "acl.enable_token_replication", value::of(true));
  if (old_key == "acl_datacenter") set_unless_set(tree, "acl.enabled", value::of(true));
  // The flat key never applied to the gRPC listener.
  if (old_key == "verify_incoming") set_unless_set(tree, "tls.grpc.verify_incoming", value::of(false));
}

} // namespace

void replace_deprecated(value& tree, std::vector<std::string>& warnings) {
  for (const auto& row : keys::former) {
    if (!row.has(deprecated)) continue;
    auto v = take(tree, row.path);
    if (!v.is(value::kind::null)) replace(row, std::move(v), tree, warnings);
  }
}

void drop_enterprise(value& tree, std::vector<std::string>& warnings) {
  for (const auto& section : key_sections)
    for (const auto& row : section.rows) {
      if (!row.has(enterprise) || !is_given(value_at(tree, row.path))) continue;
      auto title = row.titled.empty() ? row.path : row.titled;
      warnings.push_back("\"" + std::string(title) + "\" is a Consul Enterprise configuration and will have no effect");
      if (!row.path.starts_with("segment")) take(tree, row.path); // segments are refused later, by name
    }
}

} // namespace praetor::config
