#include "protocol/config/sources.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/base/go_bool.hpp"
#include "protocol/config/paths.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/types/values.hpp"

namespace praetor::config {

namespace {

using hcl::value;

std::string_view extension_of(std::string_view name) {
  if (name.ends_with(".json")) return "json";
  if (name.ends_with(".hcl")) return "hcl";
  return {};
}

expected<value> parse(const std::string& name, const std::string& text, std::string_view format) {
  if (text.empty()) return value::empty_object();
  auto tree = format == "json" ? hcl::parse_json(text) : hcl::parse_hcl(text);
  if (!tree) return fail("failed to parse " + name + ": " + tree.error().text);
  return tree;
}

const agent_flag* find_flag(std::string_view name) {
  const auto& all = agent_flags();
  auto found = std::ranges::lower_bound(all, name, {}, &agent_flag::name);
  return found != all.end() && found->name == name ? &*found : nullptr;
}

std::optional<std::int64_t> integer_of(std::string_view text, std::errc& failure) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t i = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), i);
  failure = code;
  if (code == std::errc{} && end != text.data() + text.size()) failure = std::errc::invalid_argument;
  return failure == std::errc{} ? std::optional(i) : std::nullopt;
}

expected<void> set_flag(value& tree, const agent_flag& flag, const std::string& text) {
  auto refuse = [&](const std::string& why) {
    auto what = flag.kind == flag_kind::boolean ? "invalid boolean value " + praetor::quoted(text) + " for -"
                                                : "invalid value " + praetor::quoted(text) + " for flag -";
    return fail("error parsing flags: " + what + flag.name + ": " + why);
  };
  if (auto fault = fault_in_flag(flag.kind, text)) return refuse(*fault);
  auto& slot = slot_at(tree, flag.key);
  switch (flag.kind) {
  case flag_kind::boolean: slot = value::of(*parse_bool(text)); return {};
  case flag_kind::integer: {
    std::errc failure{};
    slot = value::of(*integer_of(text, failure));
    return {};
  }
  case flag_kind::duration: {
    auto parsed = duration_from_text(text);
    if (!parsed.value) return refuse(parsed.error);
    slot = value::of(duration_to_text(*parsed.value));
    return {};
  }
  case flag_kind::text: slot = value::of(text); return {};
  case flag_kind::text_list:
    if (!slot.is(value::kind::list)) slot = value::empty_list();
    slot.items.push_back(value::of(text));
    return {};
  case flag_kind::text_map: {
    if (!slot.is(value::kind::object)) slot = value::empty_object();
    auto colon = text.find(':');
    slot[text.substr(0, colon)] = value::of(colon == std::string::npos ? std::string() : text.substr(colon + 1));
    return {};
  }
  }
  return {};
}

expected<void> read_directory(const std::string& path, const std::string& format, environment& env,
                              std::vector<source_text>& out, std::vector<std::string>& warnings) {
  auto entries = env.list_directory(path);
  if (!entries) return fail("config: Readdir failed on " + path + ". " + entries.error().text);
  std::ranges::sort(*entries, {}, &environment::entry::name);
  for (const auto& e : *entries) {
    if (e.is_directory) continue;
    auto file = path + (path.ends_with('/') ? "" : "/") + e.name;
    auto kind = format.empty() ? extension_of(e.name) : std::string_view(format);
    if (kind.empty()) {
      warnings.push_back("skipping file " + file + ", extension must be .hcl or .json, or config format must be set");
      continue;
    }
    auto text = env.read_file(file);
    if (!text) return fail("config: failed to read " + file + ": " + text.error().text);
    auto tree = parse(file, *text, kind);
    if (!tree) return tl::unexpected(tree.error());
    out.push_back({file, std::move(*tree), true});
  }
  return {};
}

expected<void> read_path(const std::string& path, const std::string& format, environment& env,
                         std::vector<source_text>& out, std::vector<std::string>& warnings) {
  switch (env.kind_of(path)) {
  case environment::path_kind::missing:
    return fail("config: Open failed on " + path + ". open " + path + ": no such file or directory");
  case environment::path_kind::directory: return read_directory(path, format, env, out, warnings);
  case environment::path_kind::file: break;
  }
  auto kind = format.empty() ? extension_of(path) : std::string_view(format);
  if (kind.empty())
    return fail("file " + path + " has unknown extension; must be .hcl or .json, or config format must be set");
  auto text = env.read_file(path);
  if (!text) return fail("config: failed to read " + path + ": " + text.error().text);
  auto tree = parse(path, *text, kind);
  if (!tree) return tl::unexpected(tree.error());
  out.push_back({path, std::move(*tree), true});
  return {};
}

/// The command line, split into loading options and configuration.
struct command_line {
  string_list paths, fragments;
  std::string format;
  bool dev_mode = false;
  value lists = value::empty_object();   ///< top-level lists: merged before the files
  value scalars = value::empty_object(); ///< everything else: merged after the files
};

expected<command_line> read_flags(const sources& from, std::vector<std::string>& warnings) {
  command_line line{from.paths,    from.fragments,        from.format,
                    from.dev_mode, value::empty_object(), value::empty_object()};
  for (const auto& [name, text] : from.flags) {
    const auto* flag = find_flag(name);
    if (flag == nullptr) return fail("error parsing flags: flag provided but not defined: -" + name);
    if (name == "config-file" || name == "config-dir") {
      line.paths.push_back(text);
    } else if (name == "config-format") {
      line.format = text;
    } else if (name == "hcl") {
      line.fragments.push_back(text);
    } else if (name == "dev") {
      line.dev_mode = parse_bool(text).value_or(true);
    } else {
      bool top_level_list = flag->kind == flag_kind::text_list && flag->key.find('.') == std::string::npos;
      if (auto done = set_flag(top_level_list ? line.lists : line.scalars, *flag, text); !done)
        return tl::unexpected(done.error());
    }
    if (name == "join" || name == "join-wan")
      warnings.push_back("The flag '-" + name + "' is deprecated. Use the '-" + flag->key_of_deprecated +
                         "' flag instead.");
  }
  return line;
}

/// Command-line values have the schema's shape already, except for replaced names.
void rename(value& tree, std::string_view from, std::string_view to) {
  auto* old = tree.find(from);
  if (old == nullptr) return;
  auto moved = std::move(*old);
  tree.erase(from);
  auto& slot = tree[to];
  if (!slot.is(value::kind::list)) slot = value::empty_list();
  for (auto& item : moved.items) slot.items.push_back(std::move(item));
}

} // namespace

std::optional<std::string> fault_in_flag(flag_kind kind, const std::string& text) {
  if (kind == flag_kind::boolean && !parse_bool(text))
    return "strconv.ParseBool: parsing " + praetor::quoted(text) + ": invalid syntax";
  std::errc failure{};
  if (kind == flag_kind::integer && !integer_of(text, failure))
    return "strconv.Atoi: parsing " + praetor::quoted(text) +
           (failure == std::errc::result_out_of_range ? ": value out of range" : ": invalid syntax");
  return {};
}

bool wants_dev_mode(const sources& from) {
  bool dev = from.dev_mode;
  for (const auto& [name, text] : from.flags)
    if (name == "dev") dev = parse_bool(text).value_or(true);
  return dev;
}

expected<std::vector<source_text>> collect(const sources& from, environment& env, std::vector<std::string>& warnings) {
  auto line = read_flags(from, warnings);
  if (!line) return tl::unexpected(line.error());
  if (!line->format.empty() && line->format != "hcl" && line->format != "json")
    return fail("config: -config-format must be either 'hcl' or 'json'");

  std::vector<source_text> all;
  all.push_back({"default", default_values(), false});
  if (line->dev_mode) all.push_back({"dev", dev_values(), false});
  rename(line->lists, "start_join", "retry_join");
  rename(line->lists, "start_join_wan", "retry_join_wan");
  all.push_back({"flags.lists", std::move(line->lists), true});
  for (const auto& path : line->paths)
    if (auto done = read_path(path, line->format, env, all, warnings); !done) return tl::unexpected(done.error());
  all.push_back({"flags.values", std::move(line->scalars), true});
  for (std::size_t i = 0; i < line->fragments.size(); ++i) {
    auto name = "flags-" + std::to_string(i) + ".hcl";
    auto tree = parse(name, line->fragments[i], "hcl");
    if (!tree) return tl::unexpected(tree.error());
    all.push_back({name, std::move(*tree), true});
  }
  all.push_back({"fixed", fixed_values(), false});
  if (line->dev_mode) all.push_back({"dev.fixed", dev_fixed_values(), false});
  return all;
}

} // namespace praetor::config
