#include "protocol/config/builder.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "protocol/base/url.hpp"
#include "protocol/config/paths.hpp"
#include "protocol/types/values.hpp"

namespace praetor::config {

using hcl::value;
using namespace std::chrono_literals;

std::string endpoint::text() const { return is_unix() ? path : join_host_port(host, std::to_string(port)); }

std::string list_of_errors(const std::vector<std::string>& errors) {
  auto out =
      errors.size() == 1 ? std::string("1 error occurred:\n") : std::to_string(errors.size()) + " errors occurred:\n";
  for (const auto& e : errors) out += "\t* " + e + "\n";
  return out + "\n";
}

namespace {

nlohmann::json to_json(const value& v) {
  switch (v.type) {
  case value::kind::null: return nullptr;
  case value::kind::boolean: return v.boolean;
  case value::kind::integer: return v.integer;
  case value::kind::real:
    if (std::trunc(v.real) == v.real && std::fabs(v.real) < 9007199254740992.0)
      return static_cast<std::int64_t>(v.real);
    return v.real;
  case value::kind::text: return v.text;
  case value::kind::list: {
    auto out = nlohmann::json::array();
    for (const auto& item : v.items) out.push_back(to_json(item));
    return out;
  }
  case value::kind::object: {
    auto out = nlohmann::json::object();
    for (const auto& [name, member] : v.members) out[name] = to_json(member);
    return out;
  }
  }
  return nullptr;
}

} // namespace

free_form to_free_form(const value& v) { return free_form(to_json(v)); }

builder::builder(const value& tree, environment& env, bool dev_mode) : tree_(tree), env_(env) {
  out_.dev_mode = dev_mode;
}

const value* builder::look_up(std::string_view path) const {
  const auto* found = value_at(tree_, path);
  return found == nullptr || found->is(value::kind::null) ? nullptr : found;
}

bool builder::flag(key_path key) const {
  const auto* v = find(key);
  return v != nullptr && v->boolean;
}

std::int64_t builder::integer(key_path key) const {
  const auto* v = find(key);
  return v == nullptr ? 0 : v->integer;
}

std::string builder::text(key_path key) const {
  const auto* v = find(key);
  return v == nullptr ? std::string() : v->text;
}

string_list builder::texts(key_path key) const {
  string_list out;
  if (const auto* v = find(key))
    for (const auto& item : v->items) out.push_back(item.text);
  return out;
}

string_map builder::text_map(key_path key) const {
  string_map out;
  if (const auto* v = find(key))
    for (const auto& [name, member] : v->members) out[name] = member.text;
  return out;
}

nanoseconds builder::duration_of(const std::string& name, const value* v) {
  if (v == nullptr) return nanoseconds{0};
  auto parsed = duration_from_text(v->text);
  if (parsed.value) return *parsed.value;
  complain(name + ": invalid duration: " + praetor::quoted(v->text) + ": " + parsed.error);
  return nanoseconds{0};
}

expected<void> builder::collected_errors() {
  if (errors_.empty()) return {};
  return fail(list_of_errors(errors_));
}

expected<runtime_config> builder::build() {
  for (const auto& [name, ttl] : text_map("dns_config.service_ttl")) {
    auto v = value::of(ttl);
    out_.dns.service_ttl[name] = duration_of("dns_config.service_ttl[" + praetor::quoted(name) + "]", &v);
  }
  build_definitions();
  if (auto done = build_addresses(); !done) return tl::unexpected(done.error());
  if (auto done = build_raft(); !done) return tl::unexpected(done.error());
  if (auto done = build_connect(); !done) return tl::unexpected(done.error());
  if (auto done = build_cidrs(); !done) return tl::unexpected(done.error());
  build_general();
  build_automatic();
  build_ui();
  build_cluster();
  read(keys::acl<runtime_config>);
  read(keys::autopilot<runtime_config>);
  build_dns();
  build_http();
  build_telemetry();
  read(keys::limits<runtime_config>);
  if (!out_.log.file.empty() && find("log_rotate_duration") == nullptr) out_.log.rotate_duration = 24h;
  if (auto done = build_tls(); !done) return tl::unexpected(done.error());
  if (auto done = validate(); !done) return tl::unexpected(done.error());
  return std::move(out_);
}

} // namespace praetor::config
