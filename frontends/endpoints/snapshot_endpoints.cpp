#include "actors/cluster_snapshot.hpp"
#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"

#include <array>

namespace praetor::endpoints {

namespace {

/// Archives up to this size are answered as a whole.
constexpr std::uint64_t small_archive = 256 << 10;
/// A piece of a larger one.
constexpr std::size_t piece_size = 256 << 10;

/// Sends an archive from its file, a piece whenever the client has taken the last one.
class archive_sender : public std::enable_shared_from_this<archive_sender> {
public:
  archive_sender(const call& c, std::shared_ptr<storage::scratch_file> file) : c_(c), file_(std::move(file)) {}

  void begin(answer head) {
    stream_ = respond_stream(c_, std::move(head));
    if (stream_) send_piece();
  }

private:
  void send_piece() {
    if (stream_->closed()) return;
    std::string piece(piece_size, '\0');
    auto got = file_->read_at(sent_, piece.data(), piece.size());
    if (!got) return; // the stream ends in the middle, which the client can tell from the end
    if (*got == 0) return stream_->finish();
    piece.resize(*got);
    sent_ += *got;
    stream_->write(std::make_shared<const std::string>(std::move(piece)));
    stream_->on_drained([me = shared_from_this()] { me->c_.env.archive([me] { me->send_piece(); }); });
  }

  call c_;
  std::shared_ptr<storage::scratch_file> file_;
  std::shared_ptr<body_stream> stream_;
  std::uint64_t sent_ = 0;
};

void send_archive(const call& c, const snapshot_export& made) {
  auto file = c.env.make_scratch(c.req.remote_address);
  if (!file) return respond(c, error_answer(file.error()));
  if (auto packed = pack_snapshot(made, **file); !packed) return respond_error(c, packed.error().text);
  answer head;
  head.content_type = "application/x-gzip";
  head.headers = {{"X-Consul-Index", std::to_string(made.meta.index)},
                  {"X-Consul-Knownleader", c.env.view().leader.get()->leader_id.empty() ? "false" : "true"},
                  {"X-Consul-Lastcontact", "0"},
                  {"X-Consul-Query-Backend", "blocking-query"}};
  if ((*file)->size() > small_archive) return std::make_shared<archive_sender>(c, *file)->begin(std::move(head));
  auto bytes = (*file)->view();
  if (!bytes) return respond_error(c, bytes.error().text);
  head.body = std::make_shared<const std::string>(*bytes);
  respond(c, std::move(head));
}

/// An archive is made from the state as it is; a leader has to be sure of its leadership before.
void save(const call& c) {
  auto options = parse_read_options(c);
  if (!options) return respond_error(c, options.error().text, static_cast<unsigned>(options.error().status));
  auto take = [c](const error* failed) {
    if (failed) return respond_error(c, failed->text, static_cast<unsigned>(failed->status));
    take_snapshot(*c.env.handles(), [c](const snapshot_export* made, const error* failed) {
      if (failed) return respond_error(c, failed->text, static_cast<unsigned>(failed->status));
      c.env.archive([c, made = *made] { send_archive(c, made); });
    });
  };
  if (options->mode == consistency::stale) return take(nullptr);
  c.env.handles()->writes.read(take);
}

std::optional<answer> refused_restore(const call& c) {
  if (!c.is("PUT")) return {};
  if (auto no = no_path(c)) return no;
  if (c.req.query.has("stale")) return text_answer(500, "stale not allowed for restore");
  return {};
}

void restore(const call& c) {
  if (auto no = refused_restore(c)) return respond(c, std::move(*no));
  auto archive = c.req.stored_body;
  if (!archive) archive = storage::make_memory_scratch(c.req.body); // the simulator's, or one of another agent
  restore_snapshot(*c.env.handles(), std::move(archive),
                   [c](const error* failed) { respond(c, failed ? error_answer(*failed) : empty_answer()); });
}

void snapshot(const call& c) {
  if (c.is("GET"))
    save(c);
  else
    restore(c);
}

constexpr std::array rows{
    refusing(refused_restore,
             taking(body_size::archive,
                    {"/v1/snapshot", "GET,PUT", snapshot, route_permission{acl::resource::acl, acl::access::write},
                     "Archives the whole state, or puts an archive in its place"})),
};

constexpr auto routes = answered(place::leader, rows);

} // namespace

std::span<const route> snapshot_routes() { return routes; }

} // namespace praetor::endpoints
