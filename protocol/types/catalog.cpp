#include "protocol/types/catalog.hpp"

namespace praetor {

service_node flatten(const node& n, const node_service& s) {
  service_node out;
  out.id = n.id;
  out.node = n.name;
  out.address = n.address;
  out.datacenter = n.datacenter;
  out.tagged_addresses = n.tagged_addresses;
  out.node_meta = n.meta;
  out.service_kind = s.kind;
  out.service_id = s.id;
  out.service_name = s.name;
  out.service_tags = s.tags;
  out.service_address_text = s.address;
  out.service_tagged_addresses = s.tagged_addresses;
  out.weights = s.weights.value_or(service_weights{});
  out.service_meta = s.meta;
  out.service_port = s.port;
  out.service_socket_path = s.socket_path;
  out.enable_tag_override = s.enable_tag_override;
  out.proxy = s.proxy;
  out.connect = s.connect;
  out.locality = s.locality;
  out.peer_name = s.peer_name;
  out.create_index = s.create_index;
  out.modify_index = s.modify_index;
  return out;
}

} // namespace praetor
