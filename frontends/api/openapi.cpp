#include "frontends/api/openapi.hpp"

#include "actors/followed_release.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/version.hpp"

#include <nlohmann/json.hpp>

namespace praetor::api {

namespace {

using nlohmann::json;

constexpr int nested_records = 8;

json schema_of_type(parameter::type_t type) {
  switch (type) {
  case parameter::type_t::integer: return {{"type", "integer"}, {"minimum", 0}};
  case parameter::type_t::boolean: return {{"type", "boolean"}};
  case parameter::type_t::text:
  case parameter::type_t::flag: break;
  }
  return {{"type", "string"}};
}

json query_parameter(std::string_view name, parameter::type_t type, std::string_view meaning) {
  json out{{"name", name}, {"in", "query"}, {"description", meaning}, {"schema", schema_of_type(type)}};
  if (type == parameter::type_t::flag) out["allowEmptyValue"] = true;
  return out;
}

/// The query parameters that follow from a route's read form.
json parameters_of_reads(const read_form& form) {
  using enum parameter::type_t;
  auto out = json::array();
  out.push_back(query_parameter("stale", flag, "any server may answer"));
  out.push_back(query_parameter("leader", flag, "the leader answers, whatever discovery_max_stale says"));
  out.push_back(query_parameter("consistent", flag, "the leader confirms its leadership before it answers"));
  out.push_back(query_parameter("max_stale", text, "the age beyond which a stale answer is asked of the leader again"));
  if (form.waits == read_form::waiting::none) return out;
  out.push_back(query_parameter("wait", text, "the longest time to block, such as 5m"));
  if (form.waits == read_form::waiting::by_hash)
    out.push_back(query_parameter("hash", text, "block while the content has this hash"));
  else
    out.push_back(query_parameter("index", integer, "block until the index is greater"));
  return out;
}

json parameters_of(const route& r) {
  auto out = json::array();
  if (r.path.ends_with('/'))
    out.push_back({{"name", r.rest}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}});
  for (const auto& one : r.parameters) out.push_back(query_parameter(one.name, one.type, one.meaning));
  if (r.takes_datacenter()) out.push_back(query_parameter("dc", parameter::type_t::text, "the datacenter"));
  if (r.cache_policy != caching::none)
    out.push_back(query_parameter("cached", parameter::type_t::flag, "a client agent may answer from its cache"));
  if (r.answers == media::json)
    out.push_back(query_parameter("pretty", parameter::type_t::flag, "indented, with a newline at the end"));
  if (const auto* form = r.reads())
    for (auto& one : parameters_of_reads(*form)) out.push_back(std::move(one));
  return out;
}

std::string_view media_type(media type) {
  switch (type) {
  case media::json: return "application/json";
  case media::text: return "text/plain";
  case media::archive: return "application/x-gzip";
  case media::bytes:
  case media::none: break;
  }
  return "application/octet-stream";
}

json content_of(media type, json schema) { return {{std::string(media_type(type)), {{"schema", std::move(schema)}}}}; }

json responses_of(const route& r) {
  json success{{"description", "success"}};
  if (r.answers != media::none) success["content"] = content_of(r.answers, json::object());
  json failure{{"description", "an error, as text"}, {"content", content_of(media::text, {{"type", "string"}})}};
  return {{"200", std::move(success)}, {"default", std::move(failure)}};
}

std::string family_of(std::string_view path) {
  path.remove_prefix(path.starts_with("/v1/") ? 4 : 1);
  return std::string(path.substr(0, path.find('/')));
}

std::string operation_id(const route& r) {
  std::string out = lower_case(r.method);
  for (char c : r.path) out += c == '/' || c == '-' || c == '.' ? '_' : c;
  return out;
}

/// A sentence on the permissions that the route's checks need.
std::string permissions_of(const route& r) {
  std::string out;
  auto add = [&](const route_permission& p) {
    out += (out.empty() ? "Needs " : ", ") + acl::to_text(p.resource, p.access);
  };
  for (const auto& one : r.checks) {
    if (const auto* p = std::get_if<route_permission>(&one)) add(*p);
    if (const auto* p = std::get_if<inner_permission>(&one)) add(p->what);
  }
  return out.empty() ? out : out + ".";
}

json operation(const route& r) {
  json out{{"operationId", operation_id(r)},
           {"summary", r.summary},
           {"tags", json::array({family_of(r.path)})},
           {"parameters", parameters_of(r)},
           {"responses", responses_of(r)}};
  if (auto text = permissions_of(r); !text.empty()) out["description"] = text;
  if (r.public_route) out["security"] = json::array();
  if (r.body.type == media::none) return out;
  auto schema = r.body.schema ? r.body.schema(nested_records).json() : json::object();
  out["requestBody"] = {{"content", content_of(r.body.type, std::move(schema))}};
  return out;
}

/// Merges a row that applies only with a certain parameter into the operation of its path and method.
void add_variant(json& operation, const route& r) {
  auto& known = operation["parameters"];
  auto add = [&](json one) {
    for (const auto& other : known)
      if (other["name"] == one["name"]) return;
    known.push_back(std::move(one));
  };
  add(query_parameter(r.when, parameter::type_t::flag, r.summary));
  for (const auto& one : r.parameters) add(query_parameter(one.name, one.type, one.meaning));
}

std::string path_template(const route& r) {
  std::string out(r.path);
  if (r.path.ends_with('/')) out.append("{").append(r.rest).append("}");
  return out;
}

json paths() {
  auto out = json::object();
  std::vector<const route*> variants;
  for (const auto* r : all_routes()) {
    if (!r->available) continue;
    if (r->when.empty())
      out[path_template(*r)][lower_case(r->method)] = operation(*r);
    else
      variants.push_back(r);
  }
  for (const auto* r : variants) add_variant(out[path_template(*r)][lower_case(r->method)], *r);
  return out;
}

} // namespace

std::string openapi_document() {
  json document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Praetor"},
        {"version", own_version},
        {"description", "The HTTP API of Consul " + std::string(followed_release) + " as Praetor answers it."}}},
      {"servers", json::array({json{{"url", "/"}}})},
      {"security", json::array({json::object(), json{{"token", json::array()}}, json{{"bearer", json::array()}}})},
      {"components",
       {{"securitySchemes",
         {{"token", {{"type", "apiKey"}, {"in", "header"}, {"name", "X-Consul-Token"}}},
          {"bearer", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
      {"paths", paths()}};
  return document.dump();
}

} // namespace praetor::api
