#include "actors/raft/peers_file.hpp"

#include "actors/agent.hpp"
#include "storage/files/files.hpp"
#include "storage/raft_log/log_store.hpp"
#include "storage/snapshot/snapshot_store.hpp"
#include "storage/state/records.hpp"
#include "storage/state/transaction.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace praetor {

namespace {

constexpr std::size_t batch_bytes = 4 << 20;

expected<raft::server> read_server(const nlohmann::json& item, const raft::configuration& known,
                                   const raft::identity& own) {
  auto text = [&](const char* name) {
    auto it = item.find(name);
    return it != item.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  raft::server s;
  s.who.id = text("id");
  s.address = text("address");
  if (s.who.id.empty() || s.address.empty()) return fail("each server needs an \"id\" and an \"address\"");
  auto non_voter = item.find("non_voter");
  s.voter = non_voter == item.end() || !non_voter->is_boolean() || !non_voter->get<bool>();
  if (s.who.id == own.id) {
    s.who.storage = own.storage;
  } else if (auto* before = known.find(std::string_view{s.who.id})) {
    s.who.storage = before->who.storage;
  } else {
    return fail("server " + s.who.id +
                " was no member before: leave it out, start it with an empty disk, and the leader adds it");
  }
  return s;
}

raft::configuration newest_members(const raft::initial_state& found) {
  if (!found.configurations.empty()) return found.configurations.back().value;
  return found.snapshot ? found.snapshot->members.value : raft::configuration{};
}

/// The state after applying the whole log.
expected<state::store_ptr> whole_state(const ports& outside, const published_state& view, raft::index_t last) {
  state::publication published(view.state.load());
  for (auto next = published.load()->log_index() + 1; next <= last;) {
    auto entries = outside.log->read(next, last, batch_bytes);
    if (!entries) return tl::unexpected(entries.error());
    if (entries->empty()) return fail("entry " + std::to_string(next) + " of the Raft log is missing");
    state::transaction t(published.load());
    for (const auto& e : *entries) {
      if (e->kind == raft::entry_kind::command && !e->data.empty()) {
        auto type = static_cast<command_type>(static_cast<std::uint8_t>(e->data[0]));
        state::apply(t, e->index, nanoseconds{e->time_ns}, type, std::string_view(e->data).substr(1));
      }
      state::pass(t, e->index);
    }
    published.publish(std::move(t));
    next = entries->back()->index + 1;
  }
  return published.load();
}

} // namespace

expected<raft::configuration> read_peers_file(std::string_view text, const raft::configuration& known,
                                              const raft::identity& own) {
  auto list = nlohmann::json::parse(text, nullptr, false);
  if (!list.is_array()) return fail("it has to be a JSON list of servers");
  raft::configuration out;
  for (const auto& item : list) {
    if (!item.is_object()) return fail("each server has to be a JSON object");
    auto server = read_server(item, known, own);
    if (!server) return tl::unexpected(server.error());
    if (out.find(std::string_view{server->who.id})) return fail("server " + server->who.id + " is named twice");
    out.servers.push_back(std::move(*server));
  }
  if (!out.is_voter(own)) return fail("this server, " + own.id + ", has to be among the voters");
  std::sort(out.servers.begin(), out.servers.end(), [](auto& a, auto& b) { return a.who.id < b.who.id; });
  return out;
}

expected<void> recover_peers(const ports& outside, const published_state& view, const raft::initial_state& found,
                             std::string_view text, const raft::identity& own) {
  auto members = read_peers_file(text, newest_members(found), own);
  if (!members) return fail("raft/peers.json: " + members.error().text);
  auto last = std::max(found.last_index, found.snapshot ? found.snapshot->index : 0);
  if (last == 0) return fail("raft/peers.json: there is no Raft state here to recover");
  auto store = whole_state(outside, view, last);
  if (!store) return tl::unexpected(store.error());
  raft::snapshot_meta meta;
  meta.index = last;
  auto term = outside.log->term(last);
  if (!term) return fail("the term of entry " + std::to_string(last) + " of the Raft log is not known");
  meta.term = *term;
  meta.members = {last, std::move(*members)};
  if (auto entries = outside.log->entries(last, last, 1); !entries.empty())
    meta.time_ns = entries[0]->time_ns;
  else if (found.snapshot)
    meta.time_ns = found.snapshot->time_ns;
  storage::snapshot_request request;
  request.index = meta.index;
  request.term = meta.term;
  request.time_ns = meta.time_ns;
  request.configuration = storage::from_raft(meta).configuration;
  request.configuration_index = meta.members.index;
  auto sink =
      outside.snapshots->create(request, std::chrono::duration_cast<std::chrono::milliseconds>(outside.wall_clock()));
  if (!sink) return tl::unexpected(sink.error());
  expected<void> written;
  state::write_state(**store, state::record_scope::internal, [&](std::string_view bytes) {
    written = (*sink)->write(bytes);
    return written.has_value();
  });
  if (!written) return written;
  if (auto kept = (*sink)->commit(); !kept) return tl::unexpected(kept.error());
  storage::log_batch batch;
  batch.reset = storage::log_position{meta.index, meta.term};
  if (auto done = outside.log->write(batch); !done) return done;
  if (auto done = outside.log->sync(); !done) return done;
  outside.log_lines->write(log_level::info, "agent.server.raft", "recovered with the members of raft/peers.json",
                           {{"servers", meta.members.value.servers.size()}, {"index", meta.index}});
  return {};
}

expected<raft::initial_state> restore_server(const ports& outside, published_state& view,
                                             const std::filesystem::path& file, const std::string& node_id) {
  auto found = restore_state(outside, view);
  std::error_code problem;
  if (!found || file.empty() || !std::filesystem::exists(file, problem)) return found;
  auto& log = *outside.log_lines;
  log.write(log_level::info, "agent.server", "found peers.json file, recovering Raft configuration",
            {{"file", file.string()}});
  auto text = storage::read_file(file);
  if (!text) return tl::unexpected(text.error());
  raft::identity own{node_id, outside.log->opened().storage_id};
  if (auto done = recover_peers(outside, view, *found, *text, own); !done) return tl::unexpected(done.error());
  std::filesystem::remove(file, problem);
  if (problem)
    return fail(file.string() + " was used and can't be removed: " + problem.message() +
                "; remove it before this server starts again");
  log.write(log_level::info, "agent.server", "deleted peers.json file after successful recovery");
  return restore_state(outside, view);
}

} // namespace praetor
