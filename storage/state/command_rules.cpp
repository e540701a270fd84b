#include "storage/state/command_rules.hpp"

#include "storage/state/queries_kv.hpp"
#include "storage/state/value_limits.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor::state {

void first_fault::add(std::string_view member, std::string_view what) {
  if (found()) return;
  text_ = member;
  if (!text_.empty()) text_ += ": ";
  text_ += what;
}

void first_fault::need(std::string_view member, std::string_view value) {
  if (value.empty()) add(member, "must not be empty");
}

void first_fault::check_name(std::string_view member, std::string_view value) {
  if (found()) return;
  if (value.size() > longest_name)
    return add(member, "longer than " + std::to_string(longest_name) + " bytes, which is the limit of names");
  auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(value.begin(), value.end(), control))
    add(member, "control characters are not allowed in " + praetor::quoted(value));
}

void first_fault::check_port(std::string_view member, std::int64_t value) {
  constexpr std::int64_t no_port = -1, largest_port = 65535; // clients may write -1, as agent configurations do
  if (value < no_port || value > largest_port)
    add(member, std::to_string(value) + " is no port, which is a number from 0 to 65535");
}

void first_fault::check_one_of(std::string_view member, std::string_view value,
                               std::initializer_list<std::string_view> known) {
  if (std::find(known.begin(), known.end(), value) != known.end()) return;
  std::string names;
  for (auto name : known) names += (names.empty() ? "" : ", ") + std::string(name);
  add(member, praetor::quoted(value.substr(0, longest_name)) + " is unknown; known are " + names);
}

namespace {

void check_any(const nlohmann::json& value, const place& at, first_fault& f, std::size_t depth) {
  if (f.found()) return;
  if (depth > deepest_free_form)
    return f.add(at.text(), "nested deeper than " + std::to_string(deepest_free_form) + " levels");
  if (value.is_object()) {
    for (auto i = value.begin(); i != value.end(); ++i) check_any(*i, at, f, depth + 1);
  } else if (value.is_array()) {
    for (const auto& element : value) check_any(element, at, f, depth + 1);
  } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    f.add(at.text(), "not a finite number");
  }
}

} // namespace

void check_free_form(const free_form& value, const place& at, first_fault& f) { check_any(value.json(), at, f, 0); }

bool writes_record(std::string_view verb) { return verb == "set" || verb == "cas" || verb == "lock"; }

void check_ports(const node_service& s, first_fault& f) {
  f.check_port("Service.Port", s.port);
  for (const auto& [name, at] : s.tagged_addresses) f.check_port("Service.TaggedAddresses.Port", at.port);
  f.check_port("Service.Proxy.LocalServicePort", s.proxy.local_service_port);
  for (const auto& u : s.proxy.upstreams) f.check_port("Service.Proxy.Upstreams.LocalBindPort", u.local_bind_port);
  for (const auto& p : s.proxy.expose.paths) {
    f.check_port("Service.Proxy.Expose.Paths.ListenerPort", p.listener_port);
    f.check_port("Service.Proxy.Expose.Paths.LocalPathPort", p.local_path_port);
  }
  if (const auto& t = s.proxy.transparent_proxy)
    f.check_port("Service.Proxy.TransparentProxy.OutboundListenerPort", t->outbound_listener_port);
}

void check_kv_key(const kv_entry& e, std::string_view verb, first_fault& f) {
  // An empty prefix means all keys, and reads of it find nothing.
  if (is_kv_write(verb) && verb != "delete-tree") f.need("Key", e.key);
}

} // namespace praetor::state
