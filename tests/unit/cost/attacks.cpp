#include "tests/unit/cost/attacks.hpp"

#include <string_view>

namespace praetor::cost {

namespace {

std::string repeated(std::string_view piece, std::size_t size) {
  std::string out;
  out.reserve(size + piece.size());
  while (out.size() < size) out += piece;
  return out;
}

/// Opened but never closed.
std::string open_only(std::string_view piece, std::size_t size) { return repeated(piece, size); }

std::string nested(std::string_view open, std::string_view middle, std::string_view close, std::size_t size) {
  auto levels = size / (open.size() + close.size());
  std::string out;
  for (std::size_t i = 0; i < levels; ++i) out += open;
  out += middle;
  for (std::size_t i = 0; i < levels; ++i) out += close;
  return out;
}

/// first + piece for each number + last
template <class Piece>
std::string numbered(std::string_view first, Piece piece, std::string_view last, std::size_t size) {
  std::string out(first);
  for (std::size_t i = 0; out.size() < size; ++i) out += piece(std::to_string(i));
  out += last;
  return out;
}

std::string quoted_run(std::string_view piece, std::size_t size) { return "\"" + repeated(piece, size) + "\""; }

/// A DNS query whose name is a chain of compression pointers, each to the previous one.
std::string pointer_chain(std::size_t size) {
  std::string out("\x12\x34\x00\x00\x00\x01\x00\x01\x00\x01\x00\x02", 12);
  for (std::size_t at = out.size(); out.size() < std::min<std::size_t>(size, 65534); at += 2) {
    auto target = at - (at > 12 ? 2 : 0);
    out += static_cast<char>(0xc0 | (target >> 8 & 0x3f));
    out += static_cast<char>(target & 0xff);
  }
  return out;
}

std::string dns_names(std::size_t size) {
  std::string out("\x12\x34\x00\x00\x00\x01\x00\x01\x00\x01\x00\x02", 12);
  while (out.size() < std::min<std::size_t>(size, 65000)) out += std::string("\x01", 1) + "a";
  return out + std::string("\0\0\x01\0\x01", 5);
}

std::string http_head(std::string_view piece, std::size_t size) {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + repeated(piece, size) + "\r\n";
}

std::string chunked(std::string_view chunk, std::size_t size) {
  return "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + repeated(chunk, size) + "0\r\n\r\n";
}

/// A list or map of this many elements in MessagePack, with a four-byte length.
std::string counted(char type, std::size_t count, const std::string& elements) {
  std::string out(1, type);
  for (int shift : {24, 16, 8, 0}) out += static_cast<char>(count >> shift & 0xff);
  return out + elements;
}

/// A hello, or a gossip or Raft message, may contain this.
std::string packed_lists(std::size_t size) { return repeated("\x91", size); }

} // namespace

const std::vector<attack>& attacks() {
  using size_type = std::size_t;
  static const std::vector<attack> all{
      // Nesting.
      {"open lists", [](size_type n) { return open_only("[", n); }},
      {"open objects", [](size_type n) { return open_only("{\"a\":", n); }},
      {"open blocks", [](size_type n) { return open_only("a {", n); }},
      {"nested lists", [](size_type n) { return nested("[", "1", "]", n); }},
      {"nested objects", [](size_type n) { return nested("{\"a\":", "1", "}", n); }},
      {"open parentheses", [](size_type n) { return open_only("(", n); }},
      {"nested parentheses", [](size_type n) { return nested("(", "Service==a", ")", n); }},
      {"negations", [](size_type n) { return open_only("not ", n); }},
      {"shallow nesting, again and again",
       [](size_type n) { return "[" + repeated(nested("[", "1", "]", 400) + ",", n) + "1]"; }},
      {"groups up to the limit",
       [](size_type n) { return repeated(nested("(", "ID==a", ")", 900) + " or ", n) + "ID==a"; }},
      // Broken encodings.
      {"invalid UTF-8", [](size_type n) { return repeated("\xff", n); }},
      {"invalid UTF-8 in quotes", [](size_type n) { return quoted_run("\xff", n); }},
      {"invalid UTF-8 in a comparison", [](size_type n) { return "ID == " + quoted_run("\xe2\x82", n); }},
      {"invalid UTF-8 in an object", [](size_type n) { return "{\"a\":" + quoted_run("\xc3(", n) + "}"; }},
      {"invalid UTF-8 in backquotes", [](size_type n) { return "ID == `" + repeated("\xff", n) + "`"; }},
      {"invalid UTF-8 on many lines", [](size_type n) { return "ID == `" + repeated("\xff\n", n) + "`"; }},
      {"NUL bytes", [](size_type n) { return std::string(n, '\0'); }},
      // Repetition.
      {"blanks", [](size_type n) { return repeated(" ", n) + "1"; }},
      {"line ends", [](size_type n) { return repeated("\n", n) + "a"; }},
      {"blanks behind a word", [](size_type n) { return "Service" + repeated(" ", n) + "x"; }},
      {"words and blanks", [](size_type n) { return repeated("not        in     ", n); }},
      {"one long word", [](size_type n) { return repeated("a", n); }},
      {"many dots", [](size_type n) { return repeated("a.", n) + "a == b"; }},
      {"many brackets", [](size_type n) { return "Meta" + repeated("[\"a\"]", n) + " == b"; }},
      {"digits", [](size_type n) { return repeated("9", n); }},
      {"digits in a list", [](size_type n) { return "[" + repeated("9", n) + "]"; }},
      {"digits behind a point", [](size_type n) { return "{\"a\":0." + repeated("1", n) + "}"; }},
      {"digits assigned", [](size_type n) { return "a = 1." + repeated("7", n) + "e5"; }},
      {"numbers of a duration", [](size_type n) { return repeated("1ns", n); }},
      {"a fraction of a second", [](size_type n) { return "2020-01-01T00:00:00." + repeated("1", n) + "Z"; }},
      // Escapes.
      {"short escapes", [](size_type n) { return quoted_run("\\n", n); }},
      {"escapes in an object", [](size_type n) { return "{\"a\":" + quoted_run("\\u00e9", n) + "}"; }},
      {"escaped surrogates", [](size_type n) { return "[" + quoted_run("\\ud800", n) + "]"; }},
      {"escapes in a comparison", [](size_type n) { return "ID == " + quoted_run("\\x41", n); }},
      {"escapes assigned", [](size_type n) { return "a = " + quoted_run("\\u0041", n); }},
      {"bad escapes assigned", [](size_type n) { return "a = " + quoted_run("\\q", n); }},
      {"percent signs", [](size_type n) { return "/v1/kv/" + repeated("%2f", n); }},
      {"bad percent signs", [](size_type n) { return "/?a=" + repeated("%zz&", n); }},
      // Many members.
      {"many keys",
       [](size_type n) {
         return numbered(
             "{\"z\":0", [](auto i) { return ",\"k" + i + "\":1"; }, "}", n);
       }},
      {"many null keys",
       [](size_type n) {
         return numbered(
             "{\"z\":0", [](auto i) { return ",\"" + i + "\":null"; }, "}", n);
       }},
      {"the same key", [](size_type n) { return "{\"a\":1" + repeated(",\"a\":1", n) + "}"; }},
      {"the same key, other case", [](size_type n) { return "{\"Node\":\"\"" + repeated(",\"nOdE\":\"\"", n) + "}"; }},
      {"keys that are longer and longer",
       [](size_type n) {
         std::string out = "{\"z\":0", name = "p";
         for (; out.size() < n; name += 'p') out += ",\"" + name + "\":1";
         return out + "}";
       }},
      {"metadata of many keys",
       [](size_type n) {
         return numbered(
             "{\"Meta\":{\"z\":\"\"", [](auto i) { return ",\"k" + i + "\":\"\""; }, "}}", n);
       }},
      {"many elements", [](size_type n) { return "[" + repeated("1,", n) + "1]"; }},
      {"many empty objects", [](size_type n) { return "[" + repeated("{},", n) + "{}]"; }},
      {"many tags", [](size_type n) { return "{\"Tags\":[" + repeated("\"a\",", n) + "\"a\"]}"; }},
      {"many wrong tags", [](size_type n) { return "{\"Tags\":[\"a\"" + repeated(",1", n) + "]}"; }},
      {"many checks", [](size_type n) { return "{\"Checks\":[{}" + repeated(",{}", n) + "]}"; }},
      {"many assignments",
       [](size_type n) {
         return numbered(
             "", [](auto i) { return "k" + i + "=1\n"; }, "", n);
       }},
      {"the same assignment", [](size_type n) { return repeated("a=1\n", n); }},
      {"many blocks",
       [](size_type n) {
         return numbered(
             "", [](auto i) { return "key \"" + i + "\" {policy=\"read\"}\n"; }, "", n);
       }},
      {"many different blocks",
       [](size_type n) {
         return numbered(
             "", [](auto i) { return "b" + i + " {}\n"; }, "", n);
       }},
      {"blocks of many labels", [](size_type n) { return repeated(repeated("a ", 400) + "{}\n", n); }},
      {"one block of many",
       [](size_type n) {
         return numbered(
             "node_meta {\n", [](auto i) { return "k" + i + "=\"\"\n"; }, "}", n);
       }},
      {"services of configuration", [](size_type n) { return "services = [" + repeated("{name=1},", n) + "{}]"; }},
      {"wrong types of configuration", [](size_type n) { return "retry_join = [" + repeated("{},", n) + "{}]"; }},
      // Specific to one language.
      {"tests", [](size_type n) { return repeated("Service==a or ", n) + "Service==b"; }},
      {"tests without an end", [](size_type n) { return repeated("Service==a or ", n); }},
      {"lists of words", [](size_type n) { return repeated("\"a\" in Tags and ", n) + "Tags is empty"; }},
      {"patterns", [](size_type n) { return repeated("ID matches `[^a]` or ", n) + "ID==b"; }},
      {"bad patterns", [](size_type n) { return repeated("ID matches `(` or ", n) + "ID==b"; }},
      {"one long pattern", [](size_type n) { return "ID matches `" + repeated("(a|b)*", n) + "`"; }},
      {"nested repetitions", [](size_type n) { return "ID matches `" + nested("(", "a", "{1,9})*", n) + "`"; }},
      {"letters of all scripts", [](size_type n) { return "ID matches `" + repeated("\\pL", n) + "`"; }},
      {"a bare long pattern", [](size_type n) { return repeated("(a|b)*", n); }},
      {"bare repetitions", [](size_type n) { return repeated("((a{1,30}){1,30})", n); }},
      {"bare letters of all scripts", [](size_type n) { return repeated("(?i)[\\pL\\pN]{9}", n); }},
      {"unterminated strings", [](size_type n) { return "ID == " + repeated("\"", n | 1); }},
      {"bad numbers", [](size_type n) { return repeated("Port == 0x ", n); }},
      {"quotes", [](size_type n) { return repeated("\"\" ", n); }},
      {"interpolations", [](size_type n) { return "a = \"" + repeated("${", n) + repeated("}", n) + "\""; }},
      {"open interpolations", [](size_type n) { return "a = \"" + repeated("${\"", n); }},
      {"heredocs", [](size_type n) { return repeated("a = <<X\nb\nX\n", n); }},
      {"an open heredoc", [](size_type n) { return "a = <<X\n" + repeated("\nY", n); }},
      {"indented heredocs", [](size_type n) { return "a = <<-X\n" + repeated("  b\n", n) + "  X\n"; }},
      {"comments", [](size_type n) { return repeated("/* */ # x\n", n); }},
      {"open comments", [](size_type n) { return repeated("/*", n); }},
      {"actions", [](size_type n) { return repeated("{{ \"a\" }}", n); }},
      {"a long pipe", [](size_type n) { return "{{ GetAllInterfaces" + repeated("|sort \"name\"", n) + " }}"; }},
      {"blank actions", [](size_type n) { return repeated(" {{- \"\" -}} ", n); }},
      {"parameters", [](size_type n) { return "/v1/kv/a?" + repeated("a=b&", n); }},
      {"empty parameters", [](size_type n) { return "/?" + repeated("&", n); }},
      {"semicolons", [](size_type n) { return "/?" + repeated("a;b&", n); }},
      {"path steps", [](size_type n) { return repeated("/..", n); }},
      {"path slashes", [](size_type n) { return repeated("/", n); }},
      {"path ups and downs", [](size_type n) { return repeated("/a/b/../..", n); }},
      {"cache words", [](size_type n) { return repeated("max-age=1,", n); }},
      // Wire formats.
      {"short headers", [](size_type n) { return http_head("a:\r\n", n); }},
      {"many lengths", [](size_type n) { return http_head("Content-Length: 1\r\n", n); }},
      {"one long header", [](size_type n) { return http_head("a: b\r\nc: " + std::string(n, 'x') + "\r\n", 1); }},
      {"an open header", [](size_type n) { return "GET / HTTP/1.1\r\nHost: a\r\nb: " + std::string(n, 'x'); }},
      {"blanks in a header name", [](size_type n) { return http_head("a b: c\r\n", n); }},
      {"codings",
       [](size_type n) {
         return http_head("", 0) + "GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: " + repeated("gzip;q=0,", n) +
                "\r\n\r\n";
       }},
      {"small requests", [](size_type n) { return repeated("GET / HTTP/1.1\r\nHost: a\r\n\r\n", n); }},
      {"small chunks", [](size_type n) { return chunked("1\r\na\r\n", n); }},
      {"chunks with extensions", [](size_type n) { return chunked("1;a=b;c\r\na\r\n", n); }},
      {"a chunk of many zeros", [](size_type n) { return chunked(std::string(n, '0') + "1\r\na\r\n", 1); }},
      {"pointers", [](size_type n) { return pointer_chain(n); }},
      {"labels", [](size_type n) { return dns_names(n); }},
      {"packed lists", [](size_type n) { return packed_lists(n); }},
      {"packed maps",
       [](size_type n) {
         return repeated("\x81\xa1"
                         "a",
                         n);
       }},
      {"packed lengths", [](size_type n) { return repeated(std::string("\xdd\x00\x00\x10\x00", 5), n); }},
      {"packed nothing", [](size_type n) { return counted('\xdd', n, repeated("\xc0", n)); }},
      {"packed numbers", [](size_type n) { return counted('\xdd', n, repeated("\x01", n)); }},
      {"packed keys",
       [](size_type n) {
         auto pair = [](auto i) { return static_cast<char>(0xa0 + i.size()) + i + "\x01"; };
         return counted('\xdf', n / 8, numbered("", pair, "", n));
       }},
      {"packed tags",
       [](size_type n) {
         return "\x81\xa4Tags" + counted('\xdd', n / 2,
                                         repeated("\xa1"
                                                  "a",
                                                  n));
       }},
      {"gossip messages", [](size_type n) { return "PG\x01" + repeated(std::string("\0\x02\0\x80", 4), n); }},
      {"base64", [](size_type n) { return repeated("QUJD", n); }},
      {"base64 of line ends", [](size_type n) { return repeated("Q\n", n) + "="; }},
  };
  return all;
}

} // namespace praetor::cost
