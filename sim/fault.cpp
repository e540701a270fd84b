#include "sim/fault.hpp"

#include <array>
#include <cstdio>
#include <utility>

namespace praetor::sim {

namespace {

constexpr std::array<std::pair<fault_kind, std::string_view>, 33> names{{
    {fault_kind::crash, "crash"},
    {fault_kind::power_loss, "power_loss"},
    {fault_kind::lost_disk, "lost_disk"},
    {fault_kind::old_disk, "old_disk"},
    {fault_kind::pause, "pause"},
    {fault_kind::rolling_restart, "rolling_restart"},
    {fault_kind::kill_leader_before_reply, "kill_leader_before_reply"},
    {fault_kind::kill_leader_before_apply, "kill_leader_before_apply"},
    {fault_kind::kill_new_leader, "kill_new_leader"},
    {fault_kind::destroy, "destroy"},
    {fault_kind::clock_jump, "clock_jump"},
    {fault_kind::clock_drift, "clock_drift"},
    {fault_kind::isolate, "isolate"},
    {fault_kind::sever, "sever"},
    {fault_kind::split, "split"},
    {fault_kind::one_way, "one_way"},
    {fault_kind::ring, "ring"},
    {fault_kind::bridge, "bridge"},
    {fault_kind::swizzle, "swizzle"},
    {fault_kind::flap, "flap"},
    {fault_kind::reset, "reset"},
    {fault_kind::loss, "loss"},
    {fault_kind::duplicate, "duplicate"},
    {fault_kind::reorder, "reorder"},
    {fault_kind::slow_links, "slow_links"},
    {fault_kind::narrow, "narrow"},
    {fault_kind::slow_disk, "slow_disk"},
    {fault_kind::stuck_disk, "stuck_disk"},
    {fault_kind::full_disk, "full_disk"},
    {fault_kind::read_errors, "read_errors"},
    {fault_kind::bit_flip, "bit_flip"},
    {fault_kind::add_server, "add_server"},
    {fault_kind::remove_server, "remove_server"},
}};

} // namespace

std::string_view name_of(fault_kind kind) {
  for (const auto& [k, name] : names)
    if (k == kind) return name;
  return "unknown";
}

std::optional<fault_kind> fault_kind_named(std::string_view name) {
  for (const auto& [kind, n] : names)
    if (n == name) return kind;
  return {};
}

std::vector<fault_kind> all_fault_kinds() {
  std::vector<fault_kind> out;
  for (const auto& [kind, name] : names) out.push_back(kind);
  return out;
}

std::string describe(const fault& f) {
  char text[96];
  auto seconds = [](duration d) { return std::chrono::duration<double>(d).count(); };
  std::snprintf(text, sizeof text, "at %.3f s for %.3f s: ", seconds(f.at), seconds(f.lasts));
  std::string out = text;
  out += name_of(f.kind);
  for (std::size_t i = 0; i < f.nodes.size(); ++i) (out += i == 0 ? " of " : ", ") += f.nodes[i];
  if (f.amount != 0) {
    std::snprintf(text, sizeof text, " (%g)", f.amount);
    out += text;
  }
  return out;
}

} // namespace praetor::sim
