#include "frontends/cli/flag_set.hpp"

#include "protocol/types/values.hpp"

#include <cerrno>
#include <charconv>
#include <sstream>

namespace praetor::cli {

namespace {

constexpr std::size_t help_width = 72;
constexpr std::size_t help_indent = 5;

struct number_text {
  int base;
  bool negative;
  std::string_view digits;
};

/// Go's base prefixes: 0x, 0o, 0b, and a leading 0 for octal.
number_text split_base(std::string_view text) {
  number_text parts{10, false, text};
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.negative = text[0] == '-';
    parts.digits.remove_prefix(1);
  }
  auto starts = [&](char lower) {
    return parts.digits.size() > 2 && parts.digits[0] == '0' && (parts.digits[1] | 0x20) == lower;
  };
  if (starts('x') || starts('o') || starts('b')) {
    parts.base = starts('x') ? 16 : starts('o') ? 8 : 2;
    parts.digits.remove_prefix(2);
  } else if (parts.digits.size() > 1 && parts.digits[0] == '0') {
    parts.base = 8;
    parts.digits.remove_prefix(1);
  }
  return parts;
}

struct number_result {
  std::uint64_t magnitude = 0;
  bool negative = false;
  const char* error = nullptr; ///< "invalid syntax" or "value out of range"
};

number_result read_number(std::string_view text, bool is_signed) {
  auto parts = split_base(text);
  number_result result;
  result.negative = parts.negative;
  auto digits = parts.digits;
  bool has_sign = !text.empty() && (text[0] == '-' || text[0] == '+');
  auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), result.magnitude, parts.base);
  if (digits.empty() || end != digits.data() + digits.size() || (has_sign && !is_signed))
    result.error = "invalid syntax";
  else if (code == std::errc::result_out_of_range || (is_signed && result.magnitude > (std::uint64_t{1} << 63) - 1))
    result.error = "value out of range";
  return result;
}

/// Go's flag package says "parse error" where strconv says invalid syntax.
std::string flag_error(const char* strconv_error) {
  return std::string_view(strconv_error) == "invalid syntax" ? "parse error" : strconv_error;
}

struct usage_parts {
  std::string value_name;
  std::string text;
};

/// Extracts the back-quoted value name from a usage text.
usage_parts unquote(const flag_spec& spec) {
  auto first = spec.usage.find('`');
  auto second = first == std::string::npos ? first : spec.usage.find('`', first + 1);
  if (second == std::string::npos) return {spec.type_name, spec.usage};
  auto name = spec.usage.substr(first + 1, second - first - 1);
  return {name, spec.usage.substr(0, first) + name + spec.usage.substr(second + 1)};
}

} // namespace

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::istringstream words{std::string(text)};
  std::string result, line, word;
  auto flush = [&] {
    result += std::string(indent, ' ') + line + '\n';
    line.clear();
  };
  while (words >> word) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) flush();
    line += (line.empty() ? "" : " ") + word;
  }
  if (!line.empty()) flush();
  return result;
}

void flag_set::add(flag_spec spec) {
  auto name = spec.name;
  flags_.insert_or_assign(std::move(name), std::move(spec));
}

void flag_set::add_bool(std::string name, bool& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto value = parse_bool(text);
    if (!value) return "parse error";
    target = *value;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "", target ? "true" : "", true, flag_group::command, set});
}

void flag_set::add_string(std::string name, std::string& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    target = text;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "string", target.empty() ? "" : praetor::quoted(target), false,
       flag_group::command, set});
}

void flag_set::add_int(std::string name, int& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto number = read_number(text, true);
    if (number.error) return flag_error(number.error);
    if (number.magnitude > 0x7fffffff) return "value out of range";
    target = static_cast<int>(number.magnitude) * (number.negative ? -1 : 1);
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "int", target == 0 ? "" : std::to_string(target), false, flag_group::command,
       set});
}

void flag_set::add_uint(std::string name, std::uint64_t& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto number = read_number(text, false);
    if (number.error) return flag_error(number.error);
    target = number.magnitude;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "uint", target == 0 ? "" : std::to_string(target), false, flag_group::command,
       set});
}

void flag_set::add_duration(std::string name, std::chrono::nanoseconds& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto result = duration_from_text(text);
    if (!result.value) return "parse error";
    target = *result.value;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "duration", target.count() == 0 ? "" : duration_to_text(target), false,
       flag_group::command, set});
}

void flag_set::add_list(std::string name, std::vector<std::string>& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    target.push_back(text);
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "value", "", false, flag_group::command, set});
}

void flag_set::add_map(std::string name, std::map<std::string, std::string>& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto at = text.find('=');
    if (at == std::string::npos) return "Missing \"=\" value in argument: " + text;
    target[text.substr(0, at)] = text.substr(at + 1);
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "value", "", false, flag_group::command, set});
}

void flag_set::add_optional(std::string name, std::optional<std::string>& target, std::string usage, flag_group group) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    target = text;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "value", "", false, group, set});
}

void flag_set::add_optional(std::string name, std::optional<bool>& target, std::string usage, flag_group group) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto value = parse_bool(text);
    if (!value) return "strconv.ParseBool: parsing " + praetor::quoted(text) + ": invalid syntax";
    target = value;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "", "", true, group, set});
}

void flag_set::add_optional(std::string name, std::optional<std::uint64_t>& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto number = read_number(text, false);
    if (number.error) return "strconv.ParseUint: parsing " + praetor::quoted(text) + ": " + number.error;
    target = number.magnitude;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "value", "", false, flag_group::command, set});
}

void flag_set::add_optional(std::string name, std::optional<std::chrono::nanoseconds>& target, std::string usage) {
  auto set = [&target](const std::string& text) -> std::optional<std::string> {
    auto result = duration_from_text(text);
    if (!result.value) return result.error;
    target = result.value;
    return std::nullopt;
  };
  add({std::move(name), std::move(usage), "value", "", false, flag_group::command, set});
}

std::optional<std::string> flag_set::parse_one(const std::vector<std::string>& args, std::size_t& at, bool& done) {
  const std::string& arg = args[at];
  if (arg.size() < 2 || arg[0] != '-') {
    done = true;
    return std::nullopt;
  }
  std::string_view name = arg;
  name.remove_prefix(arg[1] == '-' ? 2 : 1);
  if (name.empty()) { // "--" ends the flags
    ++at;
    done = true;
    return std::nullopt;
  }
  if (name[0] == '-' || name[0] == '=') return "bad flag syntax: " + arg;
  ++at;
  std::optional<std::string> value;
  if (auto equals = name.find('='); equals != std::string_view::npos) {
    value = std::string(name.substr(equals + 1));
    name = name.substr(0, equals);
  }
  auto found = flags_.find(name);
  if (found == flags_.end()) return "flag provided but not defined: -" + std::string(name);
  auto& spec = found->second;
  if (spec.is_boolean) {
    if (auto refused = spec.set(value.value_or("true")))
      return "invalid boolean value " + praetor::quoted(*value) + " for -" + spec.name + ": " + *refused;
    return std::nullopt;
  }
  if (!value) {
    if (at == args.size()) return "flag needs an argument: -" + spec.name;
    value = args[at++];
  }
  if (auto refused = spec.set(*value))
    return "invalid value " + praetor::quoted(*value) + " for flag -" + spec.name + ": " + *refused;
  return std::nullopt;
}

std::optional<std::string> flag_set::parse(const std::vector<std::string>& args, std::ostream& err) {
  std::size_t at = 0;
  bool done = false;
  while (!done && at < args.size())
    if (auto failure = parse_one(args, at, done)) {
      err << *failure << '\n';
      print_usage(err);
      return failure;
    }
  arguments_.assign(args.begin() + static_cast<std::ptrdiff_t>(at), args.end());
  return std::nullopt;
}

void flag_set::print_usage(std::ostream& out) const {
  out << "Usage:\n";
  for (auto& [name, spec] : flags_) {
    auto parts = unquote(spec);
    std::string head = "  -" + name + (parts.value_name.empty() ? "" : " " + parts.value_name);
    out << head << (head.size() <= 4 ? "\t" : "\n    \t");
    for (char c : parts.text) {
      if (c == '\n')
        out << "\n    \t";
      else
        out << c;
    }
    if (!spec.default_text.empty()) out << " (default " << spec.default_text << ")";
    out << '\n';
  }
}

std::string flag_set::help_blocks() const {
  std::string api, own;
  for (auto& [name, spec] : flags_) {
    auto parts = unquote(spec);
    auto text = "\n  -" + name + (parts.value_name.empty() ? "" : "=<" + parts.value_name + ">") + "\n" +
                wrap(spec.usage, help_width, help_indent);
    (spec.group == flag_group::command ? own : api) += text;
  }
  std::string result;
  if (!api.empty()) result += "\nHTTP API Options\n" + api;
  if (!own.empty()) result += "\nCommand Options\n" + own;
  return result;
}

} // namespace praetor::cli
