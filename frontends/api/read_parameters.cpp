#include "frontends/api/reads.hpp"
#include "frontends/api/route.hpp"
#include "protocol/base/trim.hpp"

#include <algorithm>

namespace praetor::api {

namespace {

constexpr std::string_view cached_with_consistent = "Cannot specify ?cached with ?consistent, conflicting semantics.";
constexpr std::string_view stale_with_consistent = "Cannot specify ?stale with ?consistent, conflicting semantics.";

expected<nanoseconds> parse_wait(const call& c, const config::runtime_config& config) {
  auto* text = c.req.query.find("wait");
  nanoseconds wait{0};
  if (text && !text->empty()) {
    auto parsed = duration_from_text(*text);
    if (!parsed.value) return fail("Invalid wait time", 400);
    wait = *parsed.value;
  }
  if (wait.count() <= 0) wait = config.default_query_time;
  return std::min(wait, config.max_query_time);
}

/// The maximal age for reads without a consistency mode, from the configuration of the contacted agent.
nanoseconds discovery_max_stale(const call& c) {
  std::string_view path = c.req.path;
  if (!path.starts_with("/v1/catalog/") && !path.starts_with("/v1/health/")) return nanoseconds{0};
  return c.req.via ? c.req.via->requester.discovery_max_stale : c.env.config()->discovery_max_stale;
}

/// Parses `wait` and `index`.
expected<void> parse_waiting(const call& c, const config::runtime_config& config, read_options& out) {
  auto wait = parse_wait(c, config);
  if (!wait) return tl::unexpected(wait.error());
  out.wait = *wait;
  if (c.req.via && c.req.via->requester.wait_left) {
    out.wait = *c.req.via->requester.wait_left;
    out.exact_wait = true;
  }
  if (auto* text = c.req.query.find("index"); text && !text->empty()) {
    auto index = parse_uint(*text);
    if (!index) return fail("Invalid index", 400);
    out.min_index = *index;
  }
  return {};
}

/// Parses the consistency mode and its parameters.
expected<void> parse_consistency(const call& c, const config::runtime_config& config, read_options& out) {
  const auto& query = c.req.query;
  bool stale = query.has("stale"), consistent = query.has("consistent");
  out.cached = query.has("cached") && config.http.use_cache;
  if (auto* text = query.find("max_stale"); text && !text->empty()) {
    auto parsed = duration_from_text(*text);
    if (!parsed.value) return fail("Invalid max_stale value " + praetor::quoted(*text), 400);
    out.max_stale = *parsed.value;
    stale |= out.max_stale.count() > 0;
  }
  if (stale && consistent) return fail(std::string(stale_with_consistent), 400);
  if (out.cached && consistent) return fail(std::string(cached_with_consistent), 400);
  if (!stale && !consistent && !query.has("leader")) {
    out.max_stale = discovery_max_stale(c);
    stale = out.max_stale.count() > 0;
  }
  if (stale) out.mode = consistency::stale;
  if (consistent) out.mode = consistency::consistent;
  if (auto* header = c.req.header("cache-control"); header && !parse_cache_control(*header))
    return fail("Invalid Cache-Control header.", 400);
  return {};
}

expected<read_options> parse_read_options(const call& c) {
  auto config = c.env.config();
  read_options out;
  if (const auto* form = c.matched->reads(); form && form->only_stale) {
    if (c.req.query.has("stale")) out.mode = consistency::stale;
    return out;
  }
  // Consistency modes do not apply to what the agent itself answers.
  if (c.matched->answered_by != answerer::agent)
    if (auto good = parse_consistency(c, *config, out); !good) return tl::unexpected(good.error());
  if (auto good = parse_waiting(c, *config, out); !good) return tl::unexpected(good.error());
  return out;
}

} // namespace

std::string_view text_of(consistency mode) {
  switch (mode) {
  case consistency::stale: return "stale";
  case consistency::consistent: return "consistent";
  case consistency::leader: break;
  }
  return "leader";
}

std::optional<cache_control> parse_cache_control(std::string_view header) {
  cache_control out;
  for (std::size_t start = 0; start <= header.size();) {
    auto end = std::min(header.find(',', start), header.size());
    auto one = lower_case(trimmed(header.substr(start, end - start), blanks));
    start = end + 1;
    auto equals = one.find('=');
    auto name = one.substr(0, equals);
    if (one == "must-revalidate") out.max_age = nanoseconds{0};
    if (equals == one.npos || (name != "max-age" && name != "stale-if-error")) continue;
    auto seconds = parse_int(std::string_view(one).substr(equals + 1));
    if (!seconds) return {};
    // Limited to a year, so that nanoseconds do not overflow.
    nanoseconds age = std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, 31'536'000));
    if (name == "stale-if-error")
      out.stale_if_error = age;
    else if (*seconds >= 0) // negative values are ignored
      out.max_age = age;
  }
  return out;
}

std::optional<std::string> fault_in_consistency(const call& c) {
  read_options ignored;
  auto good = parse_consistency(c, *c.env.config(), ignored);
  return good ? std::nullopt : std::optional(good.error().text);
}

bool asks_for_stale(const call& c) {
  auto options = read_options_of(c);
  return options && options->mode == consistency::stale;
}

steady_time wait_deadline(const call& c, const read_options& options) {
  return c.env.now() + options.wait + (options.exact_wait ? nanoseconds{0} : c.env.jitter(options.wait / 16));
}

expected<read_options> read_options_of(const call& c) { return c.options ? *c.options : parse_read_options(c); }

} // namespace praetor::api
