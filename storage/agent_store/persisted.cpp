#include "storage/agent_store/persisted.hpp"

#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"

namespace praetor::storage {

namespace {

template <class T>
expected<T> read_whole(std::string_view text) {
  json::read_options options;
  options.whole_text = true;
  return json::read<T>(text, options);
}

} // namespace

persisted_check_type to_persisted(const check_definition& definition) {
  persisted_check_type type;
  auto& d = type.definition;
  d = definition;
  normalize(d);
  d.service_id.clear();
  d.token.clear();
  d.h2ping_use_tls = d.h2ping_use_tls.value_or(!d.h2ping.empty());
  d.failures_before_warning = d.failures_before_warning.value_or(0);
  return type;
}

check_definition from_persisted(const persisted_check_type& type) {
  auto definition = type.definition;
  if (definition.h2ping.empty()) definition.h2ping_use_tls.reset();
  if (definition.failures_before_warning == 0) definition.failures_before_warning.reset();
  return definition;
}

agent_change put(const persisted_service& value) {
  return {agent_table::services, value.service.id, json::to_string(value)};
}
agent_change put(const persisted_service_config& value) {
  return {agent_table::service_configs, value.service_id, json::to_string(value)};
}
agent_change put(const persisted_check& value) {
  return {agent_table::checks, value.check.check_id, json::to_string(value)};
}
agent_change put(const persisted_check_state& value) {
  return {agent_table::check_states, value.check_id, json::to_string(value)};
}
agent_change put(const persisted_tags& value) {
  return {agent_table::service_tags, value.service_id, json::to_string(value)};
}

expected<persisted_service> read_service(std::string_view text) {
  auto value = read_whole<persisted_service>(text);
  if (value) value->service.locally_registered_as_sidecar = value->locally_registered_as_sidecar;
  return value;
}
expected<persisted_service_config> read_service_config(std::string_view text) {
  return read_whole<persisted_service_config>(text);
}
expected<persisted_check> read_check(std::string_view text) { return read_whole<persisted_check>(text); }
expected<persisted_check_state> read_check_state(std::string_view text) {
  return read_whole<persisted_check_state>(text);
}
expected<persisted_tags> read_tags(std::string_view text) { return read_whole<persisted_tags>(text); }

} // namespace praetor::storage
