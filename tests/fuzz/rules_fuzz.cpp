#include "protocol/acl/decisions.hpp"
#include "protocol/acl/rules.hpp"

#include <cstdint>
#include <string_view>

using namespace praetor::acl;

/// Anyone with the permission to write policies chooses the rules: all valid ones must lead to consistent decisions.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto read = parse_rules(text);
  if (!read) return 0;
  auto who = make_authorizer("a", "b", std::make_shared<const decisions>(std::vector{*read}), false);
  auto twice = make_authorizer("a", "b", std::make_shared<const decisions>(std::vector{*read, *read}), false);
  for (const auto& list : read->named) {
    for (const auto* rules : {&list.exact, &list.prefix}) {
      for (const auto& rule : *rules) {
        for (auto what : {resource::key, resource::service, resource::node, resource::intention}) {
          bool writes = who->allowed(what, access::write, rule.name);
          // Write permission implies read permission, and duplicating a policy changes nothing.
          if (writes && !who->allowed(what, access::read, rule.name)) __builtin_trap();
          if (writes != twice->allowed(what, access::write, rule.name)) __builtin_trap();
        }
        if (who->allowed_prefix(resource::key, access::write, rule.name) &&
            !who->allowed(resource::key, access::write, rule.name + "/below"))
          __builtin_trap();
      }
    }
  }
  return 0;
}
