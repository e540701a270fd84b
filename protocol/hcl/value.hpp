#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace praetor::hcl {

/// A position in a source. Lines and columns count from 1, columns in characters.
struct position {
  int line = 0;
  int column = 0;
  bool operator==(const position&) const = default;
};

/// One value of a configuration file, HCL or JSON.
struct value {
  enum class kind { null, boolean, integer, real, text, list, object };

  kind type = kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<value> items;                           ///< of a list
  std::vector<std::pair<std::string, value>> members; ///< of an object; names are unique
  /// Whether the list stems from blocks (`name { }`), so that all items are objects. Error messages name its type
  /// differently.
  bool of_blocks = false;
  position at;

  // Defined out of line, because a value contains values and is incomplete here.
  value();
  value(const value&);
  value(value&&) noexcept;
  value& operator=(const value&);
  value& operator=(value&&) noexcept;
  ~value();

  static value of(bool b);
  static value of(std::int64_t i);
  static value of(double r);
  static value of(std::string t);
  static value of(const char* t) { return of(std::string(t)); }
  static value empty_list();
  static value empty_object();

  bool is(kind k) const { return type == k; }
  const value* find(std::string_view name) const;
  value* find(std::string_view name);
  /// The member with this name; created as null if absent. A null value becomes an object.
  value& operator[](std::string_view name);
  void erase(std::string_view name);

  /// Compares the content, not positions.
  bool operator==(const value& other) const;
};

/// Fills an object with constant-time member lookup, whatever its size. No one else may change the object meanwhile.
class object_writer {
public:
  /// @param object must outlive the writer
  explicit object_writer(value& object) : object_(object) {}
  /// Like the value's own operator.
  value& operator[](std::string_view name);

private:
  value& object_;
  std::unordered_map<std::string, std::size_t> places_; ///< empty for small objects
};

/// A list of one element stands for that element wherever no list is expected.
const value& only_element(const value& v);

/// The value as Go's %v prints it: "[a b]", "map[a:1]", "1e+06".
std::string print(const value& v);
/// The name of Go's type: "string", "int", "float64", "[]interface {}", "map[string]interface {}".
std::string type_name(const value& v);
/// The name of Go's kind: like the type, but "slice" and "map".
std::string kind_name(const value& v);

} // namespace praetor::hcl
