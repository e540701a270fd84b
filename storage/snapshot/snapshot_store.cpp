#include "storage/snapshot/snapshot_store.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace praetor::storage {

std::optional<snapshot_name> parse_snapshot_id(std::string_view id) {
  snapshot_name name;
  std::uint64_t milliseconds = 0;
  auto number = [&](std::uint64_t& value, bool last) {
    auto [end, problem] = std::from_chars(id.data(), id.data() + id.size(), value);
    if (problem != std::errc{}) return false;
    id.remove_prefix(static_cast<std::size_t>(end - id.data()));
    if (last) return id.empty();
    if (id.empty() || id.front() != '-') return false;
    id.remove_prefix(1);
    return true;
  };
  if (!number(name.term, false) || !number(name.index, false) || !number(milliseconds, true)) return std::nullopt;
  name.time = std::chrono::milliseconds(milliseconds);
  return name;
}

expected<snapshot_meta> meta_of(const snapshot_request& request, std::chrono::milliseconds now,
                                const std::function<bool(const std::string&)>& taken) {
  snapshot_meta meta;
  meta.id = request.id;
  if (!meta.id.empty() && !parse_snapshot_id(meta.id))
    return fail("not the id of a Raft snapshot: " + praetor::quoted(meta.id));
  for (; meta.id.empty() || (request.id.empty() && taken(meta.id)); now += std::chrono::milliseconds(1))
    meta.id = snapshot_id(request.term, request.index, now);
  meta.index = request.index;
  meta.term = request.term;
  meta.configuration = request.configuration;
  meta.configuration_index = request.configuration_index;
  meta.peers = packed_peers(request.configuration);
  meta.time_ns = request.time_ns;
  return meta;
}

void sort_newest_first(std::vector<snapshot_meta>& list) {
  auto key = [](const snapshot_meta& one) {
    auto name = parse_snapshot_id(one.id).value_or(snapshot_name{});
    return std::tuple(name.term, name.index, name.time);
  };
  std::sort(list.begin(), list.end(), [&](const snapshot_meta& a, const snapshot_meta& b) { return key(a) > key(b); });
}

expected<std::unique_ptr<snapshot_source>> open_newest(snapshot_store& store, const warning_callback& warn) {
  auto list = store.list();
  if (!list) return tl::unexpected(list.error());
  std::string damaged;
  for (auto& one : *list) {
    auto source = store.open(one.id);
    if (source) return source;
    if (warn) warn("the Raft snapshot " + one.id + " can't be used: " + source.error().text);
    damaged += (damaged.empty() ? "" : "; ") + source.error().text;
  }
  if (damaged.empty()) return nullptr;
  return fail("no Raft snapshot is whole (" + damaged +
              "). Restore the raft directory from a backup, or move it away to let this server start empty");
}

} // namespace praetor::storage
