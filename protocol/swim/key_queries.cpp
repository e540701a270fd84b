#include "protocol/swim/key_queries.hpp"

#include "protocol/codec/msgpack.hpp"

#include <array>
#include <set>

namespace praetor::swim {

namespace {

constexpr std::array<std::string_view, 4> names{"_serf_install-key", "_serf_use-key", "_serf_remove-key",
                                                "_serf_list-keys"};

key_answer refused(std::string why) {
  key_answer answer;
  answer.message = std::move(why);
  return answer;
}

key_answer list(const keyring& keys) {
  key_answer answer;
  answer.result = true;
  answer.keys = keys.encoded();
  answer.primary = answer.keys.front();
  return answer;
}

key_answer change(keyring& keys, key_operation operation, std::string_view base64, bool& changed) {
  auto before = keys;
  auto done = operation == key_operation::install ? keys.install(base64)
              : operation == key_operation::use   ? keys.use(base64)
                                                  : keys.remove(base64);
  if (!done) return refused(done.error().text);
  changed = !(keys == before);
  key_answer answer;
  answer.result = true;
  return answer;
}

} // namespace

std::string_view query_name(key_operation operation) { return names[static_cast<std::size_t>(operation)]; }

std::optional<key_operation> key_operation_of(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<key_operation>(i);
  return std::nullopt;
}

std::string key_query_payload(std::string_view base64) { return msgpack::pack(std::string(base64)); }

std::string answer_key_query(keyring& keys, key_operation operation, std::string_view payload, bool& changed,
                             std::size_t limit) {
  changed = false;
  bool listing = operation == key_operation::list;
  key_answer answer;
  if (keys.empty()) {
    answer = refused(listing ? "Keyring is empty (encryption not enabled)"
                             : "No keyring to modify (encryption not enabled)");
  } else if (listing) {
    answer = list(keys);
  } else if (auto key = msgpack::unpack<std::string>(payload)) {
    answer = change(keys, operation, *key, changed);
  } else {
    answer = refused("a key query without a key: " + key.error().text);
  }
  auto bytes = msgpack::pack(answer);
  auto all = answer.keys.size();
  while (bytes.size() > limit && !answer.keys.empty()) {
    answer.keys.pop_back();
    answer.message = "truncated key list response, showing first " + std::to_string(answer.keys.size()) + " of " +
                     std::to_string(all) + " keys";
    bytes = msgpack::pack(answer);
  }
  return bytes;
}

void key_tally::add(const std::string& member, std::string_view payload) {
  ++responses;
  auto answer = msgpack::unpack<key_answer>(payload);
  if (!answer) {
    ++errors;
    messages[member] = "Invalid key query response: " + answer.error().text;
    return;
  }
  if (!answer->result) ++errors;
  if (!answer->message.empty()) messages[member] = answer->message;
  // Counts each key once per member, and only valid keys: operators read the result.
  std::set<std::string> own;
  for (const auto& key : answer->keys)
    if (decode_key(key)) own.insert(key);
  for (const auto& key : own) ++keys[key];
  if (own.contains(answer->primary)) ++primary_keys[answer->primary];
  if (own.size() != answer->keys.size() && answer->message.empty())
    messages[member] = "its list of keys holds what is no key, or one twice";
}

std::string key_tally::error() const {
  auto share = [&](std::size_t part) { return std::to_string(part) + "/" + std::to_string(nodes) + " nodes "; };
  if (errors != 0) return share(errors) + "reported failure";
  if (responses != nodes) return share(responses) + "reported success";
  return {};
}

} // namespace praetor::swim
