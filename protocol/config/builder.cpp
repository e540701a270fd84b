#include "protocol/config/builder.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "protocol/base/url.hpp"
#include "protocol/types/values.hpp"

namespace praetor::config {

using hcl::value;

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

const value* builder::find(std::string_view path) const {
  const auto* at = &tree_;
  while (at != nullptr) {
    auto dot = path.find('.');
    at = at->find(path.substr(0, dot));
    if (dot == std::string_view::npos) break;
    path.remove_prefix(dot + 1);
  }
  return at == nullptr || at->is(value::kind::null) ? nullptr : at;
}

std::optional<bool> builder::optional_flag(std::string_view path) const {
  const auto* v = find(path);
  return v == nullptr ? std::nullopt : std::optional(v->boolean);
}

std::int64_t builder::integer(std::string_view path, std::int64_t otherwise) const {
  const auto* v = find(path);
  return v == nullptr ? otherwise : v->integer;
}

double builder::number(std::string_view path, double otherwise) const {
  const auto* v = find(path);
  return v == nullptr ? otherwise : v->real;
}

std::string builder::text(std::string_view path) const {
  const auto* v = find(path);
  return v == nullptr ? std::string() : v->text;
}

string_list builder::texts(std::string_view path) const {
  string_list out;
  if (const auto* v = find(path))
    for (const auto& item : v->items) out.push_back(item.text);
  return out;
}

string_map builder::text_map(std::string_view path) const {
  string_map out;
  if (const auto* v = find(path))
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

nanoseconds builder::duration_named(std::string_view name, std::string_view path) {
  return duration_of(std::string(name), find(path));
}

nanoseconds builder::duration_at_least(std::string_view path, nanoseconds least) {
  auto d = duration(path);
  if (d < least)
    complain(std::string(path) + ": duration '" + text(path) + "' cannot be less than: " + duration_to_text(least));
  return d;
}

std::int64_t builder::port(std::string_view path) {
  auto n = integer(path, -1);
  if (n > 65535) complain(std::string(path) + ": invalid port: " + std::to_string(n));
  return n <= 0 || n > 65535 ? -1 : n;
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
  build_mesh();
  build_cluster();
  build_access();
  build_dns();
  build_http();
  build_telemetry();
  build_durations_and_limits();
  if (auto done = build_tls(); !done) return tl::unexpected(done.error());
  if (auto done = validate(); !done) return tl::unexpected(done.error());
  return std::move(out_);
}

} // namespace praetor::config
