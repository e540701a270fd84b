#include "storage/raft_log/log_values.hpp"

#include "protocol/base/big_endian.hpp"
#include "storage/rocks/sealed.hpp"

namespace praetor::storage {

namespace {

constexpr char version = 1;

/// The payload after its version.
std::optional<std::string_view> open_value(std::string_view key, std::string_view value) {
  auto payload = unseal(key, value);
  if (!payload || payload->empty() || payload->front() != version) return std::nullopt;
  payload->remove_prefix(1);
  return payload;
}

void append_text(std::string& out, std::string_view text) {
  append_big_endian<std::uint32_t>(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

std::optional<std::string> take_text(std::string_view& in) {
  auto size = take_big_endian<std::uint32_t>(in);
  if (!size || *size > in.size()) return std::nullopt;
  std::string text(in.substr(0, *size));
  in.remove_prefix(*size);
  return text;
}

} // namespace

std::string entry_key(raft::index_t index) {
  std::string key;
  append_big_endian<std::uint64_t>(key, index);
  return key;
}

std::optional<raft::index_t> index_of(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  return take_big_endian<std::uint64_t>(key);
}

std::string encode_entry(std::string_view key, const raft::entry& one) {
  std::string payload;
  payload.reserve(1 + 8 + 1 + 8 + one.data.size());
  payload.push_back(version);
  append_big_endian<std::uint64_t>(payload, one.term);
  payload.push_back(static_cast<char>(one.kind));
  append_big_endian<std::uint64_t>(payload, static_cast<std::uint64_t>(one.time_ns));
  payload.append(one.data);
  return seal(key, payload);
}

raft::entry_ptr decode_entry(std::string_view key, std::string_view value) {
  auto payload = open_value(key, value);
  auto index = index_of(key);
  if (!payload || !index) return nullptr;
  auto term = take_big_endian<std::uint64_t>(*payload);
  if (!term || payload->empty()) return nullptr;
  auto kind = static_cast<raft::entry_kind>(payload->front());
  payload->remove_prefix(1);
  auto time = take_big_endian<std::uint64_t>(*payload);
  if (!time) return nullptr;
  auto one = std::make_shared<raft::entry>();
  one->index = *index;
  one->term = *term;
  one->kind = kind;
  one->time_ns = static_cast<std::int64_t>(*time);
  one->data = *payload;
  return one;
}

std::string encode_text(std::string_view key, std::string_view text) {
  return seal(key, std::string(1, version).append(text));
}

std::optional<std::string> decode_text(std::string_view key, std::string_view value) {
  auto payload = open_value(key, value);
  if (!payload) return std::nullopt;
  return std::string(*payload);
}

std::string encode_hard_state(const raft::hard_state& state) {
  std::string payload(1, version);
  append_big_endian<std::uint64_t>(payload, state.term);
  append_text(payload, state.voted_for.id);
  append_text(payload, state.voted_for.storage);
  return seal(hard_state_key, payload);
}

std::optional<raft::hard_state> decode_hard_state(std::string_view value) {
  auto payload = open_value(hard_state_key, value);
  if (!payload) return std::nullopt;
  auto term = take_big_endian<std::uint64_t>(*payload);
  auto id = take_text(*payload);
  auto storage = take_text(*payload);
  if (!term || !id || !storage) return std::nullopt;
  return raft::hard_state{*term, {std::move(*id), std::move(*storage)}};
}

std::string encode_position(const log_position& position) {
  std::string payload(1, version);
  append_big_endian<std::uint64_t>(payload, position.index);
  append_big_endian<std::uint64_t>(payload, position.term);
  return seal(before_key, payload);
}

std::optional<log_position> decode_position(std::string_view value) {
  auto payload = open_value(before_key, value);
  if (!payload) return std::nullopt;
  auto index = take_big_endian<std::uint64_t>(*payload);
  auto term = take_big_endian<std::uint64_t>(*payload);
  if (!index || !term) return std::nullopt;
  return log_position{*index, *term};
}

} // namespace praetor::storage
