#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/commands.hpp"
#include "protocol/types/coordinate.hpp"

namespace praetor::state {

/// Visits the texts of a record that become table keys (tables.hpp).
class key_visitor {
public:
  /// A part of a composite key. A zero byte terminates each part, so a part must not contain one.
  virtual void part(std::string_view member, const std::string& text) = 0;
  /// A key of its own, or the last part of a composite one: may contain any byte.
  virtual void whole(std::string_view member, const std::string& text) = 0;

protected:
  ~key_visitor() = default;
};

// Each function visits every text of a record that becomes part of a key.

inline void key_parts(const node& n, key_visitor& visit) {
  visit.part("ID", n.id);
  visit.part("Node", n.name);
  visit.part("PeerName", n.peer_name);
}
inline void key_parts(const node_service& s, key_visitor& visit) {
  visit.part("Service.Kind", s.kind);
  visit.part("Service.ID", s.id);
  visit.part("Service.Service", s.name);
  visit.part("Service.PeerName", s.peer_name);
  visit.part("Service.Proxy.DestinationServiceName", s.proxy.destination_service_name);
}
inline void key_parts(const health_check& c, key_visitor& visit) {
  visit.part("Check.Node", c.node);
  visit.part("Check.CheckID", c.check_id);
  visit.part("Check.Name", c.name); // replaces a missing CheckID
  visit.part("Check.Status", c.status);
  visit.part("Check.ServiceID", c.service_id);
  visit.part("Check.ServiceName", c.service_name);
  visit.part("Check.PeerName", c.peer_name);
}
inline void key_parts(const register_request& r, key_visitor& visit) {
  visit.part("ID", r.id);
  visit.part("Node", r.node);
  visit.part("PeerName", r.peer_name);
  if (r.service) key_parts(*r.service, visit);
  if (r.check) key_parts(*r.check, visit);
  for (const auto& check : r.checks)
    if (check) key_parts(*check, visit);
}
inline void key_parts(const kv_entry& e, key_visitor& visit) {
  visit.whole("Key", e.key);
  visit.part("Session", e.session);
}
inline void key_parts(const session& s, key_visitor& visit) {
  visit.part("Session.ID", s.id);
  visit.part("Session.Node", s.node);
  for (const auto& id : s.checks) visit.part("Session.Checks", id);
  for (const auto& id : s.node_checks) visit.part("Session.NodeChecks", id);
  for (const auto& check : s.service_checks) visit.part("Session.ServiceChecks", check.id);
}
inline void key_parts(const node_coordinate& c, key_visitor& visit) {
  visit.part("Node", c.node);
  visit.part("Segment", c.segment);
}
inline void key_parts(const acl_token& t, key_visitor& visit) {
  visit.part("AccessorID", t.accessor_id);
  visit.part("SecretID", t.secret_id);
  visit.part("AuthMethod", t.auth_method);
  for (const auto& link : t.policies) visit.part("Policies.ID", link.id);
  for (const auto& link : t.roles) visit.part("Roles.ID", link.id);
  for (const auto& one : t.service_identities) visit.part("ServiceIdentities.ServiceName", one.service_name);
}
inline void key_parts(const acl_policy& p, key_visitor& visit) {
  visit.part("ID", p.id);
  visit.part("Name", p.name);
}
inline void key_parts(const acl_role& r, key_visitor& visit) {
  visit.part("ID", r.id);
  visit.part("Name", r.name);
  for (const auto& link : r.policies) visit.part("Policies.ID", link.id);
}
inline void key_parts(const ca_root& r, key_visitor& visit) { visit.part("ID", r.id); }
inline void key_parts(const ca_provider_state& s, key_visitor& visit) { visit.part("ID", s.id); }
inline void key_parts(const system_metadata_entry& e, key_visitor& visit) { visit.part("Key", e.key); }

// There is one of each, under the empty key.
inline void key_parts(const ca_configuration&, key_visitor&) {}
inline void key_parts(const autopilot_config&, key_visitor&) {}

template <class Record>
concept has_key_parts = requires(const Record& record, key_visitor& visit) {
  key_parts(record, visit);
};

/// True if no part of the record's keys holds a zero byte.
template <has_key_parts Record>
bool has_sound_keys(const Record& record) {
  struct : key_visitor {
    bool sound = true;
    void part(std::string_view, const std::string& text) override {
      sound = sound && text.find('\0') == std::string::npos;
    }
    void whole(std::string_view, const std::string&) override {}
  } visit;
  key_parts(record, visit);
  return visit.sound;
}

} // namespace praetor::state
