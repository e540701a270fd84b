#include "protocol/codec/msgpack_reader.hpp"

#include "protocol/base/big_endian.hpp"

#include <bit>
#include <nlohmann/json.hpp>
#include <string>

namespace praetor::msgpack {

/// The header of a value: its kind, the position of its content and the length.
struct reader::header {
  value_kind kind = value_kind::nil;
  std::size_t content = 0; ///< position behind the header
  std::size_t length = 0;  ///< bytes of a text, extension or number; elements of a list; pairs of a map
  unsigned char type = 0;
};

namespace {

const char* kind_name(value_kind kind) {
  switch (kind) {
  case value_kind::nil: return "nil";
  case value_kind::boolean: return "a boolean";
  case value_kind::integer: return "an integer";
  case value_kind::floating: return "a floating-point number";
  case value_kind::text: return "text";
  case value_kind::list: return "a list";
  case value_kind::map: return "a map";
  case value_kind::extension: break;
  }
  return "an extension";
}

/// Go's binary time: version, seconds since year 1, nanoseconds, zone offset (discarded).
bool binary_time(std::string_view bytes, timestamp& into) {
  bool known = (bytes.size() == 15 && bytes[0] == 1) || (bytes.size() == 16 && bytes[0] == 2);
  if (!known) return false;
  auto nanos = read_big_endian(bytes.substr(9, 4));
  if (nanos >= 1'000'000'000) return false;
  auto seconds = read_big_endian(bytes.substr(1, 8)) + static_cast<std::uint64_t>(timestamp::zero_seconds);
  into = {static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(nanos)};
  return true;
}

/// The timestamp extension of the newer specification (type -1).
bool extension_time(std::string_view bytes, timestamp& into) {
  std::uint64_t seconds = 0, nanos = 0;
  if (bytes.size() == 4)
    seconds = read_big_endian(bytes);
  else if (bytes.size() == 8) {
    auto both = read_big_endian(bytes);
    nanos = both >> 34;
    seconds = both & 0x3ffffffff;
  } else if (bytes.size() == 12) {
    nanos = read_big_endian(bytes.substr(0, 4));
    seconds = read_big_endian(bytes.substr(4));
  } else
    return false;
  if (nanos >= 1'000'000'000) return false;
  into = {static_cast<std::int64_t>(seconds), static_cast<std::int32_t>(nanos)};
  return true;
}

} // namespace

void reader::fail(std::string text) {
  if (error_.empty()) error_ = std::move(text);
}

bool reader::make_room(std::size_t object_bytes) {
  if (failed()) return false;
  if (allowance_.take(object_bytes)) return true;
  fail("more objects than its size allows");
  return false;
}

bool reader::read_header(std::size_t at, header& into) const {
  if (at >= bytes_.size()) return false;
  auto type = static_cast<unsigned char>(bytes_[at]);
  auto left = bytes_.size() - at - 1;
  into = {value_kind::nil, at + 1, 0, type};
  // The length is in the type byte, or in the `width` bytes after it.
  auto sized = [&](value_kind kind, std::size_t width, std::size_t extra = 0) {
    if (left < width) return false;
    into.kind = kind;
    into.content = at + 1 + width;
    into.length = static_cast<std::size_t>(read_big_endian(bytes_.substr(at + 1, width))) + extra;
    return true;
  };
  auto fixed = [&](value_kind kind, std::size_t length) {
    into.kind = kind;
    into.length = length;
    return true;
  };
  bool good = true;
  if (type < 0x80 || type >= 0xe0)
    fixed(value_kind::integer, 0);
  else if (type < 0x90)
    fixed(value_kind::map, type & 0x0f);
  else if (type < 0xa0)
    fixed(value_kind::list, type & 0x0f);
  else if (type < 0xc0)
    fixed(value_kind::text, type & 0x1f);
  else
    switch (type) {
    case 0xc0: break;
    case 0xc1: return false;
    case 0xc2:
    case 0xc3: fixed(value_kind::boolean, 0); break;
    case 0xc4:
    case 0xd9: good = sized(value_kind::text, 1); break;
    case 0xc5:
    case 0xda: good = sized(value_kind::text, 2); break;
    case 0xc6:
    case 0xdb: good = sized(value_kind::text, 4); break;
    case 0xc7: good = sized(value_kind::extension, 1, 1); break;
    case 0xc8: good = sized(value_kind::extension, 2, 1); break;
    case 0xc9: good = sized(value_kind::extension, 4, 1); break;
    case 0xca: fixed(value_kind::floating, 4); break;
    case 0xcb: fixed(value_kind::floating, 8); break;
    case 0xcc:
    case 0xd0: fixed(value_kind::integer, 1); break;
    case 0xcd:
    case 0xd1: fixed(value_kind::integer, 2); break;
    case 0xce:
    case 0xd2: fixed(value_kind::integer, 4); break;
    case 0xcf:
    case 0xd3: fixed(value_kind::integer, 8); break;
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8: fixed(value_kind::extension, (std::size_t{1} << (type - 0xd4)) + 1); break;
    case 0xdc: good = sized(value_kind::list, 2); break;
    case 0xdd: good = sized(value_kind::list, 4); break;
    case 0xde: good = sized(value_kind::map, 2); break;
    default: good = sized(value_kind::map, 4); break;
    }
  if (!good) return false;
  // Every element takes at least one byte.
  auto needed = into.kind == value_kind::map ? into.length * 2 : into.length;
  return needed <= bytes_.size() - into.content;
}

value_kind reader::kind() const {
  header next;
  read_header(at_, next);
  return next.kind;
}

bool reader::expect(value_kind wanted, header& into) {
  if (failed()) return false;
  if (!read_header(at_, into)) {
    fail(at_ < bytes_.size() && bytes_[at_] == '\xc1' ? "invalid type byte" : "the data ends too early");
    return false;
  }
  if (into.kind == wanted) return true;
  fail(std::string("found ") + kind_name(into.kind) + " instead of " + kind_name(wanted));
  return false;
}

void reader::skip() {
  // Iterative: `pending` counts the values left to skip. It can't overflow because each value takes a byte.
  for (std::uint64_t pending = 1; pending > 0 && !failed(); --pending) {
    header next;
    if (!read_header(at_, next)) return fail("the data ends too early");
    at_ = next.content;
    if (next.kind == value_kind::list)
      pending += next.length;
    else if (next.kind == value_kind::map)
      pending += 2 * next.length;
    else
      at_ += next.length;
  }
}

std::string_view reader::raw() {
  auto start = at_;
  skip();
  return failed() ? std::string_view{} : bytes_.substr(start, at_ - start);
}

bool reader::text(std::string_view& into) {
  header next;
  if (!expect(value_kind::text, next)) return false;
  into = bytes_.substr(next.content, next.length);
  at_ = next.content + next.length;
  return true;
}

bool reader::boolean(bool& into) {
  header next;
  if (!expect(value_kind::boolean, next)) return false;
  into = next.type == 0xc3;
  at_ = next.content;
  return true;
}

bool reader::integer(wide_integer& into) {
  header next;
  if (!expect(value_kind::integer, next)) return false;
  at_ = next.content + next.length;
  if (next.length == 0) {
    auto value = static_cast<std::int8_t>(next.type);
    into = {value < 0, static_cast<std::uint64_t>(std::int64_t{value})};
    return true;
  }
  auto bits = read_big_endian(bytes_.substr(next.content, next.length));
  bool is_signed = next.type >= 0xd0;
  auto width = next.length * 8;
  bool negative = is_signed && (bits >> (width - 1) & 1) != 0;
  if (negative && width < 64) bits |= ~std::uint64_t{0} << width;
  into = {negative, bits};
  return true;
}

bool reader::floating(double& into) {
  if (!failed() && kind() == value_kind::integer) {
    wide_integer whole;
    if (!integer(whole)) return false;
    into =
        whole.negative ? static_cast<double>(static_cast<std::int64_t>(whole.bits)) : static_cast<double>(whole.bits);
    return true;
  }
  header next;
  if (!expect(value_kind::floating, next)) return false;
  auto bits = read_big_endian(bytes_.substr(next.content, next.length));
  into = next.length == 4 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits)) : std::bit_cast<double>(bits);
  at_ = next.content + next.length;
  return true;
}

bool reader::time(timestamp& into) {
  header next;
  if (!failed() && kind() == value_kind::extension) {
    if (!expect(value_kind::extension, next)) return false;
    // Fixed extensions have their type after the header, like the sized ones.
    auto content = bytes_.substr(next.content, next.length);
    if (content.front() != '\xff' || !extension_time(content.substr(1), into)) {
      fail("not a time");
      return false;
    }
    at_ = next.content + next.length;
    return true;
  }
  std::string_view bytes;
  if (!text(bytes)) return false;
  if (binary_time(bytes, into)) return true;
  fail("not a time");
  return false;
}

bool reader::begin_list(std::size_t& size) {
  header next;
  if (!expect(value_kind::list, next)) return false;
  size = next.length;
  at_ = next.content;
  return true;
}

bool reader::begin_map(std::size_t& size) {
  header next;
  if (!expect(value_kind::map, next)) return false;
  size = next.length;
  at_ = next.content;
  return true;
}

bool reader::any(free_form& into) {
  if (!at_nil() && !make_room(sizeof(nlohmann::json))) return false; // null allocates no node
  nlohmann::json value;
  any(value);
  into = free_form(std::move(value));
  return !failed();
}

bool reader::any(nlohmann::json& into) {
  if (failed()) return false;
  if (at_end()) {
    fail("the data ends too early");
    return false;
  }
  nesting level(*this);
  if (!level) return false;
  switch (kind()) {
  case value_kind::nil:
  case value_kind::extension:
    into = nullptr;
    skip();
    break;
  case value_kind::boolean: {
    bool value = false;
    boolean(value);
    into = value;
    break;
  }
  case value_kind::integer: {
    wide_integer value;
    integer(value);
    if (value.negative)
      into = static_cast<std::int64_t>(value.bits);
    else
      into = value.bits;
    break;
  }
  case value_kind::floating: {
    double value = 0;
    floating(value);
    into = value;
    break;
  }
  case value_kind::text: {
    std::string_view value;
    text(value);
    into = std::string(value);
    break;
  }
  case value_kind::list: {
    std::size_t size = 0;
    begin_list(size);
    into = nlohmann::json::array();
    for (; size > 0 && make_room(sizeof(nlohmann::json)); --size) {
      into.push_back(nullptr);
      any(into.back());
    }
    break;
  }
  case value_kind::map: {
    std::size_t size = 0;
    begin_map(size);
    into = nlohmann::json::object();
    constexpr auto member_bytes = object_allowance::map_node_bytes + sizeof(nlohmann::json::object_t::value_type);
    for (; size > 0 && make_room(member_bytes); --size) {
      std::string_view key;
      if (kind() == value_kind::text) {
        if (text(key)) any(into[std::string(key)]);
        continue;
      }
      wide_integer number;
      if (!integer(number)) return false;
      auto name =
          number.negative ? std::to_string(static_cast<std::int64_t>(number.bits)) : std::to_string(number.bits);
      any(into[name]);
    }
  }
  }
  return !failed();
}

} // namespace praetor::msgpack
