#include "frontends/cli/snapshot_contents.hpp"

#include "protocol/codec/msgpack_reader.hpp"
#include "storage/state/record_kinds.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace praetor::cli {

namespace {

constexpr auto key_record = static_cast<std::uint8_t>(command_type::kvs);

std::string name_of(std::uint8_t type) {
  const auto* kind = state::find_kind(type);
  return kind ? std::string(kind->name) : "Unknown(" + std::to_string(type) + ")";
}

std::string key_of(std::string_view record) {
  msgpack::reader in(record);
  std::size_t members = 0;
  if (!in.begin_map(members)) return {};
  for (; members > 0; --members) {
    std::string_view name, value;
    if (!in.text(name)) return {};
    if (name == "Key") return in.text(value) ? std::string(value) : std::string{};
    in.skip();
  }
  return {};
}

/// The first `depth` parts of a key.
std::string group_of(const std::string& key, int depth) {
  std::size_t end = 0;
  for (int part = 0; part < depth; ++part) {
    if (part > 0) ++end;
    end = key.find('/', end);
    if (end == std::string::npos) return key;
  }
  return key.substr(0, end);
}

std::vector<record_share> largest_first(const std::map<std::string, record_share>& from) {
  std::vector<record_share> out;
  for (const auto& [name, share] : from) out.push_back(share);
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.size > b.size; });
  return out;
}

void count(std::map<std::string, record_share>& into, const std::string& name, std::uint64_t size) {
  auto& share = into[name];
  share.name = name;
  share.size += size;
  ++share.count;
}

} // namespace

expected<void>
for_each_record(std::string_view state,
                const std::function<void(std::uint8_t, const std::string&, std::string_view, std::uint64_t)>& each) {
  msgpack::reader header(state);
  header.skip();
  if (header.failed()) return fail("header of the snapshot: " + header.error());
  auto at = header.consumed();
  std::uint64_t told = 0;
  while (at < state.size()) {
    auto type = static_cast<std::uint8_t>(state[at]);
    msgpack::reader in(state.substr(at + 1));
    auto record = in.raw();
    if (in.failed()) return fail("record of type " + std::to_string(type) + ": " + in.error());
    at += 1 + in.consumed();
    each(type, name_of(type), record, at - std::exchange(told, at));
  }
  return {};
}

expected<snapshot_contents> contents_of(std::string_view state, const key_grouping& keys) {
  snapshot_contents out;
  std::map<std::string, record_share> records, groups;
  auto read = for_each_record(
      state, [&](std::uint8_t type, const std::string& name, std::string_view record, std::uint64_t size) {
        out.size += size;
        count(records, name, size);
        if (!keys.wanted || type != key_record) return;
        auto key = key_of(record);
        if (!key.starts_with(keys.filter)) return;
        count(groups, group_of(key, std::max(keys.depth, 0)), size);
        out.keys_size += size;
      });
  if (!read) return tl::make_unexpected(read.error());
  out.records = largest_first(records);
  out.keys = largest_first(groups);
  return out;
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "KB", "MB", "GB", "TB"};
  if (bytes == 0) return "0";
  std::size_t unit = 0;
  auto value = static_cast<double>(bytes);
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string out = text;
  if (out.ends_with(".0")) out.resize(out.size() - 2);
  return out + units[unit];
}

} // namespace praetor::cli
