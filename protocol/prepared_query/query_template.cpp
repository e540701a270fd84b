#include "protocol/prepared_query/query_template.hpp"

#include "protocol/codec/shape.hpp"
#include "protocol/filter/regexp.hpp"

namespace praetor {

namespace {

/// The texts of all fields together; a field of a large template, rendered for a long name, could have any length.
constexpr std::size_t longest_rendering = 256 << 10;

/// Calls `visit(path, text)` for each text of a record, also in its lists and in the values of its maps, until it
/// returns false.
template <class T, class Visit>
bool for_each_text(const std::string& path, T& member, Visit& visit) {
  using type = std::remove_const_t<T>;
  if constexpr (shape::text<type>) {
    return visit(path, member);
  } else if constexpr (shape::list<type>) {
    for (std::size_t i = 0; i < member.size(); ++i)
      if (!for_each_text(path + "[" + std::to_string(i) + "]", member[i], visit)) return false;
  } else if constexpr (shape::map<type>) {
    for (auto& [key, element] : member)
      if (!for_each_text(path + "[" + key + "]", element, visit)) return false;
  } else if constexpr (shape::record<type>) {
    bool going = true;
    type::fields(
        [&](const field& name, auto& inner) {
          going = going && for_each_text(path + "." + std::string(name.name), inner, visit);
        },
        member);
    return going;
  }
  return true;
}

/// The group of that number; an empty text if there is none.
hil::function match_of(string_list groups) {
  auto group = [groups = std::move(groups)](std::span<const hil::value> arguments) -> expected<hil::value> {
    auto number = std::get<std::int64_t>(arguments[0]);
    bool there = number >= 0 && static_cast<std::uint64_t>(number) < groups.size();
    return hil::value(there ? groups[static_cast<std::size_t>(number)] : std::string());
  };
  return {{hil::type::integer}, hil::type::text, std::move(group)};
}

} // namespace

query_template::query_template() = default;
query_template::~query_template() = default;

expected<std::shared_ptr<const query_template>> query_template::compile(const prepared_query& query) {
  if (query.shape.type != name_prefix_match) return fail("Bad Template.Type '" + query.shape.type + "'");
  std::shared_ptr<query_template> made(new query_template);
  made->query_ = query;
  expected<void> good;
  auto parse = [&](const std::string& path, const std::string& text) {
    auto parsed = hil::text::parse(text);
    if (!parsed) good = fail("Bad format '" + text + "' in Service" + path + ": " + parsed.error().text);
    if (parsed) made->texts_.push_back(std::move(*parsed));
    return good.has_value();
  };
  for_each_text({}, std::as_const(made->query_.selection), parse);
  if (!good) return tl::unexpected(std::move(good.error()));
  if (!query.shape.regexp.empty()) {
    made->regexp_ = std::make_unique<filter::regexp>(query.shape.regexp);
    if (!made->regexp_->error().empty()) return fail("Bad Regexp: " + made->regexp_->error());
  }
  if (auto rendered = made->render(query.name, {}); !rendered) return tl::unexpected(std::move(rendered.error()));
  return made;
}

expected<prepared_query> query_template::render(std::string_view name, std::string_view segment) const {
  auto out = query_;
  auto suffix = name.starts_with(query_.name) ? name.substr(query_.name.size()) : name;
  hil::scope in;
  in.variables = {{"name.full", std::string(name)},
                  {"name.prefix", query_.name},
                  {"name.suffix", std::string(suffix)},
                  {"agent.segment", std::string(segment)}};
  in.functions["match"] = match_of(regexp_ ? regexp_->groups(name) : string_list{});
  expected<void> good;
  std::size_t size = 0;
  auto next = texts_.begin();
  auto evaluate = [&](const std::string& path, std::string& text) {
    auto made = (next++)->evaluate(in);
    if (!made) {
      good = fail("Bad evaluation for '" + text + "' in Service" + path + ": " + made.error().text);
      return false;
    }
    text = std::move(*made);
    size += text.size();
    if (size > longest_rendering)
      good = fail("the texts of the template are longer than " + std::to_string(longest_rendering) + " bytes");
    return good.has_value();
  };
  for_each_text({}, out.selection, evaluate);
  if (!good) return tl::unexpected(std::move(good.error()));
  if (query_.shape.remove_empty_tags) std::erase(out.selection.tags, std::string());
  return out;
}

} // namespace praetor
