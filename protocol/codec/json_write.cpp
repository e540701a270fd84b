#include "protocol/codec/json_write.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace praetor::json {

namespace {

/// True for bytes that need escaping: controls, quotes, HTML characters and everything non-ASCII.
constexpr std::array<bool, 256> make_special() {
  std::array<bool, 256> special{};
  for (int c = 0; c < 0x20; ++c) special[static_cast<std::size_t>(c)] = true;
  for (int c = 0x80; c < 0x100; ++c) special[static_cast<std::size_t>(c)] = true;
  for (char c : {'"', '\\', '<', '>', '&'}) special[static_cast<std::size_t>(c)] = true;
  return special;
}
constexpr auto special = make_special();

void write_escape(std::string& out, unsigned char c) {
  switch (c) {
  case '"': out += "\\\""; return;
  case '\\': out += "\\\\"; return;
  case '\b': out += "\\b"; return;
  case '\f': out += "\\f"; return;
  case '\n': out += "\\n"; return;
  case '\r': out += "\\r"; return;
  case '\t': out += "\\t"; return;
  default: break;
  }
  out += "\\u00";
  append_hex(out, c);
}

/// Formats the output of std::to_chars in scientific form ("-1.25e-09") as Go does.
void layout_float(std::string& out, std::string_view scientific) {
  if (scientific.front() == '-') {
    out += '-';
    scientific.remove_prefix(1);
  }
  auto e = scientific.find('e');
  int exponent = 0;
  auto power = scientific.substr(e + 1);
  if (power.front() == '+') power.remove_prefix(1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  std::string digits(1, scientific.front());
  if (e > 2) digits += scientific.substr(2, e - 2);
  if (digits == "0") {
    out += '0';
    return;
  }
  if (exponent < -6 || exponent >= 21) {
    out += digits.front();
    if (digits.size() > 1) {
      out += '.';
      out.append(digits, 1);
    }
    out += exponent < 0 ? "e-" : "e+";
    detail::write_integer(out, exponent < 0 ? -exponent : exponent);
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
  } else {
    auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) {
      out += digits;
      out.append(whole - digits.size(), '0');
    } else {
      out.append(digits, 0, whole);
      out += '.';
      out.append(digits, whole);
    }
  }
}

template <class Float>
void write_any_float(std::string& out, Float value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char text[48];
  auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  layout_float(out, {text, static_cast<std::size_t>(end - text)});
}

void append_padded(std::string& out, std::int64_t value, int width) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  for (auto have = end - digits; have < width; ++have) out += '0';
  out.append(digits, end);
}

} // namespace

void write_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto c = static_cast<unsigned char>(text[i]);
    if (!special[c]) {
      ++i;
      continue;
    }
    if (c < 0x80) {
      out.append(text, start, i - start);
      write_escape(out, c);
      start = ++i;
      continue;
    }
    auto length = utf8::sequence_length(text, i);
    bool separator = length == 3 && c == 0xe2 && text[i + 1] == '\x80' && (text[i + 2] & '\xfe') == '\xa8';
    if (length != 0 && !separator) {
      i += length;
      continue;
    }
    out.append(text, start, i - start);
    if (separator) {
      out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
      i += 3;
    } else {
      out += "\\ufffd";
      ++i;
    }
    start = i;
  }
  out.append(text, start, text.size() - start);
  out += '"';
}

void write_float(std::string& out, double value) { write_any_float(out, value); }
void write_float(std::string& out, float value) { write_any_float(out, value); }

void append_base64(std::string& out, std::string_view bytes) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])); };
  auto old = out.size();
  out.resize(old + (bytes.size() + 2) / 3 * 4);
  auto* p = out.data() + old;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    auto group = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    *p++ = alphabet[group >> 18];
    *p++ = alphabet[group >> 12 & 63];
    *p++ = alphabet[group >> 6 & 63];
    *p++ = alphabet[group & 63];
  }
  if (auto rest = bytes.size() - i; rest > 0) {
    auto group = at(i) << 16 | (rest == 2 ? at(i + 1) << 8 : 0);
    *p++ = alphabet[group >> 18];
    *p++ = alphabet[group >> 12 & 63];
    *p++ = rest == 2 ? alphabet[group >> 6 & 63] : '=';
    *p++ = '=';
  }
}

void write_blob(std::string& out, std::string_view bytes) {
  if (bytes.empty()) {
    out += "null";
    return;
  }
  out += '"';
  append_base64(out, bytes);
  out += '"';
}

void append_rfc3339(std::string& out, const timestamp& value) {
  using namespace std::chrono;
  auto since_epoch = std::chrono::seconds{value.seconds};
  auto day = floor<days>(since_epoch);
  year_month_day date{sys_days{day}};
  auto of_day = (since_epoch - day).count();
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_padded(out, of_day / 3600, 2);
  out += ':';
  append_padded(out, of_day / 60 % 60, 2);
  out += ':';
  append_padded(out, of_day % 60, 2);
  if (value.nanos != 0) {
    out += '.';
    append_padded(out, value.nanos, 9);
    while (out.back() == '0') out.pop_back();
  }
  out += 'Z';
}

void write_timestamp(std::string& out, const timestamp& value) {
  out += '"';
  append_rfc3339(out, value);
  out += '"';
}

namespace {

void write_any(std::string& out, const nlohmann::json& value) {
  using kind = nlohmann::json::value_t;
  switch (value.type()) {
  case kind::object:
    out += '{';
    for (auto i = value.begin(); i != value.end(); ++i) {
      if (i != value.begin()) out += ',';
      write_text(out, i.key());
      out += ':';
      write_any(out, *i);
    }
    out += '}';
    return;
  case kind::array:
    out += '[';
    for (auto i = value.begin(); i != value.end(); ++i) {
      if (i != value.begin()) out += ',';
      write_any(out, *i);
    }
    out += ']';
    return;
  case kind::string: write_text(out, value.get_ref<const std::string&>()); return;
  case kind::boolean: out += value.get<bool>() ? "true" : "false"; return;
  case kind::number_integer: detail::write_integer(out, value.get<std::int64_t>()); return;
  case kind::number_unsigned: detail::write_integer(out, value.get<std::uint64_t>()); return;
  case kind::number_float: write_float(out, value.get<double>()); return;
  case kind::binary: {
    const auto& bytes = value.get_binary();
    write_blob(out, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    return;
  }
  default: out += "null"; return;
  }
}

} // namespace

void write_free_form(std::string& out, const free_form& value) { write_any(out, value.json()); }

std::string indent(std::string_view compact, std::string_view unit) {
  std::string out;
  out.reserve(compact.size() * 2);
  constexpr std::size_t deepest = 64; // deeper lines are not indented further: otherwise the output grows with the
                                      // square of the depth
  std::size_t depth = 0;
  auto new_line = [&] {
    out += '\n';
    for (std::size_t i = 0; i < std::min(depth, deepest); ++i) out += unit;
  };
  for (std::size_t i = 0; i < compact.size(); ++i) {
    char c = compact[i];
    switch (c) {
    case '"': {
      auto start = i++;
      while (i < compact.size() && compact[i] != '"') i += compact[i] == '\\' ? 2 : 1;
      if (i >= compact.size()) i = compact.size() - 1;
      out.append(compact, start, i - start + 1);
      break;
    }
    case ' ':
    case '\t':
    case '\n':
    case '\r': break;
    case '{':
    case '[': {
      auto next = compact.find_first_not_of(" \t\n\r", i + 1);
      out += c;
      if (next != std::string_view::npos && (compact[next] == '}' || compact[next] == ']')) {
        out += compact[next];
        i = next;
      } else {
        ++depth;
        new_line();
      }
      break;
    }
    case '}':
    case ']':
      if (depth > 0) --depth;
      new_line();
      out += c;
      break;
    case ',':
      out += c;
      new_line();
      break;
    case ':': out += ": "; break;
    default: out += c;
    }
  }
  return out;
}

} // namespace praetor::json
