#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"

namespace praetor::state {

// The cluster's own settings.

void written_keys(const system_metadata_request& r, key_visitor& visit) {
  if (r.op == "upsert") key_parts(r.entry, visit);
}
void check_rules(const system_metadata_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"upsert", "delete"});
  f.need("Entry.Key", r.entry.key);
}

apply_result apply_system_metadata(step& s, system_metadata_request request) {
  auto& table = s.tables().system_metadata;
  auto& entry = request.entry;
  if (entry.key.empty()) return apply_result::failure("missing key on system metadata");
  if (request.op == "delete") {
    table.erase(s.writer(), entry.key);
    return {};
  }
  if (request.op != "upsert") return apply_result::failure("Invalid system metadata operation '" + request.op + "'");
  auto existing = table.at(entry.key);
  entry.create_index = existing ? existing->create_index : s.index;
  entry.modify_index = s.index;
  table.put(s.writer(), std::make_shared<const system_metadata_entry>(std::move(entry)));
  return {};
}

template <>
record_kind row<command_type::system_metadata>() {
  return {.name = "SystemMetadata",
          .command = command<apply_system_metadata>("system metadata", proposer::leader),
          .archive = archived_table<&tables::system_metadata>(21)};
}

void written_keys(const autopilot_request&, key_visitor&) {}
void check_rules(const autopilot_request& r, first_fault& f) {
  auto check_wait = [&](std::string_view member, nanoseconds value) {
    if (value < nanoseconds::zero() || value > longest_autopilot_wait)
      f.add(member, duration_to_text(value) + " is not between 0s and " + duration_to_text(longest_autopilot_wait));
  };
  check_wait("Config.LastContactThreshold", r.config.last_contact_threshold);
  check_wait("Config.ServerStabilizationTime", r.config.server_stabilization_time);
  if (r.config.max_trailing_logs > largest_index)
    f.add("Config.MaxTrailingLogs", std::to_string(r.config.max_trailing_logs) + " is more than any log has");
}

apply_result apply_autopilot(step& s, autopilot_request request) {
  auto existing = s.tables().autopilot.at({});
  if (request.cas && (existing ? existing->modify_index : 0) != request.config.modify_index)
    return apply_result::done(false);
  request.config.create_index = existing ? existing->create_index : s.index;
  request.config.modify_index = s.index;
  s.tables().autopilot.put(s.writer(), std::make_shared<const autopilot_config>(std::move(request.config)));
  return apply_result::done(true);
}

template <>
record_kind row<command_type::autopilot>() {
  return {.name = "Autopilot",
          .command = command<apply_autopilot>("autopilot configuration", proposer::server),
          .archive = archived_table<&tables::autopilot>(14)};
}

} // namespace praetor::state
