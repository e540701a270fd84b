#pragma once

#include "protocol/codec/member_table.hpp"
#include "protocol/codec/object_allowance.hpp"
#include "protocol/codec/shape.hpp"
#include "protocol/codec/type_naming.hpp"
#include "protocol/hcl/value.hpp"

#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// Decodes a value of a configuration file or a JSON body into a struct by its field list, with weak typing: the number
/// "1" for 1, one element for a list with it, a list of one element for that element. Follows the rules and error texts
/// of Go's mapstructure as Consul configures it for configuration entries (Consul: lib/decode/decode.go). Names match
/// case-insensitively, aliases too.
///
/// A type may supply `void weak_read_itself(hcl::weak_reader&, const hcl::weak_place&, const hcl::value&, T&)` beside
/// it.
namespace praetor::hcl {

/// Where a value stands; formatted for a fault only: "Routes[2].Match".
struct weak_place {
  const weak_place* above = nullptr;
  std::string_view name = {};
  std::size_t number = none;
  bool is_key = false; ///< `name` is the key of a map
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  std::string text() const;
};

/// What a decoding found.
class weak_reader {
public:
  std::vector<std::string> unknown_keys; ///< as paths, in the order of the text
  std::vector<std::string> errors;

  bool failed() const { return !errors.empty(); }
  /// "2 error(s) decoding:\n\n* first\n* second", sorted.
  std::string error_text() const;

  void unconvertible(const weak_place& at, const std::string& type, const value& v);
  void not_a_map(const weak_place& at, const value& v);

  bool text(const weak_place& at, const std::string& type, const value& v, std::string& into);
  bool boolean(const weak_place& at, const value& v, bool& into);
  /// @param is_signed the limits below are signed
  bool integer(const weak_place& at, const std::string& type, const value& v, std::int64_t& into);
  bool unsigned_integer(const weak_place& at, const std::string& type, const value& v, std::uint64_t& into);
  bool floating(const weak_place& at, const std::string& type, const value& v, double& into);
  bool duration(const weak_place& at, const value& v, nanoseconds& into);
  bool time(const weak_place& at, const value& v, timestamp& into);
  /// Members keep their form. But where a list of one element stands for that element, it does so in all objects below.
  void free(const weak_place& at, const value& v, free_form& into);
};

template <class T>
void weak_read(weak_reader& in, const weak_place& at, const value& v, T& into);

namespace detail {

struct weak_member {
  using function = void (*)(weak_reader&, const weak_place&, const value&, void*);
  template <class Member>
  static void run(weak_reader& in, const weak_place& at, const value& v, void* member) {
    hcl::weak_read(in, at, v, *static_cast<Member*>(member));
  }
};
using weak_table = std::vector<member_entry<weak_member::function>>;

void weak_read_record(weak_reader& in, const weak_place& at, const value& v, const weak_table& table, char* object);

/// Calls visit(key, value) for the members that a map is made of.
template <class Visit>
void each_member(weak_reader& in, const weak_place& at, const value& v, Visit visit) {
  if (v.is(value::kind::object)) {
    for (const auto& [key, member] : v.members) visit(key, member);
  } else if (v.is(value::kind::list)) {
    for (const auto& item : v.items) each_member(in, at, item, visit);
  } else if (!v.is(value::kind::null)) {
    in.not_a_map(at, v);
  }
}

template <class T>
void weak_read_list(weak_reader& in, const weak_place& at, const value& v, T& into) {
  into.clear();
  auto element = [&](const value& item) {
    auto number = into.size();
    into.emplace_back();
    hcl::weak_read(in, weak_place{&at, {}, number}, item, into.back());
  };
  if (v.is(value::kind::list)) {
    for (const auto& item : v.items) element(item);
  } else if (!(v.is(value::kind::object) && v.members.empty())) {
    element(v);
  }
}

} // namespace detail

template <class T>
void weak_read(weak_reader& in, const weak_place& at, const value& given, T& into) {
  if (given.is(value::kind::null)) return;
  if constexpr (requires { weak_read_itself(in, at, given, into); }) {
    weak_read_itself(in, at, given, into);
  } else if constexpr (shape::list<T>) {
    detail::weak_read_list(in, at, given, into);
  } else {
    const auto& v = only_element(given);
    if (v.is(value::kind::null)) return;
    if constexpr (std::same_as<T, std::string>) {
      in.text(at, "string", v, into);
    } else if constexpr (shape::boolean<T>) {
      in.boolean(at, v, into);
    } else if constexpr (shape::integer<T> && std::is_signed_v<T>) {
      std::int64_t wide = 0;
      if (in.integer(at, go_type_text<T>(), v, wide)) into = static_cast<T>(wide);
    } else if constexpr (shape::integer<T>) {
      std::uint64_t wide = 0;
      if (in.unsigned_integer(at, go_type_text<T>(), v, wide)) into = static_cast<T>(wide);
    } else if constexpr (std::floating_point<T>) {
      double wide = 0;
      if (in.floating(at, go_type_text<T>(), v, wide)) into = static_cast<T>(wide);
    } else if constexpr (shape::duration<T>) {
      in.duration(at, v, into);
    } else if constexpr (std::same_as<T, timestamp>) {
      in.time(at, v, into);
    } else if constexpr (std::same_as<T, blob>) {
      in.text(at, "[]uint8", v, into.bytes);
    } else if constexpr (std::same_as<T, free_form>) {
      in.free(at, v, into);
    } else if constexpr (shape::maybe<T>) {
      shape::pointee_t<T> inner{};
      hcl::weak_read(in, at, v, inner);
      into = std::move(inner);
    } else if constexpr (shape::map<T>) {
      detail::each_member(in, at, v, [&](const std::string& key, const value& member) {
        hcl::weak_read(in, weak_place{&at, key, weak_place::none, true}, member, into[key]);
      });
    } else {
      static_assert(shape::record<T>, "no weak form: give the type a field list");
      static const auto table = make_member_table<T, detail::weak_member>();
      detail::weak_read_record(in, at, v, table, reinterpret_cast<char*>(&into));
    }
  }
}

} // namespace praetor::hcl
