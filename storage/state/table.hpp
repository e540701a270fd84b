#pragma once

#include "protocol/types/values.hpp"
#include "storage/state/change.hpp"
#include "storage/state/radix_tree.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <tuple>

namespace praetor::state {

/// The value of index entries whose key contains everything.
struct present {};

/// The context of a write: the index table, the replaced parts, the change feed.
struct table_writer {
  radix_tree<std::uint64_t>& indexes;
  retired_parts& retired;
  std::uint64_t index;            ///< of the entry, as clients see it
  change_list* changes = nullptr; ///< null: not recorded

  /// Raises a key of the index table to this entry's index. Keys never decrease.
  void raise(std::string_view key) const {
    auto value = indexes.find(key);
    if (!value || *value < index) indexes.set(key, index, retired);
  }
};

/// A string literal as a template argument.
template <std::size_t Size>
struct fixed_text {
  char text[Size] = {};
  constexpr fixed_text(const char (&from)[Size]) { std::copy_n(from, Size, text); }
  constexpr std::string_view view() const { return {text, Size - 1}; }
};

enum class index_flags : unsigned {
  none = 0,
  keys_only = 1u << 0,    ///< entries without a value
  every_record = 1u << 1, ///< each record has exactly one entry, whose key contains the record's primary key
  unique = 1u << 2,       ///< each record has exactly one entry, and a record that takes over another's key replaces
                          ///< that record
};
constexpr index_flags operator|(index_flags a, index_flags b) {
  return static_cast<index_flags>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(index_flags set, index_flags one) {
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

/// A secondary index of a table.
/// @tparam Keys returns the keys of a record's entries: a std::string (empty: no entry, unless each record has one) or
///   a string_list
template <fixed_text Name, auto Keys, index_flags Flags = index_flags::none>
struct table_index {
  static constexpr auto name = Name;
  static constexpr bool keys_only = has(Flags, index_flags::keys_only);
  static constexpr bool unique = has(Flags, index_flags::unique);
  static constexpr bool one_each = unique || has(Flags, index_flags::every_record);

  template <class Record>
  static auto keys_of(const Record& record) {
    return Keys(record);
  }
  static std::span<const std::string> span_of(const std::string& key) {
    return {&key, one_each || !key.empty() ? std::size_t{1} : std::size_t{0}};
  }
  static std::span<const std::string> span_of(const string_list& keys) { return keys; }
};

template <class... Indexes>
struct index_list {};

/// Records with a primary key and secondary indexes, in trees that copies share. Only `put` and the erasing functions
/// write them, so that indexes, the index table and the change feed are always updated.
///
/// A Schema declares:
///   record              the struct
///   name, kind          for the change feed and the archive
///   key(record)         the primary key: std::string, or std::string_view of a member
///   indexes             index_list<table_index<"name", function, flags>...>
///   index_row           optional: the key of the index table that every write raises
///   raise_rows(w, r)    optional: further keys of the index table that a write of that record raises
/// Beside it stands key_parts(record, visitor), which key_parts.hpp describes.
template <class Schema, class Indexes = typename Schema::indexes>
class table;

template <class Schema, class... Indexes>
class table<Schema, index_list<Indexes...>> : radix_tree<std::shared_ptr<const typename Schema::record>> {
public:
  using schema = Schema;
  using record = typename Schema::record;
  using record_ptr = std::shared_ptr<const record>;
  using primary = radix_tree<record_ptr>;

  // Reads by primary key.
  using primary::empty;
  using primary::find;
  using primary::find_bounded;
  using primary::first;
  using primary::for_each;
  using primary::has_prefix;
  using primary::size;
  using primary::watch_all;

  /// The record, or null.
  record_ptr at(std::string_view key, watch_set* watch = nullptr) const {
    auto found = find(key, watch);
    return found ? *found : nullptr;
  }

  /// The tree of an index: its values are records or `present`.
  template <fixed_text Name>
  const auto& by() const {
    return std::get<position(Name.view())>(trees_);
  }
  /// Calls visit(name, tree) for each index.
  template <class Visit>
  void for_each_index([[maybe_unused]] Visit visit) const {
    std::apply([&](const auto&... tree) { (visit(Indexes::name.view(), tree), ...); }, trees_);
  }

  /// The name of an index that does not match the records, "" if all do. Visits all records.
  std::string_view wrong_index() const {
    std::string_view wrong;
    std::apply(
        [&](const auto&... tree) {
          ((follows<Indexes>(tree) || !wrong.empty() || (wrong = Indexes::name.view(), true)), ...);
        },
        trees_);
    return wrong;
  }

  /// Inserts a record, or replaces the one with the same primary key.
  void put(const table_writer& w, record_ptr r) {
    auto key = Schema::key(*r); // remains valid: the tree keeps the record
    for_each_tree([&]<class Index>(auto& tree) { make_way<Index>(w, tree, key, *r); });
    auto before = at(key);
    for_each_tree([&]<class Index>(auto& tree) { move_entries<Index>(w, tree, before.get(), r); });
    raise(w, *r);
    if (w.changes) w.changes->push_back({&info_of<Schema>, std::string(key), before, r, w.index});
    primary::set(key, std::move(r), w.retired);
    check_sizes();
  }

  /// @returns the erased record, or null (then nothing was changed)
  record_ptr erase(const table_writer& w, std::string_view key) {
    auto before = at(key);
    if (!before) return nullptr;
    raise(w, *before);
    if (w.changes) w.changes->push_back({&info_of<Schema>, std::string(key), before, nullptr, w.index});
    erase_entries(w, *before);
    primary::erase(key, w.retired);
    check_sizes();
    return before;
  }
  record_ptr erase(const table_writer& w, const record& r) { return erase(w, std::string_view(Schema::key(r))); }

  /// Erases all records whose primary key starts with `prefix`. @returns their number
  std::size_t erase_prefix(const table_writer& w, std::string_view prefix) {
    for_each(prefix, nullptr, [&](std::string_view key, const record_ptr& r) {
      raise_rows_of(w, *r);
      if (w.changes) w.changes->push_back({&info_of<Schema>, std::string(key), r, nullptr, w.index});
      erase_entries(w, *r);
    });
    auto erased = primary::erase_prefix(prefix, w.retired);
    if (erased > 0) raise_row(w);
    check_sizes();
    return erased;
  }

private:
  template <class Index>
  using index_tree = radix_tree<std::conditional_t<Index::keys_only, present, record_ptr>>;

  static constexpr std::size_t position(std::string_view name) {
    constexpr std::array<std::string_view, sizeof...(Indexes)> names{Indexes::name.view()...};
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  }
  template <class Visit>
  void for_each_tree([[maybe_unused]] Visit visit) {
    std::apply([&](auto&... tree) { (visit.template operator()<Indexes>(tree), ...); }, trees_);
  }

  /// Erases another record whose key in a unique index `r` takes over.
  template <class Index, class Tree>
  void make_way([[maybe_unused]] const table_writer& w, [[maybe_unused]] Tree& tree,
                [[maybe_unused]] std::string_view key, [[maybe_unused]] const record& r) {
    if constexpr (Index::unique)
      if (auto found = tree.find(Index::keys_of(r)); found && Schema::key(**found) != key) {
        auto holder = *found; // copied, because the tree releases it
        erase(w, *holder);
      }
  }
  /// Always rewrites entries with a value: they refer to the new record, and their watchers must wake.
  template <class Index, class Tree>
  static void move_entries(const table_writer& w, Tree& tree, const record* before, const record_ptr& after) {
    using keys = decltype(Index::keys_of(*after));
    const keys old_keys = before ? Index::keys_of(*before) : keys{}, new_keys = Index::keys_of(*after);
    auto old_span = before ? Index::span_of(old_keys) : std::span<const std::string>{};
    auto new_span = Index::span_of(new_keys);
    auto among = [](auto span, const std::string& key) {
      return std::find(span.begin(), span.end(), key) != span.end();
    };
    for (const auto& key : old_span)
      if (!among(new_span, key)) tree.erase(key, w.retired);
    for (const auto& key : new_span)
      if constexpr (Index::keys_only) {
        if (!among(old_span, key)) tree.set(key, {}, w.retired);
      } else {
        tree.set(key, after, w.retired);
      }
  }
  void erase_entries(const table_writer& w, const record& r) {
    for_each_tree([&]<class Index>(auto& tree) {
      const auto keys = Index::keys_of(r);
      for (const auto& key : Index::span_of(keys)) tree.erase(key, w.retired);
    });
  }
  static void raise_row([[maybe_unused]] const table_writer& w) {
    if constexpr (requires { Schema::index_row; }) w.raise(Schema::index_row);
  }
  static void raise_rows_of([[maybe_unused]] const table_writer& w, [[maybe_unused]] const record& r) {
    if constexpr (requires { Schema::raise_rows(w, r); }) Schema::raise_rows(w, r);
  }
  static void raise(const table_writer& w, const record& r) {
    raise_row(w);
    raise_rows_of(w, r);
  }
  /// Whether an index has the entries of all records and no others.
  template <class Index, class Tree>
  bool follows(const Tree& tree) const {
    std::size_t own = 0; // an archive's record may have taken over another's key
    bool complete = true;
    for_each([&](std::string_view, const record_ptr& r) {
      const auto keys = Index::keys_of(*r);
      auto span = Index::span_of(keys);
      for (auto key = span.begin(); key != span.end(); ++key) {
        if (std::find(span.begin(), key, *key) != key) continue;
        const auto* entry = tree.find(*key);
        complete = complete && entry != nullptr;
        if (leads_to(entry, r)) ++own;
      }
      return complete;
    });
    return complete && own == tree.size();
  }
  static bool leads_to(const present* entry, const record_ptr&) { return entry != nullptr; }
  static bool leads_to(const record_ptr* entry, const record_ptr& r) { return entry != nullptr && *entry == r; }
  void check_sizes() {
    for_each_tree([&]<class Index>(auto& tree) { PRAETOR_ASSERT(!Index::one_each || tree.size() == size()); });
  }

  std::tuple<index_tree<Indexes>...> trees_;
};

/// Calls visit(table) for each member of a struct of tables.
template <class Tables, class Visit>
void for_each_member(const Tables& all, Visit&& visit) {
  auto each = [&](const auto&... table) { (visit(table), ...); };
  // The first list of initializers that fits has one for each member.
  static_assert(
      !requires { Tables{{}, {}, {}, {}, {}, {}, {}, {}, {}}; }, "at most eight tables in a struct");
  if constexpr (requires { Tables{{}, {}, {}, {}, {}, {}, {}, {}}; }) {
    const auto& [a, b, c, d, e, f, g, h] = all;
    each(a, b, c, d, e, f, g, h);
  } else if constexpr (requires { Tables{{}, {}, {}, {}, {}, {}, {}}; }) {
    const auto& [a, b, c, d, e, f, g] = all;
    each(a, b, c, d, e, f, g);
  } else if constexpr (requires { Tables{{}, {}, {}, {}, {}, {}}; }) {
    const auto& [a, b, c, d, e, f] = all;
    each(a, b, c, d, e, f);
  } else if constexpr (requires { Tables{{}, {}, {}, {}, {}}; }) {
    const auto& [a, b, c, d, e] = all;
    each(a, b, c, d, e);
  } else if constexpr (requires { Tables{{}, {}, {}, {}}; }) {
    const auto& [a, b, c, d] = all;
    each(a, b, c, d);
  } else if constexpr (requires { Tables{{}, {}, {}}; }) {
    const auto& [a, b, c] = all;
    each(a, b, c);
  } else if constexpr (requires { Tables{{}, {}}; }) {
    const auto& [a, b] = all;
    each(a, b);
  } else {
    const auto& [a] = all;
    each(a);
  }
}

} // namespace praetor::state
