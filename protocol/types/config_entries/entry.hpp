#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::config_entries {

/// The name that stands for all services.
inline constexpr std::string_view wildcard = "*";

/// A member without content that Consul hashes with each struct that may be in a namespace.
struct enterprise_meta {
  static constexpr std::string_view type_name = "EnterpriseMeta";

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  bool operator==(const enterprise_meta&) const = default;
};
inline constexpr auto only_hashed = field_flags::no_json | field_flags::no_packed | field_flags::no_filter;

/// What entries of all kinds have. A kind derives from it and lists the members with `head` and `tail`.
struct config_entry {
  std::string kind;
  std::string name;
  string_map meta;
  /// The structural hash of everything but itself and the indexes.
  std::uint64_t hash = 0;
  [[no_unique_address]] enterprise_meta enterprise;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

protected:
  template <class F, class Self>
  static void head(F&& f, Self& x) {
    f(field{"Kind"}, x.kind);
    f(field{"Name"}, x.name);
  }
  template <class F, class Self>
  static void hash_and_indexes(F&& f, Self& x) {
    f(field{"Hash", omit_empty | no_hash}, x.hash);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
    f(field{"CreateIndex", no_hash | read_only | no_filter}, x.create_index);
    f(field{"ModifyIndex", no_hash | read_only | no_filter}, x.modify_index);
  }
  template <class F, class Self>
  static void tail(F&& f, Self& x) {
    f(field{"Meta", omit_empty}, x.meta);
    hash_and_indexes(f, x);
  }
};

/// An entry of the kind that its `kind` names; `row_of` has what is special to it.
using config_entry_ptr = std::shared_ptr<const config_entry>;

/// Several faults, reported together: "1 error occurred:\n\t* text\n\n".
class fault_list {
public:
  void add(std::string fault) { faults_.push_back(std::move(fault)); }
  void add(const fault_list& more) { faults_.insert(faults_.end(), more.faults_.begin(), more.faults_.end()); }
  bool empty() const { return faults_.empty(); }
  std::string text() const;
  /// Status 500, as all faults of an entry.
  expected<void> result() const;

private:
  std::vector<std::string> faults_;
};

/// The limits of `Meta`.
fault_list check_meta(const string_map& meta);

/// ASCII letters in upper case, as methods of HTTP are kept.
std::string upper_case(std::string_view text);
bool is_http_method(std::string_view method);
/// Protocols with requests: http, http2 and grpc.
bool is_http_like(std::string_view protocol);
/// A name as DNS takes it (RFC 1035 3.1), escapes included; "" is none.
bool is_domain_name(std::string_view name);
/// An index in an error text: "[2]".
inline std::string at(std::size_t index) { return "[" + std::to_string(index) + "]"; }

} // namespace praetor::config_entries
