#include "protocol/config/effects.hpp"

#include <algorithm>
#include <set>

#include "protocol/types/values.hpp"

namespace praetor::config {

namespace {

using hcl::value;
using fields = std::vector<key_spec>;

std::string join(const std::string& path, const std::string& name) { return path.empty() ? name : path + "." + name; }

/// The traits that a block's keys inherit.
unsigned inherited(unsigned traits) { return traits & (fixed | enterprise | deprecated | no_effect); }

/// Whether the nested keys have rows of their own.
bool has_rows(const key_spec& spec) { return spec.fields != nullptr; }

void visit_keys(const fields& of, const std::string& path, unsigned traits, std::vector<const fields*>& around,
                const std::function<void(const std::string&, const key_spec&, unsigned)>& visit) {
  around.push_back(&of);
  for (const auto& spec : of) {
    auto name = join(path, spec.name);
    bool deeper = has_rows(spec) && std::ranges::find(around, spec.fields) == around.end();
    if (deeper)
      visit_keys(*spec.fields, name, traits | inherited(spec.traits), around, visit);
    else
      visit(name, spec, spec.traits | traits);
  }
  around.pop_back();
}

/// Whether the value of a key without effect requests something that does not happen.
bool asks_for_something(const key_spec& spec, const value& v) {
  if (spec.kind == key_kind::block) return true; // omitted members have defaults
  switch (v.type) {
  case value::kind::null: return false;
  case value::kind::boolean: return v.boolean != (spec.satisfied_by == "true");
  case value::kind::integer: return v.integer > 0;
  case value::kind::real: return v.real > 0;
  case value::kind::text: return !v.text.empty() && v.text != spec.satisfied_by;
  case value::kind::list: return !v.items.empty();
  case value::kind::object: return !v.members.empty();
  }
  return false;
}

class effect_report {
public:
  std::vector<std::string> warnings() const {
    std::vector<std::string> out;
    for (const auto& [key, why] : found_) out.push_back("config key " + praetor::quoted(key) + why);
    return out;
  }

  void read(const fields& of, const value& block, const std::string& path, unsigned traits) {
    for (const auto& spec : of) {
      const auto* v = block.find(spec.name);
      if (v == nullptr && !spec.alias.empty()) v = block.find(spec.alias); // in a free-form map
      if (v == nullptr) continue;
      auto name = join(path, spec.name);
      auto all = traits | inherited(spec.traits);
      if (has_rows(spec) && !is_definition(spec, all))
        read_blocks(spec, *v, name, all);
      else if ((all & fixed) != 0)
        found_.emplace(name, " cannot be changed and is ignored");
      else if ((all & no_effect) != 0 && asks_for_something(spec, *v))
        found_.emplace(name, " is not in force in this release and has no effect");
    }
  }

private:
  /// Warns about a nested definition once, not once for each of its keys.
  static bool is_definition(const key_spec& spec, unsigned traits) {
    return (traits & no_effect) != 0 && spec.fields == &service_schema();
  }

  void read_blocks(const key_spec& spec, const value& v, const std::string& name, unsigned traits) {
    for (const auto& item : v.items) read(*spec.fields, item, name, traits);
    if (spec.kind != key_kind::block_map) return read(*spec.fields, v, name, traits);
    for (const auto& [key, member] : v.members) read(*spec.fields, member, name, traits);
  }

  std::map<std::string, std::string> found_;
};

using start_key_visitor = std::function<void(const std::string& path, const key_spec& spec, value& block)>;

/// Calls `visit` for each key that only a start applies, with the block that may hold it. Skips blocks that contain
/// themselves.
void visit_start_keys(const fields& of, value& block, const std::string& path, std::vector<const fields*>& around,
                      const start_key_visitor& visit) {
  around.push_back(&of);
  for (const auto& spec : of) {
    auto name = join(path, spec.name);
    if (spec.has(no_effect) || (spec.kind == key_kind::block && std::ranges::find(around, spec.fields) != around.end()))
      continue;
    if (spec.kind != key_kind::block) {
      if (!spec.has(reloadable)) visit(name, spec, block);
      continue;
    }
    auto* found = block.find(spec.name);
    auto inside = found ? std::move(*found) : value();
    visit_start_keys(*spec.fields, inside, name, around, visit);
    if (found || !inside.is(value::kind::null)) block[spec.name] = std::move(inside);
  }
  around.pop_back();
}

void visit_start_keys(value& merged, const start_key_visitor& visit) {
  std::vector<const fields*> around;
  visit_start_keys(schema(), merged, "", around, visit);
}

} // namespace

void for_each_key(const std::function<void(const std::string&, const key_spec&, unsigned)>& visit) {
  std::vector<const fields*> around;
  visit_keys(schema(), "", plain, around, visit);
}

std::vector<std::string> warnings_about_effects(const value& given) {
  effect_report report;
  report.read(schema(), given, "", plain);
  return report.warnings();
}

start_values start_values_of(value merged) {
  start_values out;
  visit_start_keys(merged, [&](const std::string& path, const key_spec& spec, value& block) {
    if (const auto* v = block.find(spec.name)) out.emplace(path, *v);
  });
  return out;
}

void put_back(const start_values& values, value& merged) {
  visit_start_keys(merged, [&](const std::string& path, const key_spec& spec, value& block) {
    if (auto it = values.find(path); it != values.end())
      block[spec.name] = it->second;
    else
      block.erase(spec.name);
  });
}

std::vector<std::string> changed_keys(const start_values& before, const start_values& after) {
  std::set<std::string> out;
  auto look = [&](const start_values& from, const start_values& at) {
    for (const auto& [key, v] : from)
      if (auto other = at.find(key); other == at.end() || !(other->second == v)) out.insert(key);
  };
  look(before, after);
  look(after, before);
  return {out.begin(), out.end()};
}

} // namespace praetor::config
