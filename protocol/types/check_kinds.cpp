#include "protocol/types/check_kinds.hpp"

#include <algorithm>

namespace praetor {

namespace {

using std::chrono::minutes, std::chrono::seconds;

constexpr std::array kinds{
    health_check_kind{.name = "ttl", .fields = {"TTL"}, .shown_rank = 3},
    health_check_kind{.name = "http", .fields = {"HTTP"}, .shown_rank = 2, .polled = true},
    health_check_kind{.name = "tcp", .fields = {"TCP"}, .shown_rank = 4, .polled = true},
    health_check_kind{.name = "udp", .fields = {"UDP"}, .shown_rank = 5, .polled = true},
    health_check_kind{.name = "grpc", .fields = {"GRPC"}, .shown_rank = 1, .polled = true},
    // A container alone is not polled: what runs in it is a script. It may run long; only a daemon that does not answer
    // exceeds the timeout.
    health_check_kind{.name = "docker", .fields = {"DockerContainerID"}, .shown_rank = 7, .timeout = minutes(10)},
    health_check_kind{
        .name = "os_service", .fields = {"OSService"}, .shown_rank = 10, .polled = true, .timeout = seconds(30)},
    health_check_kind{
        .name = "script", .fields = {"ScriptArgs", "Args"}, .shown_rank = 8, .polled = true, .timeout = seconds(30)},
    health_check_kind{.name = "h2ping", .fields = {"H2PING"}, .shown_rank = 9, .polled = true},
    health_check_kind{.name = "alias", .fields = {"AliasNode", "AliasService"}, .shown_rank = 6},
};

template <class Member>
bool is_set(const Member& member) {
  if constexpr (std::is_same_v<Member, nanoseconds>)
    return member.count() > 0;
  else if constexpr (requires { member.empty(); })
    return !member.empty();
  else
    return false;
}

template <class Definition>
bool sets_field_of(const Definition& definition, const health_check_kind& kind) {
  bool found = false;
  Definition::fields(
      [&](const field& f, const auto& member) {
        found = found || (is_set(member) && std::ranges::find(kind.fields, f.name) != kind.fields.end());
      },
      definition);
  return found;
}

/// @param counts whether a kind that the definition asks for can be shown
template <class Definition, class Counts>
std::string_view lowest_rank(const Definition& definition, Counts counts) {
  const health_check_kind* best = nullptr;
  for (const auto& kind : kinds)
    if ((!best || kind.shown_rank < best->shown_rank) && sets_field_of(definition, kind) && counts(kind)) best = &kind;
  return best ? best->name : std::string_view();
}

const health_check_kind* find_kind(std::string_view name) {
  auto found = std::ranges::find(kinds, name, &health_check_kind::name);
  return found == kinds.end() ? nullptr : &*found;
}

} // namespace

std::span<const health_check_kind> health_check_kinds() { return kinds; }

std::string_view check_kind(const check_definition& d) {
  for (const auto& kind : kinds)
    if (sets_field_of(d, kind)) return kind.name;
  return {};
}

std::string_view shown_check_kind(const check_definition& d) {
  // A container in which nothing is run is not shown.
  return lowest_rank(d, [&](const health_check_kind& k) { return k.name != "docker" || asks_for(d, "script"); });
}

std::string_view shown_check_kind(const health_check_definition& d) {
  return lowest_rank(d, [](const health_check_kind&) { return true; });
}

bool asks_for(const check_definition& d, std::string_view name) {
  const auto* kind = find_kind(name);
  return kind && sets_field_of(d, *kind);
}

bool is_polled(const check_definition& d) {
  return std::ranges::any_of(kinds, [&](const health_check_kind& k) { return k.polled && sets_field_of(d, k); });
}

nanoseconds attempt_timeout(const check_definition& d) {
  if (d.timeout.count() > 0) return d.timeout;
  const auto* kind = find_kind(check_kind(d));
  return kind ? kind->timeout : health_check_kind{}.timeout;
}

} // namespace praetor
