#include "protocol/acl/auth/xml.hpp"

#include "protocol/base/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace praetor::acl::auth {

namespace {

constexpr std::size_t deepest_element = 32, most_elements = 10'000;

class xml_parser {
public:
  explicit xml_parser(std::string_view text) : rest_(text) {}

  expected<xml_element> document() {
    for (;;) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
      if (!skip("<?", "?>") && !skip("<!--", "-->")) break;
    }
    return element(0);
  }

private:
  static tl::unexpected<error> syntax(const std::string& what) { return fail("XML syntax error: " + what); }

  bool skip(std::string_view open, std::string_view close) {
    if (!rest_.starts_with(open)) return false;
    auto end = rest_.find(close, open.size());
    rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + close.size());
    return true;
  }

  /// The rest up to a mark, which is consumed as well.
  bool take_until(std::string_view mark, std::string_view& out) {
    auto end = rest_.find(mark);
    if (end == rest_.npos) return false;
    out = rest_.substr(0, end);
    rest_.remove_prefix(end + mark.size());
    return true;
  }

  static std::string local_name(std::string_view tag) {
    auto name = tag.substr(0, tag.find_first_of(" \t\r\n/"));
    auto colon = name.find(':');
    return std::string(colon == name.npos ? name : name.substr(colon + 1));
  }

  /// The content of a tag. A ">" within quotes does not end it.
  bool take_tag(std::string_view& out) {
    char quote = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      auto c = rest_[i];
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '"' || c == '\'') {
        quote = c;
      } else if (c == '>') {
        out = rest_.substr(0, i);
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return false;
  }

  expected<xml_element> element(std::size_t depth) {
    std::string_view tag;
    if (!rest_.starts_with('<') || rest_.starts_with("<!")) return syntax("expected an element");
    rest_.remove_prefix(1);
    if (!take_tag(tag)) return syntax("unexpected EOF");
    if (depth == deepest_element || ++elements_ > most_elements) return syntax("too many elements");
    xml_element out;
    out.name = local_name(tag);
    if (out.name.empty()) return syntax("expected element name after <");
    if (tag.ends_with('/')) return out;
    for (;;) {
      std::string_view text;
      auto next = std::min(rest_.find('<'), rest_.size());
      if (auto good = append_text(rest_.substr(0, next), out.text); !good) return tl::unexpected(good.error());
      rest_.remove_prefix(next);
      if (rest_.empty()) return syntax("unexpected EOF");
      if (skip("<!--", "-->") || skip("<?", "?>")) continue;
      if (rest_.starts_with("<![CDATA[")) {
        rest_.remove_prefix(9);
        if (!take_until("]]>", text)) return syntax("unexpected EOF in CDATA section");
        out.text += text;
      } else if (rest_.starts_with("</")) {
        rest_.remove_prefix(2);
        if (!take_until(">", text) || local_name(text) != out.name)
          return syntax("element <" + out.name + "> is not closed");
        return out;
      } else {
        auto child = element(depth + 1);
        if (!child) return child;
        out.children.push_back(std::move(*child));
      }
    }
  }

  /// Resolves the character references of a text.
  static expected<void> append_text(std::string_view text, std::string& out) {
    while (!text.empty()) {
      auto plain = std::min(text.find('&'), text.size());
      out += text.substr(0, plain);
      text.remove_prefix(plain);
      if (text.empty()) break;
      auto end = text.find(';');
      if (end == text.npos || !append_reference(text.substr(1, end - 1), out))
        return syntax("invalid character entity");
      text.remove_prefix(end + 1);
    }
    return {};
  }

  static bool append_reference(std::string_view name, std::string& out) {
    constexpr std::pair<std::string_view, char> named[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (auto [known, character] : named)
      if (name == known) return out += character, true;
    if (!name.starts_with('#')) return false;
    name.remove_prefix(1);
    bool hexadecimal = name.starts_with('x');
    if (hexadecimal) name.remove_prefix(1);
    std::uint32_t point = 0;
    auto end = name.data() + name.size();
    auto [stop, failure] = std::from_chars(name.data(), end, point, hexadecimal ? 16 : 10);
    if (failure != std::errc{} || stop != end || name.empty()) return false;
    utf8::append(out, point);
    return true;
  }

  std::string_view rest_;
  std::size_t elements_ = 0;
};

} // namespace

const xml_element* xml_element::find(std::string_view child) const {
  auto found =
      std::find_if(children.begin(), children.end(), [&](const xml_element& one) { return one.name == child; });
  return found == children.end() ? nullptr : &*found;
}

std::string xml_element::text_of(std::string_view child) const {
  auto* found = find(child);
  return found ? found->text : std::string();
}

expected<xml_element> parse_xml(std::string_view document) { return xml_parser(document).document(); }

} // namespace praetor::acl::auth
