#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>

/// Structs with members of every kind, for the tests of all codecs.
namespace shapes {

using namespace praetor;

enum class color : std::uint8_t { red, green };
enum class fruit { apple, pear };
inline std::string_view to_text(fruit f) { return f == fruit::apple ? "apple" : "pear"; }
inline bool from_text(std::string_view text, fruit& f) {
  if (text != "apple" && text != "pear") return false;
  f = text == "apple" ? fruit::apple : fruit::pear;
  return true;
}

struct inner {
  std::int64_t port = 0;
  string_list list;
  std::map<std::string, std::int64_t> map;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Port"}, x.port);
    f(field{"List"}, x.list);
    f(field{"Map"}, x.map);
  }
  bool operator==(const inner&) const = default;
};

struct everything {
  static constexpr std::string_view go_type = "main.Everything";

  std::string text;
  bool flag = false;
  std::int64_t number = 0;
  std::uint8_t tiny = 0;
  std::uint64_t big = 0;
  double real = 0;
  shapes::color color = shapes::color::red;
  shapes::fruit fruit = shapes::fruit::apple;
  string_list tags;
  std::vector<inner> inners;
  std::map<std::string, inner> by_name;
  std::optional<inner> maybe;
  std::shared_ptr<const inner> shared;
  nanoseconds wait{0}, delay{0};
  timestamp at;
  blob bytes;
  free_form any;
  inner nested;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Text"}, x.text);
    f(field{"Flag"}, x.flag);
    f(field{"Number", omit_empty}, x.number);
    f(field{"Tiny"}, x.tiny);
    f(field{"Big"}, x.big);
    f(field{"Real"}, x.real);
    f(field{"Color"}, x.color);
    f(field{"Fruit"}, x.fruit);
    f(field{"Tags", null_if_empty}, x.tags);
    f(field{"Inners", omit_empty}, x.inners);
    f(field{"ByName", omit_empty, {}, "by_name"}, x.by_name);
    f(field{"Maybe"}, x.maybe);
    f(field{"Shared", omit_empty}, x.shared);
    f(field{"Wait", duration_text}, x.wait);
    f(field{"Delay"}, x.delay);
    f(field{"At"}, x.at);
    f(field{"Bytes"}, x.bytes);
    f(field{"Any"}, x.any);
    f(field{"Nested", field_flags::none, "Embedded"}, x.nested);
  }
};

} // namespace shapes
