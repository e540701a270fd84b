#include "frontends/api/routes.hpp"

#include <charconv>

namespace praetor::api::debug_endpoints {

namespace {

constexpr std::array kinds{"allocs", "block", "goroutine", "heap", "mutex", "profile", "threadcreate", "trace"};
constexpr nanoseconds longest = std::chrono::minutes(10);

/// The duration of a profile, for kinds that cover a span of time.
expected<nanoseconds> duration_of(const call& c) {
  nanoseconds fallback = c.rest == "trace" ? std::chrono::seconds(1) : std::chrono::seconds(30);
  auto* text = c.req.query.find("seconds");
  if (!text || text->empty()) return fallback;
  double seconds = 0;
  auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (problem != std::errc{} || end != text->data() + text->size() || seconds <= 0) return fallback;
  if (seconds > std::chrono::duration<double>(longest).count())
    return fail("seconds: a profile of more than " + duration_to_text(longest) + " is not taken", 400);
  return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(seconds));
}

void index(const call& c) {
  std::string page = "<html><head><title>/debug/pprof/</title></head><body><ul>\n";
  for (std::string kind : kinds)
    page.append("<li><a href=\"").append(kind).append("\">").append(kind).append("</a></li>\n");
  answer a;
  a.content_type = "text/html; charset=utf-8";
  a.body = std::make_shared<const std::string>(page + "</ul></body></html>\n");
  respond(c, std::move(a));
}

void profile(const call& c) {
  if (!c.env.config()->enable_debug || !c.env.hooks().profile) return respond(c, empty_answer(404));
  if (c.rest.empty()) return index(c);
  std::string kind(c.rest);
  auto duration = duration_of(c);
  if (!duration) return respond(c, error_answer(duration.error()));
  c.env.hooks().profile(kind, *duration, [c, kind](expected<std::string> taken) {
    if (!taken) return respond(c, error_answer(taken.error()));
    answer a;
    a.content_type = "application/octet-stream";
    a.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + kind + "\"");
    a.headers.emplace_back("X-Content-Type-Options", "nosniff");
    a.body = std::make_shared<const std::string>(std::move(*taken));
    respond(c, std::move(a));
  });
}

constexpr std::array rows{
    route{.method = "GET",
          .path = "/debug/pprof/",
          .rest = "kind",
          .endpoint = profile,
          .summary = "Profiles of the process, where enable_debug is set",
          .checks = {needs(acl::resource::operator_, acl::access::read)},
          .parameters = {{.name = "seconds", .meaning = "the duration of kinds that take a span of time"}},
          .answers = media::bytes},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::debug_endpoints
