#include "storage/agent_store/persisted.hpp"

#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"

namespace praetor::storage {

namespace {

/// Copies the members common to both shapes, in either direction.
template <class From, class To>
void copy_common(const From& from, To& to) {
  to.name = from.name;
  to.status = from.status;
  to.notes = from.notes;
  to.script_args = from.script_args;
  to.http = from.http;
  to.h2ping = from.h2ping;
  to.header = from.header;
  to.method = from.method;
  to.body = from.body;
  to.disable_redirects = from.disable_redirects;
  to.tcp = from.tcp;
  to.tcp_use_tls = from.tcp_use_tls;
  to.udp = from.udp;
  to.interval = from.interval;
  to.alias_node = from.alias_node;
  to.alias_service = from.alias_service;
  to.docker_container_id = from.docker_container_id;
  to.shell = from.shell;
  to.grpc = from.grpc;
  to.grpc_use_tls = from.grpc_use_tls;
  to.os_service = from.os_service;
  to.tls_server_name = from.tls_server_name;
  to.tls_skip_verify = from.tls_skip_verify;
  to.timeout = from.timeout;
  to.ttl = from.ttl;
  to.success_before_passing = from.success_before_passing;
  to.failures_before_critical = from.failures_before_critical;
  to.proxy_http = from.proxy_http;
  to.proxy_grpc = from.proxy_grpc;
  to.deregister_critical_service_after = from.deregister_critical_service_after;
  to.output_max_size = from.output_max_size;
}

template <class T>
expected<T> read_whole(std::string_view text) {
  json::read_options options;
  options.whole_text = true;
  return json::read<T>(text, options);
}

} // namespace

persisted_check_type to_persisted(const check_definition& definition) {
  auto whole = definition;
  normalize(whole);
  persisted_check_type type;
  copy_common(whole, type);
  type.check_id = whole.id;
  type.h2ping_use_tls = whole.h2ping_use_tls.value_or(!whole.h2ping.empty());
  type.failures_before_warning = whole.failures_before_warning.value_or(0);
  return type;
}

check_definition from_persisted(const persisted_check_type& type) {
  check_definition definition;
  copy_common(type, definition);
  definition.id = type.check_id;
  if (!type.h2ping.empty()) definition.h2ping_use_tls = type.h2ping_use_tls;
  if (type.failures_before_warning != 0) definition.failures_before_warning = type.failures_before_warning;
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
