#pragma once

#include "protocol/codec/json_scan.hpp"
#include "protocol/codec/object_allowance.hpp"
#include "protocol/types/values.hpp"

#include <charconv>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace praetor::json {

enum class value_kind { object, list, text, number, boolean, null };

/// Produces the Go name of a type, only when an error needs it.
using type_text = std::string (*)();

/// The names of a struct for error texts, see type_naming.
struct struct_name {
  type_text name, go_type;
  std::string_view embedded;
};

/// Rejects numbers that do not fit a double.
bool parse_double(std::string_view digits, double& value);

/// Reads values one after the other from JSON text whose syntax has been checked (`scan`). After the first error every
/// function is a no-op, so callers need not check each step.
class reader {
public:
  reader(std::string_view checked, bool reject_unknown_fields, std::string_view root_type)
      : text_(checked), allowance_(checked.size()), reject_unknown_fields_(reject_unknown_fields),
        root_type_(root_type) {}

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  /// Records an error; only the first one counts.
  void fail(std::string text);
  /// Records that a field is unknown.
  void reject_field(std::string_view name);
  /// The unknown field's name; "" if it was not the first error.
  const std::string& rejected_field() const { return rejected_field_; }
  /// Records `json: cannot unmarshal <found> into Go struct field ... of type <type>`.
  void mismatch(std::string_view found, std::string_view type);

  value_kind kind();
  /// Where the next value begins in the text.
  std::size_t offset();
  /// Skips the next value.
  void skip();
  /// Skips the next value and returns its text.
  std::string_view raw();

  bool text(std::string& into, type_text type);
  bool number(std::string_view& digits, type_text type);
  bool boolean(bool& into);
  /// Integer nanoseconds or Go duration text; ignores any other kind.
  void duration(nanoseconds& into);
  void time(timestamp& into);
  /// Base64 text, or a list of numbers.
  void bytes(std::string& into);
  /// A value of any shape. All numbers become floating-point, as in Go's interface{}.
  void any(free_form& into);

  /// `if (in.begin_list(...)) while (in.next_element()) ...read one value...;`
  bool begin_list(type_text type);
  bool next_element();
  /// `if (in.begin_object(...)) while (in.next_key(key)) ...read one value...;` The key is valid until the next call.
  bool begin_object(type_text type);
  bool next_key(std::string_view& key);

  /// Counts an object towards the allowance for this text (`object_allowance`). @returns false if it exceeds it, or
  /// after an error
  bool make_room(std::size_t object_bytes);

  bool rejects_unknown_fields() const { return reject_unknown_fields_; }

  /// The reader's position for error texts; lives on the caller's stack.
  struct frame {
    const frame* outer;
    const struct_name* owner;
    std::string_view member; ///< empty until a member is being read
    bool by_alias;
  };

  /// Scope in which the members of one struct are read.
  class struct_scope {
  public:
    struct_scope(reader& in, const struct_name& name, bool lenient)
        : in_(in), frame_{in.top_, &name, {}, false}, strict_before_(in.reject_unknown_fields_) {
      in.top_ = &frame_;
      if (lenient) in.reject_unknown_fields_ = false;
    }
    ~struct_scope() {
      in_.top_ = frame_.outer;
      in_.reject_unknown_fields_ = strict_before_;
    }
    struct_scope(const struct_scope&) = delete;
    struct_scope& operator=(const struct_scope&) = delete;
    void enter(std::string_view member, bool by_alias) {
      frame_.member = member;
      frame_.by_alias = by_alias;
    }

  private:
    reader& in_;
    frame frame_;
    bool strict_before_;
  };

private:
  void any(nlohmann::json& into);
  void skip_blanks();
  bool expect(value_kind wanted, type_text type);
  /// The text between the quotes. Resolves escapes, if any, into `scratch`.
  std::string_view text_content(std::string& scratch);

  std::string_view text_;
  std::size_t at_ = 0;
  object_allowance allowance_;
  bool reject_unknown_fields_;
  std::string_view root_type_;
  const frame* top_ = nullptr;
  std::string key_scratch_;
  std::string error_, rejected_field_;
};

} // namespace praetor::json
