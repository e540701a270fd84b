#include "actors/queries/kv.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/base/url.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>

namespace praetor::api::kv_endpoints {

namespace {

rendered_answer not_found() {
  rendered_answer out;
  out.status = 404;
  out.content_type = {};
  return out;
}

using entry_found = queries::found<queries::kv_get>;

rendered_answer entry(const showing& to, const queries::kv_get&, const entry_found& f) {
  if (!f.value) return not_found();
  rendered_answer out;
  out.body = to_json(to.how, std::array{f.value});
  return out;
}

/// Renders the raw bytes of the value, with headers that keep browsers from interpreting them as a page.
rendered_answer raw_value(const showing&, const queries::kv_get&, const entry_found& f) {
  if (!f.value) return not_found();
  rendered_answer out;
  out.content_type = "text/plain";
  out.headers = {{"X-Content-Type-Options", "nosniff"}, {"Content-Security-Policy", "sandbox"}};
  out.body = std::make_shared<const std::string>(f.value->value.bytes);
  return out;
}

/// Renders the rows of a query; no rows are a 404.
template <class Query>
rendered_answer rows_found(const showing& to, const Query& q, const queries::found<Query>& f) {
  return f.missing ? not_found() : as_json(to, q, f);
}

void get_one(const call& c) {
  queries::kv_get q{std::string(c.rest)};
  if (c.req.query.has("raw")) return answer_query(c, {.cheap = true, .form = "raw"}, std::move(q), raw_value);
  answer_query(c, {.cheap = true}, std::move(q), entry);
}

void get_tree(const call& c) {
  answer_query(c, {}, queries::kv_list{std::string(c.rest)}, rows_found<queries::kv_list>);
}

void get_keys(const call& c) {
  auto* separator = c.req.query.find("separator");
  if (!separator) separator = c.req.query.find("seperator"); // the spelling of old clients
  answer_query(c, {}, queries::kv_keys{std::string(c.rest), separator ? *separator : std::string()},
               rows_found<queries::kv_keys>);
}

/// Escapes a text for a query string.
std::string escaped(const std::string& text) {
  auto out = percent_encoded(text, [](char c) { return is_unreserved(c) || c == ' '; });
  std::replace(out.begin(), out.end(), ' ', '+');
  return out;
}

/// The query string with sorted parameters, for reports of conflicts.
std::string sorted_query(const request& req) {
  auto items = req.query.items();
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [name, value] : items) {
    if (!out.empty()) out += '&';
    out += escaped(name) + "=" + escaped(value);
  }
  return out;
}

std::optional<answer> conflicting(const call& c, std::initializer_list<std::string_view> names) {
  auto count = std::count_if(names.begin(), names.end(), [&](auto name) { return c.req.query.has(name); });
  if (count < 2) return {};
  return text_answer(400, "Conflicting flags: " + sorted_query(c.req) + "\n");
}

void answer_flag(const call& c, const state::apply_result& result) {
  respond(c, json_answer(c, result.flag.value_or(true)));
}

void send(const call& c, kv_request& r) {
  r.datacenter = c.env.config()->datacenter;
  propose_any(c, encode_command(command_type::kvs, r), [](const call& c, const state::apply_result& result) {
    // Consul prefixes errors of the state machine, but not those of the transport.
    if (result.ok()) return answer_flag(c, result);
    auto why = result.why();
    if (why.code == error_code::failed_precondition) return respond_error(c, "raft apply failed: " + why.text);
    respond(c, error_answer(why));
  });
}

std::optional<answer> conflicting_put(const call& c) { return conflicting(c, {"cas", "acquire", "release"}); }
std::optional<answer> conflicting_delete(const call& c) { return conflicting(c, {"cas", "recurse"}); }

std::optional<answer> bad_numbers(const call& c) {
  for (auto name : {"flags", "cas"})
    if (auto* text = c.req.query.find(name))
      if (auto number = parse_uint(*text); !number) return text_answer(500, number.error().text);
  return {};
}

void put(const call& c) {
  kv_request r;
  r.op = "set";
  r.entry.key = c.rest;
  const auto& query = c.req.query;
  if (auto* flags = query.find("flags")) r.entry.flags = *parse_uint(*flags);
  if (auto* cas = query.find("cas")) {
    r.entry.modify_index = *parse_uint(*cas);
    r.op = "cas";
  }
  if (auto* session = query.find("acquire")) {
    r.entry.session = *session;
    r.op = "lock";
  }
  if (auto* session = query.find("release")) {
    r.entry.session = *session;
    r.op = "unlock";
  }
  auto limit = c.env.config()->kv_max_value_size;
  if (c.req.body.size() > limit)
    return respond_error(c,
                         "Request body(" + std::to_string(c.req.body.size()) +
                             " bytes) too large, max size: " + std::to_string(limit) +
                             " bytes. See https://www.consul.io/docs/agent/config/config-files#kv_max_value_size.",
                         413);
  r.entry.value.bytes = c.req.body;
  send(c, r);
}

std::optional<answer> bad_cas(const call& c) {
  if (auto* cas = c.req.query.find("cas"))
    if (auto index = parse_uint(*cas); !index) return text_answer(500, index.error().text);
  return {};
}

void remove(const call& c) {
  kv_request r;
  r.entry.key = c.rest;
  r.op = "delete";
  if (auto* cas = c.req.query.find("cas")) {
    r.entry.modify_index = *parse_uint(*cas);
    r.op = "delete-cas";
  }
  send(c, r);
}

void remove_tree(const call& c) {
  kv_request r;
  r.entry.key = c.rest;
  r.op = "delete-tree";
  send(c, r);
}

constexpr required_rest key_given{"Missing key name"};
constexpr route_check key_list = needs(acl::resource::key, acl::access::list, name_source::path);
constexpr route_check key_write = needs(acl::resource::key, acl::access::write, name_source::path);
constexpr parameter cas{"cas", parameter::type_t::integer, "only if the key has this ModifyIndex; 0: if there is none"};

constexpr std::array rows{
    route{
        .method = "GET",
        .path = "/v1/kv/",
        .rest = "key",
        .when = "keys",
        .endpoint = get_keys,
        .summary = "The keys below a prefix",
        .checks = {blocking_read_bare, rejects_tenancy, key_list, shows_only(acl::resource::key)},
        .parameters = {{.name = "separator", .meaning = "keys are cut after its first occurrence behind the prefix"}}},
    route{.method = "GET",
          .path = "/v1/kv/",
          .rest = "key",
          .when = "recurse",
          .endpoint = get_tree,
          .summary = "The entries below a prefix",
          .checks = {blocking_read_bare, rejects_tenancy, key_list, shows_only(acl::resource::key)}},
    route{.method = "GET",
          .path = "/v1/kv/",
          .rest = "key",
          .endpoint = get_one,
          .summary = "An entry",
          .checks = {blocking_read_bare, key_given, rejects_tenancy,
                     needs(acl::resource::key, acl::access::read, name_source::path)},
          .parameters = {{"raw", parameter::type_t::flag, "the bytes of the value alone"}}},
    route{.method = "PUT",
          .path = "/v1/kv/",
          .rest = "key",
          .endpoint = put,
          .summary = "Writes an entry",
          .checks = {bad_read_options, rejects_tenancy, key_given, conflicting_put, bad_numbers, key_write},
          .parameters = {cas,
                         {"flags", parameter::type_t::integer, "a number that is stored with the value"},
                         {.name = "acquire", .meaning = "locks the key for this session"},
                         {.name = "release", .meaning = "unlocks the key that this session holds"}},
          .body = bytes_body(body_limit::kv_value)},
    route{.method = "DELETE",
          .path = "/v1/kv/",
          .rest = "key",
          .when = "recurse",
          .endpoint = remove_tree,
          .summary = "Deletes all entries below a prefix",
          .checks = {bad_read_options, rejects_tenancy, conflicting_delete,
                     needs(acl::resource::key, acl::access::write, name_source::path_prefix)}},
    route{.method = "DELETE",
          .path = "/v1/kv/",
          .rest = "key",
          .endpoint = remove,
          .summary = "Deletes an entry",
          .checks = {bad_read_options, rejects_tenancy, key_given, bad_cas, key_write},
          .parameters = {cas}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::kv_endpoints
