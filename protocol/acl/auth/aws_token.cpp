#include "protocol/acl/auth/aws_token.hpp"

#include "protocol/base/url.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

namespace praetor::acl::auth {

namespace {

using header_map = std::map<std::string, string_list>;

constexpr std::string_view server_id_header = "X-Consul-IAM-ServerID",
                           entity_method_header = "X-Consul-IAM-GetEntity-Method",
                           entity_url_header = "X-Consul-IAM-GetEntity-URL",
                           entity_headers_header = "X-Consul-IAM-GetEntity-Headers",
                           entity_body_header = "X-Consul-IAM-GetEntity-Body";

/// The members of a token; all but the method are base64.
struct raw_token {
  static constexpr std::string_view type_name = "rawData";
  std::string method, url, headers, body;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"iam_http_request_method"}, x.method);
    f(field{"iam_request_url"}, x.url);
    f(field{"iam_request_headers"}, x.headers);
    f(field{"iam_request_body"}, x.body);
  }
};

/// A signed request as the caller sends it.
struct signed_request {
  std::string method, url, body;
  header_map header;
  parsed_url where;
};

expected<parsed_url> checked_url(const std::string& text) {
  auto url = parse_url(text);
  if (!url) return fail(url.error());
  if (url->scheme.empty() || url->host_field.empty()) return fail("url is invalid: " + praetor::quoted(text));
  return std::move(*url);
}

expected<header_map> parse_headers(const std::string& text) {
  return json::read<header_map>(text, {.max_depth = 8, .whole_text = true});
}

expected<signed_request> decoded(const std::string& bearer) {
  auto raw = json::read<raw_token>(bearer, {.max_depth = 8, .whole_text = true});
  if (!raw) return tl::unexpected(std::move(raw.error()));
  signed_request out;
  out.method = raw->method;
  std::string headers;
  for (auto [from, into] :
       {std::pair(&raw->url, &out.url), std::pair(&raw->headers, &headers), std::pair(&raw->body, &out.body)}) {
    auto text = base64_decode(*from);
    if (!text) return tl::unexpected(std::move(text.error()));
    *into = std::move(*text);
  }
  auto header = parse_headers(headers);
  if (!header) return tl::unexpected(std::move(header.error()));
  out.header = std::move(*header);
  auto where = checked_url(out.url);
  if (!where) return tl::unexpected(std::move(where.error()));
  out.where = std::move(*where);
  return out;
}

/// Go's canonical form of a header's name: "X-Amz-Date".
std::string canonical(std::string_view name) {
  std::string out = lower_case(name);
  bool first = true;
  for (auto& c : out) {
    if (first && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    first = c == '-';
  }
  return out;
}

const string_list* find_header(const header_map& header, std::string_view name) {
  for (const auto& [key, values] : header)
    if (equal_fold(key, name)) return &values;
  return nullptr;
}

// ---- Hosts, bodies and headers that are allowed

bool is_aws_host(std::string_view host, std::string_view service) {
  auto of = std::string(service);
  return host.ends_with(".amazonaws.com") && (host.starts_with(of + ".") || host.starts_with(of + "-fips."));
}

/// A field that a body may have. Without values, any value is allowed.
struct body_field {
  std::string_view name;
  std::span<const std::string_view> values = {};
};

using form = std::map<std::string, string_list>;

expected<form> parse_form(std::string_view body) {
  form out;
  while (!body.empty()) {
    auto end = std::min(body.find('&'), body.size());
    auto pair = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (pair.empty()) continue;
    if (pair.find(';') != pair.npos) return fail("invalid semicolon separator in query");
    auto equals = std::min(pair.find('='), pair.size());
    std::string name, value;
    if (!percent_decode(pair.substr(0, equals), true, name) ||
        !percent_decode(pair.substr(std::min(equals + 1, pair.size())), true, value))
      return fail("invalid URL escape " + praetor::quoted(pair));
    out[name].push_back(std::move(value));
  }
  return out;
}

expected<form> checked_body(const std::string& body, std::span<const body_field> allowed) {
  auto fields = parse_form(body);
  if (!fields) return fields;
  auto action = fields->find("Action");
  if (action == fields->end() || action->second[0].empty()) return fail("missing field \"Action\"");
  for (const auto& [name, values] : *fields) {
    auto row = std::find_if(allowed.begin(), allowed.end(), [&](const body_field& one) { return one.name == name; });
    if (row == allowed.end()) return fail("unexpected field " + praetor::quoted(name));
    if (row->values.empty()) continue;
    bool known =
        values.size() == 1 && std::find(row->values.begin(), row->values.end(), values[0]) != row->values.end();
    std::string shown;
    for (const auto& one : values) shown += (shown.empty() ? "" : " ") + one;
    if (!known) return fail("unexpected value " + name + "=[" + shown + "]");
  }
  return fields;
}

expected<void> check_sts_headers(const aws_settings& s, const header_map& header) {
  constexpr std::array<std::string_view, 7> usual{"X-Amz-Algorithm",    "X-Amz-Content-Sha256", "X-Amz-Credential",
                                                  "X-Amz-Date",         "X-Amz-Security-Token", "X-Amz-Signature",
                                                  "X-Amz-SignedHeaders"};
  for (const auto& [key, values] : header) {
    auto name = canonical(key);
    auto is_name = [&](std::string_view one) { return one == name; };
    if (name.starts_with("X-Amz-") && std::none_of(usual.begin(), usual.end(), is_name) &&
        std::none_of(s.allowed_sts_headers.begin(), s.allowed_sts_headers.end(), is_name))
      return fail("invalid request header: " + name);
  }
  return {};
}

std::string joined(const string_list& values) {
  std::string out;
  for (const auto& one : values) out += (out.empty() ? "" : ",") + one;
  return out;
}

/// The header with the server's id has to be there and to be signed, which ties a login to this datacenter.
expected<void> check_server_id(const aws_settings& s, const header_map& header) {
  if (s.server_id.empty()) return {};
  auto* given = find_header(header, server_id_header);
  auto value = given ? joined(*given) : std::string();
  if (value.empty()) return fail("missing header " + praetor::quoted(server_id_header));
  if (value != s.server_id)
    return fail("expected " + praetor::quoted(s.server_id) + " but got " + praetor::quoted(value));
  auto* authorization = find_header(header, "Authorization");
  if (!authorization) return fail("missing Authorization header");
  constexpr std::string_view mark = "SignedHeaders=";
  auto text = joined(*authorization);
  auto at = text.rfind(mark);
  auto list = at == text.npos ? std::string() : text.substr(at + mark.size());
  list = list.substr(0, list.find(','));
  if (list.empty()) return fail("server id header wasn't signed");
  bool is_signed = (";" + list + ";").find(";" + lower_case(server_id_header) + ";") != std::string::npos;
  return is_signed ? expected<void>{} : fail("header wasn't signed");
}

/// The request as it is sent. Host and path are signed, so an endpoint of the configuration only replaces the address.
expected<outbound_request> outbound(const signed_request& from, const std::string& configured) {
  outbound_request out;
  out.url = (configured.empty() ? from.url : configured) + from.where.target;
  out.method = from.method;
  out.body = from.body;
  out.header = from.header;
  std::erase_if(out.header, [](const auto& one) { return equal_fold(one.first, "host"); });
  out.header["Host"] = {from.where.host_field};
  out.follow_redirects = false;
  auto target = checked_url(out.url);
  if (!target) return tl::unexpected(std::move(target.error()));
  // Whatever the caller wrote, the request goes to the host that was checked.
  if (configured.empty() && target->host_field != from.where.host_field)
    return fail("url is invalid: " + praetor::quoted(from.url));
  return out;
}

expected<outbound_request> caller_identity_request(const aws_settings& s, const signed_request& from) {
  static constexpr std::string_view actions[] = {"GetCallerIdentity"};
  static constexpr body_field fields[] = {{"Action", actions}, {"Version"}};
  if (from.method != "POST") return fail("iam_http_request_method must be POST");
  if (s.sts_endpoint.empty() && !is_aws_host(from.where.host, "sts"))
    return fail("invalid STS hostname: " + praetor::quoted(from.where.host));
  if (auto sound = checked_body(from.body, fields); !sound)
    return fail("iam_request_body error: " + sound.error().text);
  if (auto sound = check_sts_headers(s, from.header); !sound) return tl::unexpected(std::move(sound.error()));
  return outbound(from, s.sts_endpoint);
}

/// A request that is a value of headers of the outer one.
expected<signed_request> inner_request(const header_map& header) {
  signed_request out;
  std::string headers;
  for (auto [name, into] : {std::pair(entity_method_header, &out.method), std::pair(entity_url_header, &out.url),
                            std::pair(entity_headers_header, &headers), std::pair(entity_body_header, &out.body)}) {
    auto* values = find_header(header, name);
    if (!values || values->empty()) return fail("missing header " + praetor::quoted(name));
    if (values->size() != 1) return fail("invalid value for header " + praetor::quoted(name) + " (expected 1 item)");
    *into = values->front();
  }
  auto parsed = parse_headers(headers);
  if (!parsed) return tl::unexpected(std::move(parsed.error()));
  out.header = std::move(*parsed);
  auto where = checked_url(out.url);
  if (!where) return tl::unexpected(std::move(where.error()));
  out.where = std::move(*where);
  return out;
}

expected<aws_token::entity_request> entity_request_of(const aws_settings& s, const header_map& header) {
  static constexpr std::string_view actions[] = {"GetRole", "GetUser"};
  static constexpr body_field fields[] = {{"Action", actions}, {"RoleName"}, {"UserName"}, {"Version"}};
  auto inner = inner_request(header);
  if (!inner) return tl::unexpected(std::move(inner.error()));
  if (s.iam_endpoint.empty() && !is_aws_host(inner->where.host, "iam"))
    return fail("invalid IAM hostname: " + praetor::quoted(inner->where.host));
  auto body = checked_body(inner->body, fields);
  if (!body) return fail("iam_request_headers[" + std::string(entity_body_header) + "] error: " + body.error().text);
  auto action = body->at("Action")[0];
  bool of_user = body->contains("UserName"), of_role = body->contains("RoleName");
  bool consistent = action == "GetUser" ? of_user && !of_role : of_role && !of_user;
  if (!consistent)
    return fail("iam_request_headers[" + praetor::quoted(entity_body_header) + "] error: invalid request body " +
                praetor::quoted(inner->body));
  if (auto sound = check_server_id(s, inner->header); !sound) return tl::unexpected(std::move(sound.error()));
  auto request = outbound(*inner, s.iam_endpoint);
  if (!request) return tl::unexpected(std::move(request.error()));
  return aws_token::entity_request{std::move(*request), std::move(action)};
}

} // namespace

expected<aws_token> parse_aws_token(const aws_settings& s, const std::string& bearer) {
  auto given = decoded(bearer);
  if (!given) return fail("invalid token: " + given.error().text);
  auto identity = caller_identity_request(s, *given);
  if (!identity) return tl::unexpected(std::move(identity.error()));
  aws_token out;
  out.caller_identity = std::move(*identity);
  if (s.entity_details) {
    auto entity = entity_request_of(s, given->header);
    if (!entity) return tl::unexpected(std::move(entity.error()));
    out.entity = std::move(*entity);
  }
  if (auto sound = check_server_id(s, given->header); !sound) return tl::unexpected(std::move(sound.error()));
  return out;
}

} // namespace praetor::acl::auth
