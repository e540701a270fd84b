#include <catch2/catch.hpp>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "protocol/config/debug_view.hpp"
#include "protocol/config/effects.hpp"
#include "protocol/config/hidden.hpp"
#include "protocol/config/keys.hpp"
#include "reference_page.hpp"
#include "tests/unit/config/table_environment.hpp"

using namespace praetor;
using namespace praetor::config;
using nlohmann::json;

namespace {

std::vector<key_row> all_rows() {
  std::vector<key_row> out;
  for (const auto& section : key_sections) out.insert(out.end(), section.rows.begin(), section.rows.end());
  return out;
}

/// Keys inherit the traits of their blocks.
bool in_force(key_row row) {
  constexpr unsigned idle = no_effect | fixed | enterprise | deprecated;
  for (auto path = row.path;;) {
    if ((row.traits & idle) != 0) return false;
    auto dot = path.rfind('.');
    if (dot == path.npos) return true;
    path = path.substr(0, dot);
    row = *row_of(path);
  }
}

json json_of(const nanoseconds& d) { return duration_to_text(d); }
template <class T>
json json_of(const T& v) {
  return v;
}

json value_in(const key_row& row, runtime_config c) {
  return std::visit([](const auto* v) { return json_of(*v); }, row.member.in(c));
}

/// The row's built-in value as its member shows it.
json built_in(const key_row& row) {
  auto text = std::string(row.falls_back.empty() ? row.initial : row_of(row.falls_back)->initial);
  switch (row.member.holds) {
  case key_kind::boolean: return text == "true";
  case key_kind::text: return text;
  case key_kind::duration: return duration_to_text(*duration_from_text(text.empty() ? "0s" : text).value);
  case key_kind::text_list: return text.empty() ? json::array() : json::array({text});
  case key_kind::text_map: return json::object();
  default: return text.empty() ? json(0) : json::parse(text);
  }
}

/// A valid value of the key that is not its default.
json sample(const key_row& row) {
  static const std::map<std::string_view, json> particular = {
      {"addresses.dns", "127.0.0.2"},
      {"addresses.http", "127.0.0.2"},
      {"addresses.https", "127.0.0.2"},
      {"advertise_addr", "10.1.1.1"},
      {"advertise_addr_ipv4", "10.1.1.1"},
      {"advertise_addr_ipv6", "fd00::1"},
      {"advertise_addr_wan", "10.1.1.1"},
      {"advertise_addr_wan_ipv4", "10.1.1.1"},
      {"advertise_addr_wan_ipv6", "fd00::1"},
      {"bind_addr", "127.0.0.2"},
      {"client_addr", "127.0.0.2"},
      {"dns_config.recursor_strategy", "random"},
      {"dns_config.service_ttl", {{"a", "5s"}}},
      {"encrypt", "pUqJrVyVRj5jsiYEkM/tFQ=="},
      {"http_config.allow_write_http_from", json::array({"10.0.0.0/8"})},
      {"performance.raft_multiplier", 2},
      {"serf_lan", "127.0.0.2"},
      {"serf_lan_allowed_cidrs", json::array({"10.0.0.0/8"})},
      {"serf_wan", "127.0.0.2"},
      {"serf_wan_allowed_cidrs", json::array({"10.0.0.0/8"})},
      {"skip_leave_on_interrupt", false},
      {"telemetry.prefix_filter", json::array({"+x"})},
  };
  if (auto found = particular.find(row.path); found != particular.end()) return found->second;
  auto usual = row.in_dev_mode.empty() ? row.initial : row.in_dev_mode;
  if (row.path.ends_with("tls_min_version")) return "TLSv1_3";
  if (row.path.ends_with("tls_cipher_suites")) return "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
  switch (row.kind) {
  case key_kind::boolean: return usual != "true";
  case key_kind::text: return "x";
  case key_kind::duration: return "77s";
  case key_kind::text_list: return json::array({"x"});
  case key_kind::text_map:
  case key_kind::any_map: return {{"a", "x"}};
  case key_kind::any_map_list: return json::array({{{"a", "x"}}});
  case key_kind::number: return 1.5;
  default: return 17;
  }
}

/// Settings that a key requires. They are also tested without the key, so that the key makes the difference.
json company_of(const key_row& row) {
  if (row.path == "advertise_reconnect_timeout" || row.path == "bootstrap" || row.path == "server")
    return {{"data_dir", "/srv/data"}, {"server", row.path != "advertise_reconnect_timeout"}};
  if (row.path == "bootstrap_expect") return {{"data_dir", "/srv/data"}, {"server", true}};
  if (row.path == "tls.defaults.cert_file") return {{"ports", {{"grpc", -1}}}};
  if (row.path == "locality.zone") return {{"locality", {{"region", "r"}}}};
  if (row.path.starts_with("addresses.https")) return {{"ports", {{"https", 8501}}}};
  return json::object();
}

load_result loaded(const json& document, bool dev_mode = false) {
  table_environment env;
  env.files["a.json"] = document.dump();
  sources from;
  from.dev_mode = dev_mode;
  from.paths = {"a.json"};
  auto result = load(from, env);
  INFO((result ? std::string() : result.error().text));
  REQUIRE(result);
  return std::move(*result);
}

json with(json document, const key_row& row) {
  std::string pointer = "/";
  for (char c : row.path) pointer += c == '.' ? '/' : c;
  document[json::json_pointer(pointer)] = sample(row);
  return document;
}

} // namespace

TEST_CASE("no two rows have the same path, place in the debug view, flag or member") {
  std::set<std::string_view> paths, places, flags;
  for (const auto& row : all_rows()) {
    CAPTURE(row.path);
    CHECK(paths.insert(row.path).second);
    CHECK((row.shown.empty() || places.insert(row.shown).second));
    CHECK((row.flag.empty() || flags.insert(row.flag).second));
  }
}

TEST_CASE("a row is whole: what it refers to is there, and somebody can read about it") {
  for (const auto& row : all_rows()) {
    CAPTURE(row.path);
    CHECK((row.falls_back.empty() || row_of(row.falls_back) != nullptr));
    CHECK((row.replaced_by.empty() || row_of(row.replaced_by) != nullptr));
    CHECK((row.shown.empty() || row.member));
    CHECK((row.has(deprecated) || !row.doc.empty()));
    auto dot = row.path.rfind('.');
    CHECK((dot == row.path.npos || row_of(row.path.substr(0, dot)) != nullptr));
  }
}

TEST_CASE("what no source sets has the value that its row says") {
  auto config = loaded({{"data_dir", "/srv/data"}}).config;
  for (const auto& row : all_rows()) {
    if (!row.member || !row.computed.empty() || row.path == "data_dir") continue;
    CAPTURE(row.path);
    CHECK(value_in(row, config) == built_in(row));
  }
}

TEST_CASE("the debug view shows what the members hold, and no secret") {
  auto config = loaded({{"data_dir", "/srv/data"}}).config;
  auto view = debug_view(config, "", "").json();
  for (const auto& row : all_rows()) {
    if (row.shown.empty()) continue;
    CAPTURE(row.path);
    std::string pointer = "/";
    for (char c : row.shown) pointer += c == '.' ? '/' : c;
    auto name = std::string(row.shown.substr(row.shown.rfind('.') + 1));
    json wanted = {{name, row.has(secret) ? json("hidden") : value_in(row, config)}};
    hide_secrets(wanted); // some names are hidden whatever their meaning
    CHECK(view.at(json::json_pointer(pointer)) == wanted[name]);
  }
}

TEST_CASE("each key in force is read: a value for it makes another configuration") {
  for (const auto& row : all_rows()) {
    bool leaf = row.kind != key_kind::block && row.kind != key_kind::block_list && row.kind != key_kind::block_map;
    bool refused_elsewhere = row.path == "raft_protocol" || row.path.ends_with(".use_auto_cert") ||
                             row.path == "tls.https.verify_server_hostname";
    if (!leaf || !in_force(row) || refused_elsewhere || row.path == "connect.ca_config") continue;
    CAPTURE(row.path);
    auto company = company_of(row);
    bool dev_mode = !company.contains("data_dir");
    auto without = loaded(company, dev_mode), set = loaded(with(company, row), dev_mode);
    CHECK_FALSE(set.config == without.config);
    CHECK((row.has(reloadable) || changed_keys(without.until_restart, set.until_restart).size() == 1));
    CHECK((!row.has(reloadable) || changed_keys(without.until_restart, set.until_restart).empty()));
  }
}

TEST_CASE("the page of all keys says what the rows say") {
  auto wanted = reference_page();
  std::ifstream in(PRAETOR_SOURCE_DIR "/docs/configuration.md");
  std::string page(std::istreambuf_iterator<char>(in), {});
  INFO("docs/configuration.md should be:\n" << wanted);
  CHECK((page == wanted));
}
