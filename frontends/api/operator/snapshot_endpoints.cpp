#include "actors/raft/cluster_snapshot.hpp"
#include "frontends/api/body_streams.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::snapshot_endpoints {

namespace {

void send_archive(const call& c, const snapshot_export& made) {
  auto file = c.env.make_scratch(c.req.remote_address);
  if (!file) return respond(c, error_answer(file.error()));
  if (auto packed = pack_snapshot(made, **file); !packed) return respond_error(c, packed.error().text);
  answer head;
  head.content_type = "application/x-gzip";
  head.meta = meta_of({}, {.index = made.meta.index, .known_leader = !c.env.view().leader.get()->leader_id.empty()});
  if (auto to = respond_stream(c, std::move(head))) pump(c.env.mover(), piped(c.env.mover(), *file), std::move(to));
}

/// Archives the current state, after confirming leadership unless the read is stale.
void save(const call& c) {
  auto take = [c](const error* failed) {
    if (failed) return respond_error(c, failed->text, static_cast<unsigned>(failed->status));
    take_snapshot(*c.env.handles(), [c](const snapshot_export* made, const error* failed) {
      if (failed) return respond_error(c, failed->text, static_cast<unsigned>(failed->status));
      c.env.archive([c, made = *made] { send_archive(c, made); });
    });
  };
  if (read_options_of(c)->mode == consistency::stale) return take(nullptr);
  c.env.handles()->writes.read(take);
}

std::optional<answer> stale_restore(const call& c) {
  if (c.req.query.has("stale")) return text_answer(500, "stale not allowed for restore");
  return {};
}

void restore(const call& c) {
  auto archive = c.req.stored_body;
  if (!archive) archive = storage::make_memory_scratch(c.req.body); // in the simulator
  restore_snapshot(*c.env.handles(), std::move(archive),
                   [c](const error* failed) { respond(c, failed ? error_answer(*failed) : empty_answer()); });
}

constexpr route_check acl_write = needs(acl::resource::acl, acl::access::write);

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/snapshot",
          .endpoint = save,
          .summary = "An archive of the whole state",
          .checks = {read_form{.only_stale = true}, acl_write},
          .answers = media::archive},
    route{.method = "PUT",
          .path = "/v1/snapshot",
          .endpoint = restore,
          .summary = "Replaces the whole state by an archive",
          .checks = {acl_write, stale_restore},
          .body = {media::archive, body_limit::archive},
          .answers = media::none},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::snapshot_endpoints
