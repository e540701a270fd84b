#include "protocol/watch/watch_shapes.hpp"

namespace praetor {

namespace {

using kind = json_member::kind;

constexpr json_member text(std::string_view name) { return {name, kind::text}; }
constexpr json_member number(std::string_view name) { return {name, kind::number}; }
constexpr json_member flag(std::string_view name) { return {name, kind::boolean}; }
constexpr json_member duration(std::string_view name) { return {name, kind::duration}; }
constexpr json_member any(std::string_view name) { return {name, kind::any}; }
constexpr json_member if_set(std::string_view name) { return {name, kind::any, true}; }

template <std::size_t Size>
constexpr json_shape shape_of(const json_member (&members)[Size]) {
  return {members, Size};
}

constexpr json_member kv_members[] = {text("Key"),         number("CreateIndex"), number("ModifyIndex"),
                                      number("LockIndex"), number("Flags"),       any("Value"),
                                      text("Session"),     if_set("Namespace"),   if_set("Partition")};

constexpr json_member event_members[] = {text("ID"),         text("Name"),          any("Payload"),
                                         text("NodeFilter"), text("ServiceFilter"), text("TagFilter"),
                                         number("Version"),  number("LTime")};

constexpr json_member node_members[] = {
    text("ID"),        text("Node"),          text("Address"),       text("Datacenter"),  any("TaggedAddresses"),
    any("Meta"),       number("CreateIndex"), number("ModifyIndex"), if_set("Partition"), if_set("PeerName"),
    if_set("Locality")};

constexpr json_member definition_members[] = {
    duration("Interval"), duration("Timeout"),   duration("DeregisterCriticalServiceAfter"),
    text("HTTP"),         any("Header"),         text("Method"),
    text("Body"),         text("TLSServerName"), flag("TLSSkipVerify"),
    text("TCP"),          flag("TCPUseTLS"),     text("UDP"),
    text("GRPC"),         text("OSService"),     flag("GRPCUseTLS")};
constexpr json_shape definition_shape = shape_of(definition_members);

constexpr json_member check_members[] = {
    text("Node"),          text("CheckID"),      text("Name"),
    text("Status"),        text("Notes"),        text("Output"),
    text("ServiceID"),     text("ServiceName"),  any("ServiceTags"),
    text("Type"),          if_set("Namespace"),  if_set("Partition"),
    number("ExposedPort"), if_set("PeerName"),   {"Definition", kind::object, false, &definition_shape},
    number("CreateIndex"), number("ModifyIndex")};

constexpr json_member weights_members[] = {number("Passing"), number("Warning")};
constexpr json_shape weights_shape = shape_of(weights_members);
constexpr json_member mesh_gateway_members[] = {if_set("Mode")};
constexpr json_shape mesh_gateway_shape = shape_of(mesh_gateway_members);
constexpr json_member expose_members[] = {if_set("Checks"), if_set("Paths")};
constexpr json_shape expose_shape = shape_of(expose_members);
constexpr json_member upstream_members[] = {if_set("DestinationType"),
                                            if_set("DestinationPartition"),
                                            if_set("DestinationNamespace"),
                                            if_set("DestinationPeer"),
                                            text("DestinationName"),
                                            if_set("Datacenter"),
                                            if_set("LocalBindAddress"),
                                            if_set("LocalBindPort"),
                                            if_set("LocalBindSocketPath"),
                                            if_set("LocalBindSocketMode"),
                                            if_set("Config"),
                                            {"MeshGateway", kind::object, false, &mesh_gateway_shape},
                                            if_set("CentrallyConfigured")};
constexpr json_shape upstream_shape = shape_of(upstream_members);
constexpr json_member proxy_members[] = {if_set("EnvoyExtensions"),
                                         if_set("DestinationServiceName"),
                                         if_set("DestinationServiceID"),
                                         if_set("LocalServiceAddress"),
                                         if_set("LocalServicePort"),
                                         if_set("LocalServiceSocketPath"),
                                         if_set("Mode"),
                                         if_set("TransparentProxy"),
                                         if_set("Config"),
                                         {"Upstreams", kind::list, true, &upstream_shape},
                                         {"MeshGateway", kind::object, false, &mesh_gateway_shape},
                                         {"Expose", kind::object, false, &expose_shape},
                                         if_set("AccessLogs")};
constexpr json_shape proxy_shape = shape_of(proxy_members);
constexpr json_member connect_members[] = {if_set("Native"), if_set("SidecarService")};
constexpr json_shape connect_shape = shape_of(connect_members);

constexpr json_member service_members[] = {if_set("Kind"),
                                           text("ID"),
                                           text("Service"),
                                           any("Tags"),
                                           any("Meta"),
                                           number("Port"),
                                           text("Address"),
                                           if_set("SocketPath"),
                                           if_set("TaggedAddresses"),
                                           {"Weights", kind::object, false, &weights_shape},
                                           flag("EnableTagOverride"),
                                           if_set("CreateIndex"),
                                           if_set("ModifyIndex"),
                                           if_set("ContentHash"),
                                           {"Proxy", kind::pointer, false, &proxy_shape},
                                           {"Connect", kind::pointer, false, &connect_shape},
                                           if_set("PeerName"),
                                           if_set("Namespace"),
                                           if_set("Partition"),
                                           if_set("Datacenter"),
                                           if_set("Locality")};

} // namespace

const json_shape kv_pair_shape = shape_of(kv_members);
const json_shape event_shape = shape_of(event_members);
const json_shape node_shape = shape_of(node_members);
const json_shape check_shape = shape_of(check_members);
const json_shape service_shape = shape_of(service_members);

namespace {

constexpr json_shape node_of_entry = shape_of(node_members);
constexpr json_shape check_of_entry = shape_of(check_members);
constexpr json_shape service_of_entry = shape_of(service_members);
constexpr json_member entry_members[] = {{"Node", kind::pointer, false, &node_of_entry},
                                         {"Service", kind::pointer, false, &service_of_entry},
                                         {"Checks", kind::list, false, &check_of_entry}};

} // namespace

const json_shape service_entry_shape = shape_of(entry_members);

} // namespace praetor
