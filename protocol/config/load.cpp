#include "protocol/config/load.hpp"

#include "protocol/config/builder.hpp"
#include "protocol/config/effects.hpp"
#include "protocol/config/schema.hpp"
#include "protocol/config/sources.hpp"

namespace praetor::config {

namespace {

using hcl::value;

/// `check` and `service` become elements of the lists, so that sources never merge them with each other.
void gather(value& tree, std::string_view single, std::string_view list) {
  auto* one = tree.find(single);
  if (one == nullptr) return;
  auto moved = std::move(*one);
  tree.erase(single);
  auto& all = tree[list];
  if (!all.is(value::kind::list)) all = value::empty_list();
  all.items.push_back(std::move(moved));
}

expected<value> accept(const source_text& source, std::vector<std::string>& warnings) {
  auto result = decode(schema(), source.tree);
  if (!result.type_errors.empty()) {
    auto text = std::to_string(result.type_errors.size()) + " error(s) decoding:\n\n";
    for (std::size_t i = 0; i < result.type_errors.size(); ++i) text += (i > 0 ? "\n* " : "* ") + result.type_errors[i];
    return fail("failed to parse " + source.name + ": " + text);
  }
  std::vector<std::string> unknown;
  for (const auto& key : result.unknown_keys) {
    if (key == "acl_enforce_version_8")
      warnings.push_back("config key " + praetor::quoted(key) + " is deprecated and should be removed");
    else if (key.starts_with("audit.sink[") && key.ends_with("].name"))
      warnings.push_back("config key audit.sink[].name is deprecated and should be removed");
    else
      unknown.push_back("invalid config key " + key);
  }
  if (!unknown.empty()) return fail("failed to parse " + source.name + ": " + list_of_errors(unknown));
  drop_enterprise(result.tree, warnings);
  replace_deprecated(result.tree, warnings);
  return std::move(result.tree);
}

} // namespace

expected<load_result> load(const sources& from, environment& env, const start_values* started_with) {
  std::vector<std::string> warnings;
  auto all = collect(from, env, warnings);
  if (!all) return tl::unexpected(all.error());
  auto merged = value::empty_object(), given = value::empty_object();
  for (const auto& source : *all) {
    auto tree = accept(source, warnings);
    if (!tree) return tl::unexpected(tree.error());
    gather(*tree, "check", "checks");
    gather(*tree, "service", "services");
    if (source.from_user) merge(schema(), given, *tree);
    merge(schema(), merged, std::move(*tree));
  }
  auto until_restart = start_values_of(merged);
  if (started_with) put_back(*started_with, merged);
  builder b(merged, env, wants_dev_mode(from));
  auto built = b.build();
  if (!built) return tl::unexpected(built.error());
  for (auto& w : b.take_warnings()) warnings.push_back(std::move(w));
  for (auto& w : warnings_about_effects(given)) warnings.push_back(std::move(w));
  return load_result{std::move(*built), std::move(warnings), std::move(until_restart)};
}

} // namespace praetor::config
