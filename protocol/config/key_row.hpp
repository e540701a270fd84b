#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "protocol/types/values.hpp"

namespace praetor::config {

struct runtime_config;

/// The type of a key.
enum class key_kind {
  boolean,
  integer,          ///< int
  unsigned_32,      ///< uint32
  unsigned_64,      ///< uint64
  unsigned_integer, ///< uint
  number,           ///< float64
  text,             ///< string
  duration,         ///< string, converted later
  text_list,
  text_map,
  text_list_map, ///< map of lists of texts
  any_map,       ///< free-form
  any_map_list,  ///< list of free-form maps
  block,
  block_list,
  block_map,
};

constexpr bool is_integer(key_kind kind) { return kind >= key_kind::integer && kind <= key_kind::unsigned_integer; }

/// How a key behaves besides its type. Combine with `|`.
enum key_trait : unsigned {
  plain = 0,
  reloadable = 1,  ///< takes effect on reload; all other keys wait for the next start
  whole = 2,       ///< a later source replaces the whole block instead of merging field by field
  fixed = 4,       ///< accepted, but users cannot change it
  enterprise = 8,  ///< accepted with a warning, no effect
  deprecated = 16, ///< rewritten to another key with a warning
  secret = 32,     ///< hidden in every view
  no_effect = 64,  ///< validated, but this release ignores it; applies to a block's keys too
};

/// A member of the typed configuration.
using place = std::variant<bool*, std::int64_t*, std::uint32_t*, std::uint64_t*, double*, std::string*, string_list*,
                           string_map*, nanoseconds*>;

constexpr key_kind kind_of(const bool*) { return key_kind::boolean; }
constexpr key_kind kind_of(const std::int64_t*) { return key_kind::integer; }
constexpr key_kind kind_of(const std::uint32_t*) { return key_kind::unsigned_32; }
constexpr key_kind kind_of(const std::uint64_t*) { return key_kind::unsigned_64; }
constexpr key_kind kind_of(const double*) { return key_kind::number; }
constexpr key_kind kind_of(const std::string*) { return key_kind::text; }
constexpr key_kind kind_of(const string_list*) { return key_kind::text_list; }
constexpr key_kind kind_of(const string_map*) { return key_kind::text_map; }
constexpr key_kind kind_of(const nanoseconds*) { return key_kind::duration; }

/// The address of a key's value and its type.
struct key_member {
  place (*in)(runtime_config&) = nullptr;
  key_kind holds = key_kind::block;

  constexpr explicit operator bool() const { return in != nullptr; }
};

/// The member at the end of the path: `at<&Config::dns, &dns_settings::max_stale>`. The rows of a section are a
/// template of `Config`, which is `runtime_config`: they stand beside the section's members, where it is not complete
/// yet, and only `keys.hpp` instantiates them.
template <auto... Steps>
inline constexpr key_member at{[](runtime_config& c) { return place(&(c.*....*Steps)); },
                               kind_of(decltype(&(std::declval<runtime_config&>().*....*Steps)){})};

/// The values that a key accepts. Empty: all.
struct key_choice {
  std::string_view what; ///< the word for the value in error messages: "mode"
  std::array<std::string_view, 3> of;

  constexpr bool allows(std::string_view text) const {
    if (what.empty()) return true;
    for (auto each : of)
      if (each == text) return true;
    return false;
  }
};

/// Everything about one key. The schema, the defaults, the conversion into the typed configuration, the debug view, the
/// flags, the warnings, the keys that a reload ignores and the reference page derive from it.
struct key_row {
  std::string_view path;             ///< "dns_config.soa.refresh"
  key_kind kind = key_kind::block;   ///< of the value in a source
  unsigned traits = plain;           ///< a combination of `key_trait`
  std::string_view initial = {};     ///< the built-in value, in file syntax, but texts without quotes
  std::string_view in_dev_mode = {}; ///< the built-in value under -dev, if different
  std::string_view computed = {};    ///< a description of the computed default
  std::string_view falls_back = {};  ///< the key that supplies the value if no source sets this one
  /// Copies the value if the member has the type of the key. Otherwise a step of the builder converts it.
  key_member member = {};
  std::string_view shown = {};        ///< position in the debug view: "DNSSOA.Refresh"
  std::string_view flag = {};         ///< of the agent command, without the dash
  std::string_view alias = {};        ///< a second accepted name
  std::string_view satisfied_by = {}; ///< of a key without effect: see `key_spec`
  std::string_view least = {};        ///< minimal duration
  key_choice choice = {};
  std::string_view named = {};       ///< name in error messages about a duration, if not the path
  std::string_view titled = {};      ///< name in the Enterprise warning, if not the path
  std::string_view replaced_by = {}; ///< the key that replaces a deprecated one; empty: dropped
  std::string_view doc = {};         ///< one line for the reference page and the flag's help

  constexpr bool has(key_trait t) const { return (traits & t) != 0; }
  /// Whether the value can be copied into the member unchanged.
  constexpr bool fits() const {
    return member && (member.holds == kind || (is_integer(kind) && is_integer(member.holds)));
  }
};

namespace keys {
using k = key_kind;
}

} // namespace praetor::config
