#include "protocol/config/schema_rows.hpp"

// The keys of definitions are not rows of keys/. A row describes one key at one path: one member of runtime_config, one
// built-in value, one place in the debug view. A key of a definition occurs in every element of a list and under many
// paths, without end below `connect.sidecar_service`; its member is in a list, a map or an optional struct; and the
// debug view shows a check inside a service in another shape. Rows for it need a root type other than runtime_config,
// nested tables for lists and maps, and optional members. If this list, build_definitions.cpp and debug_definitions.cpp
// are to become one, derive them from the field lists of protocol/types/definitions.hpp, which name the same members.

namespace praetor::config {

namespace {

using namespace schema_rows;

const fields& locality() {
  static const fields all = {key("region", k::text), key("zone", k::text)};
  return all;
}

const fields& upstream() {
  static const fields mesh_gateway = {key("mode", k::text)};
  static const fields all = [] {
    fields f;
    add(f, k::text, plain,
        {"destination_type", "destination_namespace", "destination_partition", "destination_peer", "destination_name",
         "datacenter", "local_bind_address"});
    add(f, k::integer, plain, {"local_bind_port"});
    add(f, k::text, plain, {"local_bind_socket_path", "local_bind_socket_mode"});
    add(f, k::any_map, plain, {"config"});
    f.push_back(block("mesh_gateway", mesh_gateway));
    return f;
  }();
  return all;
}

const fields& service_proxy() {
  static const fields mesh_gateway = {key("mode", k::text)};
  static const fields transparent = {key("outbound_listener_port", k::integer), key("dialed_directly", k::boolean)};
  static const fields path = {key("listener_port", k::integer), key("path", k::text),
                              key("local_path_port", k::integer), key("protocol", k::text)};
  static const fields expose = {key("checks", k::boolean), key("port", k::integer, no_effect), blocks("paths", path)};
  static const fields all = [] {
    fields f;
    add(f, k::text, plain, {"destination_service_name", "destination_service_id", "local_service_address"});
    add(f, k::integer, plain, {"local_service_port"});
    add(f, k::text, plain, {"local_service_socket_path"});
    f.push_back(block("transparent_proxy", transparent));
    add(f, k::text, plain, {"mode"});
    add(f, k::any_map, plain, {"config"});
    f.push_back(blocks("upstreams", upstream()));
    f.push_back(block("mesh_gateway", mesh_gateway));
    f.push_back(block("expose", expose));
    return f;
  }();
  return all;
}

/// The connect block of a service. `service_schema` completes its last field.
fields& sidecar_fields() {
  static fields all = {key("native", k::boolean), key("sidecar_service", k::block, no_effect)};
  return all;
}

fields make_service_schema() {
  static const fields address = {key("address", k::text), key("port", k::integer)};
  static const fields weights = {key("passing", k::integer), key("warning", k::integer)};
  fields f;
  add(f, k::text, plain, {"kind", "id", "name"});
  add(f, k::text_list, plain, {"tags"});
  add(f, k::text, plain, {"address"});
  f.push_back(named_blocks("tagged_addresses", address));
  add(f, k::text_map, plain, {"meta"});
  add(f, k::integer, plain, {"port"});
  add(f, k::text, plain, {"socket_path"});
  f.push_back(block("check", check_schema()));
  f.push_back(blocks("checks", check_schema()));
  add(f, k::text, plain, {"token"});
  f.push_back(block("weights", weights));
  add(f, k::boolean, plain, {"enable_tag_override"});
  f.push_back(block("proxy", service_proxy()));
  f.push_back(block("connect", sidecar_fields()));
  f.push_back(block("locality", locality()));
  return f;
}

fields make_check_schema() {
  fields f;
  add(f, k::text, plain, {"id", "name", "notes"});
  f.push_back(aliased("service_id", "serviceid", k::text));
  add(f, k::text, plain, {"token", "status"});
  f.push_back(aliased("args", "scriptargs", k::text_list));
  add(f, k::text, plain, {"http"});
  add(f, k::text_list_map, plain, {"header"});
  add(f, k::text, plain, {"method", "body"});
  add(f, k::boolean, plain, {"disable_redirects"});
  add(f, k::integer, plain, {"output_max_size"});
  add(f, k::text, plain, {"tcp"});
  add(f, k::boolean, plain, {"tcp_use_tls"});
  add(f, k::text, plain, {"udp", "interval"});
  // Check kinds that this release does not run.
  f.push_back(aliased("docker_container_id", "dockercontainerid", k::text, no_effect));
  add(f, k::text, no_effect, {"shell", "grpc"});
  add(f, k::boolean, no_effect, {"grpc_use_tls"});
  add(f, k::text, no_effect, {"h2ping"});
  add(f, k::boolean, no_effect, {"h2ping_use_tls"});
  add(f, k::text, no_effect, {"os_service"});
  add(f, k::text, plain, {"tls_server_name"});
  f.push_back(aliased("tls_skip_verify", "tlsskipverify", k::boolean));
  add(f, k::text, plain, {"alias_node", "alias_service", "timeout", "ttl"});
  add(f, k::integer, plain, {"success_before_passing", "failures_before_warning", "failures_before_critical"});
  f.push_back(aliased("deregister_critical_service_after", "deregistercriticalserviceafter", k::text));
  return f;
}

} // namespace

const std::vector<key_spec>& check_schema() {
  static const fields all = make_check_schema();
  return all;
}

const std::vector<key_spec>& service_schema() {
  static const fields all = make_service_schema();
  // A sidecar is itself a service, so the list refers back to itself.
  static const bool closed = [] {
    sidecar_fields().back().fields = &all;
    return true;
  }();
  (void)closed;
  return all;
}

} // namespace praetor::config
