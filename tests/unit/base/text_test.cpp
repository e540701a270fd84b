#include "protocol/base/go_bool.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/base/trim.hpp"
#include "protocol/base/utf8.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

TEST_CASE("bytes are written as two hexadecimal digits each") {
  CHECK(hex("") == "");
  CHECK(hex(std::string_view("\0\x0f\xa5\xff", 4)) == "000fa5ff");
  CHECK(hex("\x01\x02\x03", ":") == "01:02:03");
  std::string upper = "%";
  append_hex(upper, 0xaf, upper_hex_digits);
  CHECK(upper == "%AF");
}

TEST_CASE("a hexadecimal digit has a value in either case, other characters have none") {
  for (int value = 0; value < 16; ++value) {
    CHECK(hex_value(hex_digits[static_cast<std::size_t>(value)]) == value);
    CHECK(hex_value(upper_hex_digits[static_cast<std::size_t>(value)]) == value);
  }
  for (char c : {'/', ':', '@', 'G', '`', 'g', '\0', '\xff'}) CHECK_FALSE(is_hex_digit(c));
}

TEST_CASE("pairs of hexadecimal digits are read as bytes, other texts are refused") {
  CHECK(parse_hex("") == "");
  CHECK(parse_hex("00fFa5") == std::string("\0\xff\xa5", 3));
  for (auto text : {"0", "0g", "g0", "00 ", "0x00"}) CHECK_FALSE(parse_hex(text));
}

TEST_CASE("trimming takes the unwanted characters off both ends alone") {
  struct row {
    std::string_view text, white, plain;
  };
  for (const auto& r : std::vector<row>{{"", "", ""},
                                        {" \t\r\n\v\f", "", "\r\n\v\f"},
                                        {"a", "a", "a"},
                                        {"\n a b \n", "a b", "\n a b \n"},
                                        {" \ta\r\n", "a", "a\r\n"}}) {
    CAPTURE(r.text);
    CHECK(trimmed(r.text) == r.white);
    CHECK(trimmed(r.text, blanks) == r.plain);
  }
}

TEST_CASE("the twelve texts of Go's booleans are read, and no others") {
  for (auto text : {"1", "t", "T", "true", "TRUE", "True"}) CHECK(parse_bool(text) == true);
  for (auto text : {"0", "f", "F", "false", "FALSE", "False"}) CHECK(parse_bool(text) == false);
  for (auto text : {"", " 1", "yes", "tRUE", "2", "on"}) CHECK_FALSE(parse_bool(text));
}

TEST_CASE("well-formed UTF-8 is decoded, and its code points are encoded to the same bytes") {
  struct row {
    std::string_view bytes;
    char32_t code;
  };
  for (const auto& r : std::vector<row>{{"a", U'a'},
                                        {"\xc2\x80", 0x80},
                                        {"\xdf\xbf", 0x7ff},
                                        {"\xe0\xa0\x80", 0x800},
                                        {"\xed\x9f\xbf", 0xd7ff},
                                        {"\xee\x80\x80", 0xe000},
                                        {"\xef\xbf\xbf", 0xffff},
                                        {"\xf0\x90\x80\x80", 0x10000},
                                        {"\xf4\x8f\xbf\xbf", 0x10ffff}}) {
    CAPTURE(hex(r.bytes));
    CHECK(utf8::sequence_length(r.bytes, 0) == r.bytes.size());
    auto [code, length] = utf8::decode(std::string(r.bytes) + "x");
    CHECK(code == r.code);
    CHECK(length == r.bytes.size());
    std::string out;
    utf8::append(out, r.code);
    CHECK(out == r.bytes);
  }
}

TEST_CASE("bytes that are no well-formed UTF-8 read as one replacement character each") {
  for (std::string_view bytes :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xe1\x80", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf1\x80\x80", "\xf4\x90\x80\x80", "\xf5", "\xff"}) {
    CAPTURE(hex(bytes));
    CHECK(utf8::sequence_length(bytes, 0) == 0);
    auto [code, length] = utf8::decode(bytes);
    CHECK(code == utf8::replacement);
    CHECK(length == 1);
  }
  std::string out;
  utf8::append(out, 0xd800);
  utf8::append(out, 0x110000);
  CHECK(out == "\xef\xbf\xbd\xef\xbf\xbd");
}
