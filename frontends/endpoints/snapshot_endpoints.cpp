#include "actors/cluster_snapshot.hpp"
#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"

#include <array>

namespace praetor::endpoints {

namespace {

/// An archive is made from the state as it is; a leader has to be sure of its leadership before.
void save(const call& c) {
  auto options = parse_read_options(c);
  if (!options) return respond_error(c, options.error().text, static_cast<unsigned>(options.error().status));
  auto take = [c](const error* failed) {
    if (failed) return respond_error(c, failed->text, static_cast<unsigned>(failed->status));
    take_snapshot(*c.env.handles(), [c](const snapshot_export* made, const error* failed) {
      if (failed) return respond_error(c, failed->text, static_cast<unsigned>(failed->status));
      answer a;
      a.content_type = "application/x-gzip";
      a.headers = {{"X-Consul-Index", std::to_string(made->index)},
                   {"X-Consul-Knownleader", c.env.view().leader.get()->leader_id.empty() ? "false" : "true"},
                   {"X-Consul-Lastcontact", "0"},
                   {"X-Consul-Query-Backend", "blocking-query"}};
      a.body = std::make_shared<const std::string>(made->bytes);
      respond(c, std::move(a));
    });
  };
  if (options->mode == consistency::stale) return take(nullptr);
  c.env.handles()->writes.read(take);
}

void restore(const call& c) {
  if (other_datacenter(c)) return;
  if (c.req.query.has("stale")) return respond_error(c, "stale not allowed for restore");
  restore_snapshot(*c.env.handles(), c.req.body,
                   [c](const error* failed) { respond(c, failed ? error_answer(*failed) : empty_answer()); });
}

void snapshot(const call& c) {
  if (c.is("GET"))
    save(c);
  else
    restore(c);
}

constexpr std::array routes{
    route{"/v1/snapshot", "GET,PUT", snapshot, route_permission{acl::resource::acl, acl::access::write},
          "Archives the whole state, or puts an archive in its place"},
};

} // namespace

std::span<const route> snapshot_routes() { return routes; }

} // namespace praetor::endpoints
