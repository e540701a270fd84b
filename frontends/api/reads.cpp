#include "frontends/api/reads.hpp"

#include "frontends/api/route.hpp"
#include "protocol/types/joined_key.hpp"

#include <algorithm>

namespace praetor::api {

namespace {

/// The value of `near` that means the contacted agent.
constexpr std::string_view contacted_agent = "_agent";
constexpr std::string_view blocking_backend = "blocking-query";

} // namespace

read_meta meta_of_error() {
  read_meta out;
  out.index = 1;
  out.known_leader = false;
  out.last_contact = nanoseconds{0};
  out.backend = blocking_backend;
  return out;
}

bool takes_long(const request& req) {
  constexpr std::size_t quick = 64; // parameters
  if (req.query.items().size() > quick) return true;
  auto* text = req.query.find("filter");
  return text && filter::is_costly(*text);
}

answer work_lane_full() {
  return text_answer(429, "Too many requests with large filters or bodies wait to be answered: try again later or "
                          "against a different server");
}

bool is_read_option(std::string_view parameter) {
  for (std::string_view one :
       {"index", "wait", "stale", "consistent", "leader", "token", "cached", "max_stale", "hash"})
    if (parameter == one) return true;
  return false;
}

std::string question_key(const call& c) {
  joined_key key;
  key.reserve(c.req.path.size() + c.req.raw_query.size() + 96);
  key.add(c.req.path).add(c.who->id()).add(layout_of(c).key());
  bool near_contacted = false;
  for (const auto& [name, value] : c.req.query.items()) {
    if (is_read_option(name)) continue;
    key.add(name).add(value);
    near_contacted |= name == "near" && value == contacted_agent;
  }
  // Such an answer is sorted by the distance from the contacted agent.
  if (near_contacted) key.add(asked_node(c));
  return std::move(key).text();
}

bool streams_entries(const call& c) {
  return c.env.config()->use_streaming_backend && !c.req.query.has("near") && !c.req.query.has("merge-central-config");
}

read_meta meta_of(const read_options& options, const read_source& from) {
  read_meta out;
  if (from.shows_consistency) out.consistency = text_of(options.mode);
  out.index = from.index;
  out.known_leader = from.known_leader && !from.streamed;
  out.last_contact = from.contact;
  out.backend = from.streamed ? "streaming" : blocking_backend;
  return out;
}

std::string near_of(const call& c) {
  auto near = c.req.query.get("near");
  return near == contacted_agent ? asked_node(c) : near;
}

string_map node_meta_of(const request& req) {
  string_map out;
  for (const auto& pair : req.query.all("node-meta")) {
    auto colon = pair.find(':');
    if (colon == pair.npos)
      out[pair] = "";
    else
      out[pair.substr(0, colon)] = pair.substr(colon + 1);
  }
  return out;
}

answer read_error_answer(const error& e) {
  auto a = error_answer(e);
  if (e.status != 400) a.meta = meta_of_error();
  return a;
}

void respond_read_error(const call& c, const error& e) { respond(c, read_error_answer(e)); }

answer refusal(const call& c, const error& why) {
  const auto* form = c.matched->reads();
  return !form || form->bare_errors ? error_answer(why) : read_error_answer(why);
}

evaluation_ptr rendered_query::evaluate_with(state::watch_set* touched) const {
  auto store = env_.state();
  auto result = answer_from(*store, touched);
  auto out = std::make_shared<evaluation>();
  out->index = std::max<std::uint64_t>(result.index, 1);
  out->not_found = result.missing;
  out->history = store->history();
  out->rendered = std::make_shared<const rendered_answer>(std::move(result.answer));
  return out;
}

} // namespace praetor::api
