#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>

namespace praetor::endpoints {

namespace {

constexpr std::string_view missing_key = "Missing key name";

query_outcome not_found(std::uint64_t index) {
  query_outcome out;
  out.index = index;
  out.not_found = true;
  out.answer.status = 404;
  out.answer.content_type = {};
  return out;
}

/// The value's bytes as they are, in a form that no browser takes for a page.
query_outcome raw_value(std::uint64_t index, const kv_entry& entry) {
  query_outcome out;
  out.index = index;
  out.answer.content_type = "text/plain";
  out.answer.headers = {{"X-Content-Type-Options", "nosniff"}, {"Content-Security-Policy", "sandbox"}};
  out.answer.body = std::make_shared<const std::string>(entry.value.bytes);
  return out;
}

void get_one(const call& c, const read_options& options) {
  if (c.rest.empty()) return respond_error(c, std::string(missing_key), 400);
  acl::permission wanted{acl::resource::key, acl::access::read, std::string(c.rest)};
  if (!c.who->allowed(wanted)) return respond_error(c, c.who->denial(wanted), 403);
  read_style style;
  style.cheap = true;
  answer_read(c, options, style,
              [key = std::string(c.rest), raw = c.req.query.has("raw"),
               how = layout_of(c)](const state::store& s, state::watch_set* watch) -> query_outcome {
                auto found = state::kv_get(s, key, watch);
                if (!found.value) return not_found(found.index);
                if (raw) return raw_value(found.index, *found.value);
                return outcome(how, found.index, std::array{found.value});
              });
}

void get_tree(const call& c, const read_options& options) {
  answer_read(c, options, {},
              [prefix = std::string(c.rest), who = c.who,
               how = layout_of(c)](const state::store& s, state::watch_set* watch) -> query_outcome {
                auto found = state::kv_list(s, prefix, watch);
                auto removed = std::erase_if(found.value, [&](const kv_entry_ptr& entry) {
                  return !who->allowed(acl::resource::key, acl::access::read, entry->key);
                });
                auto out = found.value.empty() ? not_found(found.index) : outcome(how, found.index, found.value);
                out.answer.filtered = removed > 0;
                return out;
              });
}

void get_keys(const call& c, const read_options& options) {
  auto* separator = c.req.query.find("separator");
  if (!separator) separator = c.req.query.find("seperator"); // as old clients spell it
  answer_read(c, options, {},
              [prefix = std::string(c.rest), separator = separator ? *separator : std::string(), who = c.who,
               how = layout_of(c)](const state::store& s, state::watch_set* watch) -> query_outcome {
                bool filtered = false;
                auto found = state::kv_keys(s, prefix, separator, watch, [&](std::string_view key) {
                  bool seen = who->allowed(acl::resource::key, acl::access::read, key);
                  filtered |= !seen;
                  return seen;
                });
                auto out = found.value.empty() && !prefix.empty() ? not_found(found.index)
                                                                  : outcome(how, found.index, found.value);
                out.answer.filtered = filtered;
                return out;
              });
}

void get(const call& c) {
  auto options = parse_read_options(c);
  if (!options) return respond(c, error_answer(options.error()));
  bool lists = c.req.query.has("keys") || c.req.query.has("recurse");
  if (lists && c.env.config()->acl.enable_key_list_policy)
    if (acl::permission wanted{acl::resource::key, acl::access::list, std::string(c.rest)}; !c.who->allowed(wanted))
      return respond_error(c, c.who->denial(wanted), 403);
  if (c.req.query.has("keys")) return get_keys(c, *options);
  if (c.req.query.has("recurse")) return get_tree(c, *options);
  get_one(c, *options);
}

/// The query string with its parameters in order, as conflicts are reported.
std::string sorted_query(const request& req) {
  auto items = req.query.items();
  std::stable_sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [name, value] : items) {
    if (!out.empty()) out += '&';
    out += name + "=" + value;
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
  c.env.handles()->writes.propose(encode_command(command_type::kvs, r), [c](const state::apply_result& result) {
    // What the state refused, and not what kept the write from it, is said so.
    if (result.ok()) return answer_flag(c, result);
    auto why = result.why();
    if (why.code == error_code::failed_precondition) return respond_error(c, "raft apply failed: " + why.text);
    respond(c, error_answer(why));
  });
}

/// What keeps a write from being made, whatever its value.
std::optional<answer> refused_write(const call& c) {
  if (!c.is("PUT")) return {};
  if (c.rest.empty()) return text_answer(400, std::string(missing_key));
  if (auto no = conflicting(c, {"cas", "acquire", "release"})) return no;
  if (auto no = no_path(c)) return no;
  acl::permission wanted{acl::resource::key, acl::access::write, std::string(c.rest)};
  if (!c.who->allowed(wanted)) return text_answer(403, c.who->denial(wanted));
  return {};
}

void put(const call& c) {
  if (auto no = refused_write(c)) return respond(c, std::move(*no));
  kv_request r;
  r.op = "set";
  r.entry.key = c.rest;
  const auto& query = c.req.query;
  if (auto* flags = query.find("flags")) {
    auto value = parse_uint(*flags);
    if (!value) return respond_error(c, value.error().text);
    r.entry.flags = *value;
  }
  if (auto* cas = query.find("cas")) {
    auto value = parse_uint(*cas);
    if (!value) return respond_error(c, value.error().text);
    r.entry.modify_index = *value;
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

void remove(const call& c) {
  if (auto no = conflicting(c, {"cas", "recurse"})) return respond(c, std::move(*no));
  if (other_datacenter(c)) return;
  kv_request r;
  r.entry.key = c.rest;
  r.op = "delete";
  if (c.req.query.has("recurse")) {
    r.op = "delete-tree";
  } else if (c.rest.empty()) {
    return respond_error(c, std::string(missing_key), 400);
  }
  if (auto* cas = c.req.query.find("cas")) {
    auto value = parse_uint(*cas);
    if (!value) return respond_error(c, value.error().text);
    r.entry.modify_index = *value;
    r.op = "delete-cas";
  }
  acl::permission wanted{acl::resource::key, acl::access::write, r.entry.key};
  bool may =
      r.op == "delete-tree" ? c.who->allowed_prefix(wanted.what, wanted.how, wanted.name) : c.who->allowed(wanted);
  if (!may) return respond_error(c, c.who->denial(wanted), 403);
  send(c, r);
}

void kv(const call& c) {
  if (c.is("GET")) return get(c);
  if (c.is("PUT")) return put(c);
  remove(c);
}

constexpr std::array rows{
    refusing(refused_write,
             taking(body_size::kv_value, {"/v1/kv/", "GET,PUT,DELETE", kv, {}, "Reads, writes and deletes keys"})),
};

constexpr auto routes = answered(place::leader, rows);

} // namespace

std::span<const route> kv_routes() { return routes; }

} // namespace praetor::endpoints
