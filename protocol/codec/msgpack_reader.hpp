#pragma once

#include "protocol/codec/object_allowance.hpp"
#include "protocol/types/values.hpp"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace praetor::msgpack {

enum class value_kind { nil, boolean, integer, floating, text, list, map, extension };

/// An integer in the combined range of signed and unsigned 64-bit numbers.
struct wide_integer {
  bool negative = false;
  std::uint64_t bits = 0; ///< two's complement when negative
};

/// Reads MessagePack values one after the other. The input is untrusted: a length is checked against the remaining
/// bytes before anything is allocated; nesting depth and the memory of decoded objects are limited. After the first
/// error every function is a no-op, so callers need not check each step.
class reader {
public:
  explicit reader(std::string_view bytes) : bytes_(bytes), allowance_(bytes.size()) {}

  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  /// Records an error; only the first one counts.
  void fail(std::string text);
  /// The number of bytes consumed.
  std::size_t consumed() const { return at_; }
  bool at_end() const { return at_ >= bytes_.size(); }

  /// The kind of the next value; nil also at the end of the input and for an invalid value.
  value_kind kind() const;
  bool at_nil() const { return !at_end() && bytes_[at_] == '\xc0'; }
  /// Skips the next value.
  void skip();
  /// Skips the next value and returns its bytes.
  std::string_view raw();

  /// Text in any form: raw of the old specification, str8, bin. Valid as long as the input.
  bool text(std::string_view& into);
  bool boolean(bool& into);
  bool integer(wide_integer& into);
  /// Integers are accepted too.
  bool floating(double& into);
  bool time(timestamp& into);
  bool any(free_form& into);
  /// Read the header; `size` elements, or key and value pairs, follow.
  bool begin_list(std::size_t& size);
  bool begin_map(std::size_t& size);

  /// Counts an object towards the allowance for this input (`object_allowance`). @returns false if it exceeds it, or
  /// after an error
  bool make_room(std::size_t object_bytes);

  /// Guards one level of nesting: `nesting level(in); if (!level) return;`
  class nesting {
  public:
    explicit nesting(reader& in) : in_(in) {
      if (++in_.depth_ > max_depth) in_.fail("nested too deep");
    }
    ~nesting() { --in_.depth_; }
    nesting(const nesting&) = delete;
    nesting& operator=(const nesting&) = delete;
    explicit operator bool() const { return !in_.failed(); }

  private:
    reader& in_;
  };
  static constexpr std::size_t max_depth = 256;

private:
  struct header;
  /// Reads the header at `at`; false if the input ends inside it or inside the content it announces.
  bool read_header(std::size_t at, header& into) const;
  bool any(nlohmann::json& into);
  bool expect(value_kind wanted, header& into);

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  object_allowance allowance_;
  std::string error_;
};

} // namespace praetor::msgpack
