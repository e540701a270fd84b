#include "reference_page.hpp"

#include <map>

#include "protocol/config/effects.hpp"
#include "protocol/config/keys.hpp"

using namespace praetor::config;

namespace {

constexpr std::string_view introduction = R"(# Configuration keys

All keys of configuration files, with their built-in values. The page follows from the rows in `protocol/config/keys/`, and
a test compares them. How files, flags and reloads work together is in [settings](settings.md).

A key takes effect at a *reload* (`praetor reload`, SIGHUP), at the next *start*, or *never* in this release: then the agent
says so by name when a configuration asks for something.
)";

std::string_view name_of(key_kind kind) {
  switch (kind) {
  case key_kind::boolean: return "boolean";
  case key_kind::number: return "number";
  case key_kind::text: return "text";
  case key_kind::duration: return "duration";
  case key_kind::text_list: return "list of texts";
  case key_kind::text_map: return "map of texts";
  case key_kind::text_list_map: return "map of lists of texts";
  case key_kind::any_map: return "map";
  case key_kind::any_map_list: return "list of maps";
  case key_kind::block: return "block";
  case key_kind::block_list: return "list of blocks";
  case key_kind::block_map: return "map of blocks";
  default: return "integer";
  }
}

std::string code(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string default_of(const key_row& row) {
  std::string out;
  if (!row.initial.empty()) out = code(row.initial);
  if (!row.falls_back.empty()) out = "as " + code(row.falls_back);
  if (!row.computed.empty()) out += (out.empty() ? "" : ", ") + std::string(row.computed);
  if (!row.in_dev_mode.empty()) out += std::string(out.empty() ? "" : "; ") + code(row.in_dev_mode) + " with -dev";
  return out;
}

std::string effect_of(unsigned traits) {
  if ((traits & (no_effect | fixed | enterprise)) != 0) return "never";
  return (traits & reloadable) != 0 ? "reload" : "start";
}

std::string line_of(const key_row& row, unsigned traits) {
  auto flag = row.flag.empty() ? std::string() : " Flag " + code("-" + std::string(row.flag)) + ".";
  return "| " + code(row.path) + " | " + std::string(name_of(row.kind)) + " | " + default_of(row) + " | " +
         effect_of(traits) + " | " + std::string(row.doc) + flag + " |\n";
}

std::string former_names() {
  std::string out = "| key | now |\n|---|---|\n";
  for (const auto& row : keys::former)
    if (row.has(deprecated))
      out += "| " + code(row.path) + " | " + (row.replaced_by.empty() ? "ignored" : code(row.replaced_by)) + " |\n";
  return out;
}

std::string blocks() {
  std::string out = "| block | type | about |\n|---|---|---|\n";
  for (const auto& row : keys::blocks)
    out += "| " + code(row.path) + " | " + std::string(name_of(row.kind)) + " | " + std::string(row.doc) + " |\n";
  return out;
}

/// The keys inside definitions, which have no rows.
std::string keys_of_definitions() {
  std::string out = "| key | type | takes effect at |\n|---|---|---|\n";
  for_each_key([&](const std::string& path, const key_spec& spec, unsigned traits) {
    if (path.starts_with("services.check")) return; // like all checks
    if (path.starts_with("services.") || path.starts_with("checks."))
      out += "| " + code(path) + " | " + std::string(name_of(spec.kind)) + " | " +
             effect_of(traits | static_cast<unsigned>(reloadable)) + " |\n";
  });
  return out;
}

} // namespace

std::string reference_page() {
  std::map<std::string, unsigned, std::less<>> traits;
  for_each_key([&](const std::string& path, const key_spec&, unsigned all) { traits.emplace(path, all); });
  std::string out(introduction);
  for (const auto& section : key_sections) {
    out += "\n## " + std::string(section.title) + "\n\n";
    if (section.rows.data() == keys::former) {
      out += former_names();
      continue;
    }
    if (section.rows.data() == keys::blocks) {
      out += blocks();
      continue;
    }
    out += "| key | type | default | takes effect at | what it does |\n|---|---|---|---|---|\n";
    for (const auto& row : section.rows)
      if (auto found = traits.find(row.path); found != traits.end()) out += line_of(row, found->second);
  }
  return out + "\n## Definitions of services and checks\n\n" + keys_of_definitions();
}
