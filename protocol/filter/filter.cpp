#include "protocol/filter/filter.hpp"

#include "protocol/filter/go_text.hpp"
#include "protocol/filter/regexp.hpp"

#include <algorithm>
#include <variant>

namespace praetor::filter {

namespace detail {

/// One step from a value towards the tested value.
struct bound_step {
  enum class kind { member, key, any_element, target };
  enum kind kind;
  const type_info* type; ///< of the value before the step
  std::ptrdiff_t offset = 0;
  std::string key;
};

struct bound_node {
  enum syntax::kind kind = syntax::kind::match;
  std::vector<bound_node> parts;

  std::vector<bound_step> path;
  match_operator op = match_operator::equal;
  const type_info* leaf = nullptr;
  std::variant<std::string, bool, std::int64_t, std::uint64_t, double> value;
  std::shared_ptr<const regexp> pattern;
};

} // namespace detail

namespace {

using detail::bound_node;
using detail::bound_step;

// -- evaluation -------------------------------------------------------------------------------------------------------

/// The result of a test on a missing map element.
bool result_for_missing(match_operator op) {
  switch (op) {
  case match_operator::equal:
  case match_operator::in:
  case match_operator::is_not_empty: return false;
  default: return true;
  }
}

bool equals(const type_info& type, const void* value, const bound_node& node) {
  switch (type.kind) {
  case type_kind::text: return type.text(value) == std::get<std::string>(node.value);
  case type_kind::boolean: return type.boolean(value) == std::get<bool>(node.value);
  case type_kind::integer: return type.integer(value) == std::get<std::int64_t>(node.value);
  case type_kind::unsigned_integer:
    return static_cast<std::uint64_t>(type.integer(value)) == std::get<std::uint64_t>(node.value);
  case type_kind::floating: return type.floating(value) == std::get<double>(node.value);
  default: return false;
  }
}

/// The pointee type, through any number of pointers.
const type_info& behind_pointers(const type_info& type) {
  auto t = &type;
  while (t->kind == type_kind::maybe) t = &t->element();
  return *t;
}

const void* follow_pointers(const type_info& type, const void* value) {
  for (auto t = &type; t->kind == type_kind::maybe; t = &t->element()) value = t->target(value);
  return value;
}

bool contains(const type_info& type, const void* value, const bound_node& node) {
  if (type.kind == type_kind::text)
    return type.text(value).find(std::get<std::string>(node.value)) != std::string_view::npos;
  if (type.kind == type_kind::map) return type.find(value, std::get<std::string>(node.value)) != nullptr;
  return type.any(
      value,
      [](const void* context, const void* element) {
        const auto& node = *static_cast<const bound_node*>(context);
        const auto& type = node.leaf->element();
        return equals(behind_pointers(type), follow_pointers(type, element), node);
      },
      &node);
}

bool test_leaf(const bound_node& node, const void* value) {
  const auto& type = *node.leaf;
  switch (node.op) {
  case match_operator::equal: return equals(type, value, node);
  case match_operator::not_equal: return !equals(type, value, node);
  case match_operator::in: return contains(type, value, node);
  case match_operator::not_in: return !contains(type, value, node);
  case match_operator::is_empty: return type.empty(value);
  case match_operator::is_not_empty: return !type.empty(value);
  default: break;
  }
  auto text = type.text(value);
  bool found = node.pattern->matches(text);
  return found == (node.op == match_operator::matches);
}

bool test_from(const bound_node& node, std::size_t step, const void* value) {
  for (; step < node.path.size(); ++step) {
    const auto& s = node.path[step];
    switch (s.kind) {
    case bound_step::kind::member: value = static_cast<const char*>(value) + s.offset; break;
    case bound_step::kind::target: value = s.type->target(value); break;
    case bound_step::kind::key:
      value = s.type->find(value, s.key);
      if (value == nullptr) return result_for_missing(node.op);
      break;
    case bound_step::kind::any_element: {
      struct rest {
        const bound_node& node;
        std::size_t step;
      } const rest{node, step + 1};
      return s.type->any(
          value,
          [](const void* context, const void* element) {
            const auto& r = *static_cast<const struct rest*>(context);
            return test_from(r.node, r.step, element);
          },
          &rest);
    }
    }
  }
  return test_leaf(node, value);
}

bool evaluate_node(const bound_node& node, const void* value) {
  auto test = [&](const bound_node& part) { return evaluate_node(part, value); };
  switch (node.kind) {
  case syntax::kind::all_of: return std::all_of(node.parts.begin(), node.parts.end(), test);
  case syntax::kind::any_of: return std::any_of(node.parts.begin(), node.parts.end(), test);
  case syntax::kind::negation: return !test(node.parts.front());
  case syntax::kind::match: break;
  }
  return test_from(node, 0, value);
}

// -- binding ----------------------------------------------------------------------------------------------------------

std::string joined(const std::vector<std::string>& selector, std::size_t parts) {
  std::string text;
  for (std::size_t i = 0; i < parts; ++i) text += (i > 0 ? "." : "") + selector[i];
  return text;
}

bool is_scalar(const type_info& type) {
  switch (type.kind) {
  case type_kind::text:
  case type_kind::boolean:
  case type_kind::integer:
  case type_kind::unsigned_integer:
  case type_kind::floating: return true;
  default: return false;
  }
}

bool supports(const type_info& type, match_operator op) {
  switch (op) {
  case match_operator::equal:
  case match_operator::not_equal: return is_scalar(type);
  case match_operator::in:
  case match_operator::not_in:
    return type.kind == type_kind::text || type.kind == type_kind::map ||
           (type.kind == type_kind::list && is_scalar(behind_pointers(type.element())));
  case match_operator::is_empty:
  case match_operator::is_not_empty: return type.kind == type_kind::list || type.kind == type_kind::map;
  default: return type.kind == type_kind::text;
  }
}

/// Resolves the selector to a path. Enters lists of structs where necessary and follows all pointers.
expected<void> bind_path(const match_syntax& what, const type_info& root, bound_node& into) {
  auto type = &root;
  auto enter_pointers = [&] {
    while (type->kind == type_kind::maybe) {
      into.path.push_back({bound_step::kind::target, type, 0, {}});
      type = &type->element();
    }
  };
  enter_pointers();
  for (std::size_t i = 0; i < what.selector.size(); ++i) {
    const auto& name = what.selector[i];
    while (type->kind == type_kind::list) {
      into.path.push_back({bound_step::kind::any_element, type, 0, {}});
      type = &type->element();
      enter_pointers();
    }
    if (type->kind == type_kind::map) {
      into.path.push_back({bound_step::kind::key, type, 0, name});
      type = &type->element();
    } else {
      auto found = std::find_if(type->members.begin(), type->members.end(),
                                [&](const member_info& member) { return member.name == name; });
      if (found == type->members.end())
        return fail("Selector " + praetor::quoted(joined(what.selector, i + 1)) + " is not valid");
      into.path.push_back({bound_step::kind::member, type, found->offset, {}});
      type = &found->type();
    }
    enter_pointers();
  }
  into.leaf = type;
  return {};
}

/// Converts the literal to the type that it is compared with.
expected<void> bind_value(const match_syntax& what, bound_node& into) {
  auto type = into.leaf;
  if (type->kind == type_kind::list) type = &behind_pointers(type->element());
  auto keep = [&](auto parsed) -> expected<void> {
    if (!parsed)
      return fail("Failed to coerce value " + praetor::quoted(what.value) + " for selector " +
                  praetor::quoted(joined(what.selector, what.selector.size())) + ": " + parsed.error().text);
    into.value = *parsed;
    return {};
  };
  switch (type->kind) {
  case type_kind::boolean: return keep(parse_boolean(what.value));
  case type_kind::integer: return keep(parse_signed(what.value, type->bits));
  case type_kind::unsigned_integer: return keep(parse_unsigned(what.value, type->bits));
  case type_kind::floating: return keep(parse_float(what.value));
  default: into.value = what.value; return {};
  }
}

/// The combined cost of an expression's patterns.
struct pattern_use {
  std::size_t patterns = 0, steps_per_byte = 0;
};

expected<void> bind_pattern(const match_syntax& what, bound_node& into, pattern_use& use) {
  if (++use.patterns > most_patterns)
    return fail("more than " + std::to_string(most_patterns) + " regular expressions", 400);
  auto pattern = std::make_shared<const regexp>(what.value);
  if (!pattern->error().empty()) {
    auto shown = what.value.size() > longest_pattern ? what.value.substr(0, longest_pattern) : what.value;
    return fail("Failed to compile regular expression " + praetor::quoted(shown) + ": " + pattern->error());
  }
  use.steps_per_byte += pattern->steps_per_byte();
  if (use.steps_per_byte > most_steps_per_byte)
    return fail("the regular expressions are too large: together they have more than " +
                    std::to_string(most_steps_per_byte) + " steps",
                400);
  into.pattern = std::move(pattern);
  return {};
}

expected<bound_node> bind_node(const syntax& what, const type_info& root, pattern_use& use) {
  bound_node node;
  node.kind = what.kind;
  if (what.kind != syntax::kind::match) {
    for (const auto& part : what.parts) {
      auto bound = bind_node(part, root, use);
      if (!bound) return bound;
      node.parts.push_back(std::move(*bound));
    }
    return node;
  }
  node.op = what.match.op;
  auto done = bind_path(what.match, root, node);
  if (done && !supports(*node.leaf, node.op))
    return fail("Invalid match operator " + praetor::quoted(operator_name(node.op)) + " for selector " +
                praetor::quoted(joined(what.match.selector, what.match.selector.size())));
  bool by_pattern = node.op == match_operator::matches || node.op == match_operator::not_matches;
  bool by_value = node.op != match_operator::is_empty && node.op != match_operator::is_not_empty;
  if (done && by_pattern)
    done = bind_pattern(what.match, node, use);
  else if (done && by_value)
    done = bind_value(what.match, node);
  if (!done) return tl::unexpected(done.error());
  return node;
}

} // namespace

bool is_costly(std::string_view text) {
  constexpr std::size_t cheap = 256; // bytes: at most about thirty tests
  return text.size() > cheap || text.find("matches") != text.npos;
}

bool expression::evaluate(const void* value) const { return evaluate_node(*root_, value); }

expected<expression> bind(const syntax& what, const type_info& type) {
  pattern_use use;
  auto root = bind_node(what, type, use);
  if (!root) return tl::unexpected(root.error());
  expression bound;
  bound.type_ = &type;
  bound.root_ = std::make_shared<const bound_node>(std::move(*root));
  return bound;
}

expected<expression> compile(std::string_view text, const type_info& type) {
  auto parsed = parse(text);
  auto bound = parsed ? bind(*parsed, type) : tl::unexpected(parsed.error());
  if (!bound) bound.error().text.insert(0, error_prefix);
  return bound;
}

} // namespace praetor::filter
