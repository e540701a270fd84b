#include "protocol/base/quoted.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/base/utf8.hpp"

namespace praetor {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    switch (c) {
    case '"': out += "\\\""; continue;
    case '\\': out += "\\\\"; continue;
    case '\a': out += "\\a"; continue;
    case '\b': out += "\\b"; continue;
    case '\f': out += "\\f"; continue;
    case '\n': out += "\\n"; continue;
    case '\r': out += "\\r"; continue;
    case '\t': out += "\\t"; continue;
    case '\v': out += "\\v"; continue;
    default: break;
    }
    if (c >= 0x20 && c < 0x7f) {
      out += static_cast<char>(c);
      continue;
    }
    // A well-formed UTF-8 sequence is printed as it is; any other byte as \xNN.
    auto length = utf8::sequence_length(text, i);
    if (length > 1) {
      out += text.substr(i, length);
      i += length - 1;
    } else {
      out += "\\x";
      append_hex(out, c);
    }
  }
  return out + "\"";
}

} // namespace praetor
