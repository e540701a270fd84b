#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace praetor::hcl {

/// Where something stands in its source. Lines and columns count from 1, columns in characters.
struct position {
  int line = 0;
  int column = 0;
  bool operator==(const position&) const = default;
};

/// One value of a configuration file, whichever language it was written in.
struct value {
  enum class kind { null, boolean, integer, real, text, list, object };

  kind type = kind::null;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<value> items;                           ///< of a list
  std::vector<std::pair<std::string, value>> members; ///< of an object; names are unique
  /// A list that came about from blocks (`name { }`), whose items are all objects. Messages name its type differently.
  bool of_blocks = false;
  position at;

  // Out of line, because a value holds values and is complete only below.
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
  /// The member of that name, made as null when there is none. The value becomes an object if it is null.
  value& operator[](std::string_view name);
  void erase(std::string_view name);

  /// Equality of content; positions do not count.
  bool operator==(const value& other) const;
};

/// Fills an object. Finds its members in constant time however many there are; nobody else changes it meanwhile.
class object_writer {
public:
  /// @param object outlives the writer
  explicit object_writer(value& object) : object_(object) {}
  /// As the value's own operator.
  value& operator[](std::string_view name);

private:
  value& object_;
  std::unordered_map<std::string, std::size_t> places_; ///< empty while there are few members
};

/// The value as Go's %v prints it: "[a b]", "map[a:1]", "1e+06".
std::string print(const value& v);
/// The name of Go's type for the value: "string", "int", "float64", "[]interface {}", "map[string]interface {}".
std::string type_name(const value& v);
/// The name of Go's kind: as above, but "slice" and "map".
std::string kind_name(const value& v);

} // namespace praetor::hcl
