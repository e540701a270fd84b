#include "protocol/types/commands.hpp"

namespace praetor {

node node_of(const register_request& r) {
  node n;
  n.id = r.id;
  n.name = r.node;
  n.address = r.address;
  n.datacenter = r.datacenter;
  n.peer_name = r.peer_name;
  n.tagged_addresses = r.tagged_addresses;
  n.meta = r.node_meta;
  n.locality = r.locality;
  n.create_index = r.create_index;
  n.modify_index = r.modify_index;
  return n;
}

register_request registration_of(const node& n) {
  register_request r;
  r.id = n.id;
  r.node = n.name;
  r.address = n.address;
  r.datacenter = n.datacenter;
  r.peer_name = n.peer_name;
  r.tagged_addresses = n.tagged_addresses;
  r.node_meta = n.meta;
  r.locality = n.locality;
  r.create_index = n.create_index;
  r.modify_index = n.modify_index;
  return r;
}

} // namespace praetor
